"""Waiting gives up on what sleeps, and on nothing that works."""
import subprocess
import sys
import time

import pytest

from patience import wait_for
from utils import runtime
from utils.runtime import PACE, pace, slowness


@pytest.fixture
def process(request):
    child = subprocess.Popen([sys.executable, "-c", request.param])
    yield child
    child.kill()
    child.wait()


@pytest.mark.parametrize("process", ["import time; end = time.time() + 3\nwhile time.time() < end: pass"], indirect=True)
def test_what_works_is_waited_for(process):
    assert wait_for(lambda: process.poll() is not None, quiet=0.5 / slowness())


@pytest.mark.parametrize("process", ["import time; time.sleep(60)"], indirect=True)
def test_what_sleeps_is_given_up(process):
    started = time.monotonic()
    with pytest.raises(AssertionError, match="nothing works on it"):
        wait_for(lambda: process.poll() is not None, quiet=1 / slowness())
    assert time.monotonic() - started < 30


def test_a_machine_is_slow_in_proportion(monkeypatch):
    assert pace(0.3) > 0
    for speed, factor in ((2 * PACE, 1), (PACE / 3, 3)):
        monkeypatch.delenv("COURSE_SLOWNESS")
        monkeypatch.setattr(runtime, "pace", lambda: speed)
        assert slowness.__wrapped__() == factor
