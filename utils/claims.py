"""A lesson's headline figures: said, checked, and recorded.

A claim that does not hold fails its cell, and with it the notebook's test: a figure that the
course advertises is a figure that every run has reached again.
"""
import json
import os
import time

import numpy as np
import psutil

from utils.runtime import hardware, set_seed

class ClaimFailed(AssertionError):
    """The measured figure misses the bound the lesson promises."""


def claim(name, value, *, at_least=None, at_most=None, reference, percent=False, needs=None):
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
    _record({"name": name, "measured": measured, "bound": f"{sign} {_number(bound, percent)}",
             "holds": holds, "values": values.tolist(), "reference": reference, "needs": needs,
             "seed": set_seed.last, "seconds": round(time.time() - psutil.Process().create_time(), 1),
             "hardware": hardware()})
    if not holds:
        raise ClaimFailed(f"✘ {verdict} does not hold. Compare with: {reference}")
    print(f"✔ {verdict}\n  compare with: {reference}")


def _number(value, percent):
    """Four significant digits, or a percentage with two decimals; no trailing zeros."""
    if percent:
        return f"{100 * value:.2f}".rstrip("0").rstrip(".") + " %"
    return f"{value:,.4g}"


def _record(entry):
    if path := os.environ.get("COURSE_RECORD"):
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
