import json

import numpy as np
import pytest

from utils.claims import ClaimFailed, claim, interval
from utils.runtime import set_seed, stopwatch


def test_a_claim_that_holds_says_so_with_its_reference(capsys):
    claim("test accuracy", 0.9924, at_least=0.99, reference="98.95 %, the talk's notebook", percent=True)
    said = capsys.readouterr().out
    assert said.startswith("✔ test accuracy: 99.24 % ≥ 99 %")
    assert "the talk's notebook" in said


@pytest.mark.parametrize("value, bound", [
    (0.98, {"at_least": 0.99}), (20.0, {"at_most": 19.5}), ([0.98, 0.99, 0.98], {"at_least": 0.99}),
    (float("nan"), {"at_least": 0.0}), (float("nan"), {"at_most": 1.0})])
def test_a_claim_that_misses_raises(value, bound):
    with pytest.raises(ClaimFailed, match="does not hold"):
        claim("figure", value, **bound, reference="nothing")


def test_an_interval_is_student_s():
    mean, half = interval([1, 2, 3])
    assert mean == 2 and half == pytest.approx(4.303 / 3 ** 0.5, abs=1e-3)      # t of 2 degrees, from a table


def test_a_missed_time_is_said_and_stops_nothing(capsys):
    claim("seconds", 139, at_most=60, timed=True, reference="r")
    assert capsys.readouterr().out == "○ seconds: 139 here and now, ≤ 60 on a quiet machine\n  compare with: r\n"
    claim("seconds", 59, at_most=60, timed=True, reference="r")
    assert capsys.readouterr().out.startswith("✔ seconds: 59 ≤ 60")


def test_seeds_are_reported_as_mean_and_standard_deviation(capsys):
    values = [0.9910, 0.9920, 0.9930]
    claim("test accuracy", values, at_least=0.99, reference="-", percent=True)
    spread = 100 * np.std(values, ddof=1)
    assert f"99.2 % ± {spread:.1f} % (3 seeds)" in capsys.readouterr().out


@pytest.mark.parametrize("bounds", [{}, {"at_least": 0, "at_most": 1}])
def test_a_claim_needs_exactly_one_bound(bounds):
    with pytest.raises(TypeError, match="exactly one bound"):
        claim("figure", 0.5, **bounds, reference="-")


def test_claims_are_recorded_even_when_they_fail(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RECORD", str(tmp_path / "claims.jsonl"))
    set_seed(7)
    claim("good", 1.0, at_least=0.5, reference="half")
    with pytest.raises(ClaimFailed):
        claim("bad", 0.1, at_least=0.5, reference="half")
    good, bad = map(json.loads, (tmp_path / "claims.jsonl").read_text().splitlines())
    assert (good["holds"], bad["holds"]) == (True, False)
    assert good["seed"] == 7 and good["seconds"] >= 0 and "core" in good["hardware"]


def test_stopwatch_stops_with_its_block():
    with stopwatch() as watch:
        running = watch.seconds
    stopped = watch.seconds
    assert 0 <= running <= stopped == watch.seconds
