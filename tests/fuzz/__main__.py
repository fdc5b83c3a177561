"""``python -m tests.fuzz``: 10^5 hostile calls of the public functions in two processes, and the counts."""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from tests.fuzz.calls import CALLS, judge


def attack(index: int, cases: int, start: int) -> tuple[str, Counter[str], str, float]:
    """Try one function; its name, the counts, what was found wrong with the smallest arguments, and the seconds of a core."""
    import torch

    torch.set_num_threads(1)
    call, counts, begun, smallest = CALLS[index], Counter[str](), time.process_time(), [""]

    @seed(start)
    @settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(call.arguments)
    def run(arguments: tuple) -> None:
        counts["cases"] += 1
        try:
            judge(call, arguments, counts)
        except BaseException as error:
            smallest[0] = f"{call.name}{arguments!r}: {type(error).__name__}: {error}"
            raise

    try:
        run()
    except Exception:  # whatever is wrong is said, and the other functions are tried
        return call.name, counts, smallest[0][:2000], time.process_time() - begun
    return call.name, counts, "", time.process_time() - begun


def main(arguments: list[str] | None = None) -> int:
    """Try them all; 1 where something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="")
    options = parser.parse_args(arguments)
    chosen = [k for k, call in enumerate(CALLS) if options.only in call.name]
    shares = sum(CALLS[k].share for k in chosen)
    begun, total, found, worked = time.perf_counter(), Counter[str](), [], 0.0
    with ProcessPoolExecutor(options.jobs) as pool:
        work = [
            pool.submit(attack, k, math.ceil(options.cases * CALLS[k].share / shares), options.seed) for k in chosen
        ]
        for future in work:
            name, counts, wrong, seconds = future.result()
            total += counts
            worked += seconds
            said = ", ".join(f"{number} {what}" for what, number in sorted(counts.items()) if what != "cases")
            print(f"{name:<34} {counts['cases']:>6} cases {seconds:7.1f} s  {said}", flush=True)
            if wrong:
                found.append(wrong)
                print(f"  WRONG {wrong}", flush=True)
    said = ", ".join(f"{number} {what}" for what, number in sorted(total.items()) if what != "cases")
    took = f"{time.perf_counter() - begun:.0f} s, {worked:.0f} s of a core"
    print(f"{total['cases']} cases of {len(chosen)} functions in {took}: {said}; {len(found)} functions found wrong")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
