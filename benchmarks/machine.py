"""The machine that a number was measured on, as JSON: ``python -m benchmarks.machine``."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from pathlib import Path

import torch

from dualgap.threads import cores

PACKAGES = ("dualgap", "numpy", "scipy", "torch", "POT")


def _field(path: str, name: str) -> str | None:
    """The first ``name : value`` of a file of such lines, where there is one (Linux)."""
    file = Path(path)
    if not file.exists():
        return None
    lines = (line.partition(":") for line in file.read_text(encoding="utf-8").splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), None)


def describe() -> dict[str, object]:
    """Processor, memory, accelerator, thread settings and versions: what a time depends on.

    Returns
    -------
    dict
        JSON-serialisable; an entry is None where the system does not say.
    """
    memory = _field("/proc/meminfo", "MemTotal")
    return {
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "processor": _field("/proc/cpuinfo", "model name") or platform.processor() or None,
        "cores": cores(),
        "memory_gib": round(int(memory.split()[0]) / 2**20, 1) if memory else None,
        "accelerator": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "torch_threads": torch.get_num_threads(),
        "environment": {name: os.environ.get(name) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")},
    }


if __name__ == "__main__":
    print(json.dumps(describe(), indent=2))
