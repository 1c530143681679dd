"""Waiting on machines of any speed: as long as something works on it, it is not late."""
import time

import psutil

from utils.runtime import slowness


def worked():
    """CPU seconds that all processes begun by this one have used, those that have ended included."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            total += sum(process.cpu_times()[:4])       # its own and its ended children's
        except psutil.NoSuchProcess:
            pass
    return total


def wait_for(look, pause=time.sleep, quiet=30, at_most=1800):
    """The first true value of ``look()``, for as long as the processes begun here work.

    Gives up, with AssertionError, when for ``quiet`` seconds they have used less than a twentieth
    of a core, or after ``at_most`` seconds; both grow with `utils.runtime.slowness`. ``pause`` takes
    seconds: a browser's page has a pause of its own, in which it goes on.
    """
    started = window = time.monotonic()
    before = worked()
    while not (found := look()):
        now = time.monotonic()
        if now - window > quiet * slowness():
            work, before = worked() - before, worked()
            assert work > (now - window) / 20, f"after {now - started:.0f} s, and nothing works on it"
            window = now
        assert now - started < at_most * slowness(), f"not in {now - started:.0f} s of work"
        pause(0.3)
    return found
