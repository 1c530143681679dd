"""A lesson's headline figures: said, checked, and recorded; and how sure a repeated one is.

A claim that does not hold fails its cell, and with it the notebook's test: a figure that the
course advertises is a figure that every run has reached again.
"""
import json
import os
import time

import numpy as np
import psutil

from utils.runtime import hardware, set_seed


def interval(values):
    """Mean of ``values`` (n,), n ≥ 2, one a seed or a draw, and half the width of its 95 % t-interval."""
    from scipy import stats             # it takes a second, and most lessons come without
    return float(np.mean(values)), float(stats.t.ppf(0.975, len(values) - 1) * stats.sem(values))


class ClaimFailed(AssertionError):
    """The measured figure misses the bound the lesson promises."""


def claim(name, value, *, at_least=None, at_most=None, reference, percent=False, needs=None, timed=False):
    """Print a verdict on ``value``, raise `ClaimFailed` when the bound is missed, and record it.

    Parameters
    ----------
    name : str
        What was measured, with its split: ``"test accuracy"``.
    value : float or sequence of float
        One measurement, or one per seed. Of several, the mean is held to the bound and the
        standard deviation (n − 1) is shown.
    at_least, at_most : float
        The bound: give exactly one.
    reference : str
        What the figure is to be compared with, and where that was read.
    percent : bool
        Show fractions as percentages: 0.9924 as ``99.24 %``.
    needs : str
        What a machine may lack: there the lesson skips this claim, and its test does not miss it.
    timed : bool
        The figure is one of seconds, and depends on the machine and on what else it does. Then a miss
        is said and raises nothing; the recorded run has to hold all the same (`utils.course.execute`).

    Under ``COURSE_RECORD=file`` the claim is appended there as one line of JSON, with the
    seconds since the kernel started, the last seed set and the hardware.
    """
    if (at_least is None) == (at_most is None):
        raise TypeError("give a claim exactly one bound: at_least=… or at_most=…")
    values = np.atleast_1d(np.asarray(value, dtype=float))
    mean = values.mean()
    bound, sign = (at_least, "≥") if at_most is None else (at_most, "≤")
    holds = bool(mean >= bound if at_most is None else mean <= bound)    # NaN never holds

    measured = _number(mean, percent)
    if len(values) > 1:
        spread = _number(values.std(ddof=1), percent)
        measured = f"{measured} ± {spread} ({len(values)} seeds)"
    verdict = f"{name}: {measured} {sign} {_number(bound, percent)}"
    if timed and not holds:
        verdict = f"{name}: {measured} here and now, {sign} {_number(bound, percent)} on a quiet machine"
    _record({"name": name, "measured": measured, "bound": f"{sign} {_number(bound, percent)}",
             "holds": holds, "timed": timed, "values": values.tolist(), "reference": reference, "needs": needs,
             "seed": set_seed.last, "seconds": round(time.time() - psutil.Process().create_time(), 1),
             "hardware": hardware()})
    if not holds and not timed:
        raise ClaimFailed(f"✘ {verdict} does not hold. Compare with: {reference}")
    print(f"{'✔' if holds else '○'} {verdict}\n  compare with: {reference}")


def _number(value, percent):
    """Four significant digits, or a percentage with two decimals; no trailing zeros."""
    if percent:
        return f"{100 * value:.2f}".rstrip("0").rstrip(".") + " %"
    return f"{value:,.4g}"


def _record(entry):
    if path := os.environ.get("COURSE_RECORD"):
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
