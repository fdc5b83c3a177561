"""``dualgap play``."""

from __future__ import annotations

import pytest

import dualgap as dg


def test_a_game_is_played_at_its_predicted_rate(command, tmp_path):
    code, out, _ = command("play", "xy", "--method", "alternating", "--step", "0.5", "--output", "path.svg")
    assert code == 0
    assert "predicted rate 1 a step, measured 1" in out
    assert (tmp_path / "path.svg").read_text("utf-8").startswith("<?xml")


def test_a_game_starts_where_it_is_told(command):
    code, out, _ = command("play", "xy", "--method", "alternating", "--step", "0.5", "--start", "0,-0")
    assert code == 0
    assert "at (0, " in out


def test_a_path_that_diverges_at_once_has_no_measured_rate(command):
    code, out, _ = command("play", "xy", "--method", "simultaneous", "--step", "1e300")
    assert code == 0
    assert "diverged at step 1, last at (1, 0.5)" in out
    assert "predicted rate 1e+300 a step; none was measured" in out


def test_the_picture_of_a_path_that_diverges_says_so(command, tmp_path, monkeypatch):
    titles = []
    monkeypatch.setattr("dualgap.report.portrait.draw_portrait", lambda game, run, title, output: titles.append(title))
    command("play", "xy", "--method", "simultaneous", "--step", "1e300")
    command("play", "xy", "--method", "alternating", "--step", "0.1")
    assert titles[0].startswith("xy, simultaneous, step 1e+300: diverged at step 1\n")
    assert titles[1].startswith("xy, alternating, step 0.1\n")


def test_what_cannot_be_written_is_found_out_before_the_work(command, monkeypatch):
    monkeypatch.setattr(dg, "simulate", lambda *_, **__: pytest.fail("simulated"))
    assert command("play", "xy", "--method", "alternating", "--step", "1", "--output", "a.jpg")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("play", "xz", "--method", "extragradient", "--step", "0.1"), "game must be one of xy, xy-box"),
        (("play", "forsakn", "--method", "extragradient", "--step", "0.1"), "did you mean forsaken?"),
        (("play", "xy", "--method", "adam", "--step", "0.1"), "method must be one of simultaneous, alternating"),
        (("play", "xy", "--method", "extragradient", "--step", "nan"), "step must be finite, got nan"),
        (("play", "xy", "--method", "extragradient", "--step", "a"), "Invalid value for '--step'"),
        (
            ("play", "matching-pennies", "--method", "simultaneous", "--step", "0.1", "--start", "1,0"),
            "start must be 4 numbers, 2 of x and 2 of y, with commas between them, such as 0.7,0.3,0.4,0.6",
        ),
        (
            ("play", "matching-pennies", "--method", "simultaneous", "--step", "0.1", "--start", "1,1,0,1"),
            "start must have x in its set",
        ),
        (
            ("play", "xy", "--method", "follow-the-ridge", "--step", "0.1"),
            "game must have an invertible second derivative",
        ),
        (("play", "xy", "--method", "extragradient", "--step", "-1"), "step must be above 0"),
        (("play", "xy", "--method", "extragradient", "--step", "0.1", "--output", "a.doc"), "output must end in"),
        (
            ("play", "xy", "--method", "extragradient", "--step", "0.1", "--start", "1"),
            "must be two numbers with a comma",
        ),
        (("play", "xy", "--method", "extragradient", "--step", "0.1", "--start", "1,nan"), "must be finite"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_it_must_be(refused, arguments, said):
    refused(arguments, said)


@pytest.mark.parametrize("game", ["forsaken", "rock-paper-scissors", "mixture-gan-2d", "finite-sum", "dirac-wgan-gp"])
def test_every_kind_of_game_has_a_portrait(command, tmp_path, game):
    code, out, _ = command("play", game, "--method", "extragradient", "--step", "0.1", "--steps", "24")
    assert code == 0
    assert f"{game}, extragradient, step 0.1: after 24 steps, at " in out
    assert (tmp_path / f"{game}-extragradient.png").read_bytes().startswith(b"\x89PNG")


def test_a_game_without_equilibrium_has_no_rate_and_says_so(command):
    code, out, _ = command("play", "dirac-wgan-gp", "--method", "simultaneous", "--step", "0.1")
    assert code == 0
    assert "no rate is predicted (the game has no known equilibrium)" in out


def test_a_method_that_counts_its_steps_has_a_measured_rate_only(command):
    code, out, _ = command("play", "quadratic", "--method", "anchored", "--step", "0.1")
    assert code == 0
    assert "no rate is predicted (method must stand still at the equilibrium" in out


def test_numbers_of_both_players_may_be_given(command):
    start = "0.6,0.4,0.2,0.8"
    code, out, _ = command("play", "matching-pennies", "--method", "mirror-prox", "--step", "0.1", "--start", start)
    assert code == 0
    assert "predicted rate 0.9950376" in out  # of extragradient at half the payoffs: the entropy bends by 2 at 1/2


def test_the_names_are_listed(command):
    from dualgap.games import examples
    from dualgap.games.by_name import METHODS

    code, out, _ = command("play", "--list")
    assert code == 0
    assert {*examples(), *METHODS} <= set(out.split())
