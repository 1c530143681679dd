"""Seeds, hardware and a stopwatch: what makes a figure repeatable and comparable."""
import os
import platform
import random
import shutil
import subprocess
import sys
import threading
import time
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np


def set_seed(seed):
    """Seed Python, NumPy and, where they are already imported, Keras and PyTorch.

    TFLearn draws inside a TensorFlow graph and takes its seed there
    (``tf.compat.v1.set_random_seed``). The last seed set is kept for `utils.claims`.
    """
    random.seed(seed)
    np.random.seed(seed)
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)
    set_seed.last = seed


set_seed.last = None


@dataclass
class Stopwatch:
    """What `stopwatch` yields: ``seconds`` of wall-clock time, running until the block ends."""

    started: float
    stopped: float | None = None

    @property
    def seconds(self):
        return (self.stopped or time.perf_counter()) - self.started


@contextmanager
def stopwatch():
    """Time a block: ``with stopwatch() as watch: ...`` and then ``watch.seconds``."""
    watch = Stopwatch(time.perf_counter())
    try:
        yield watch
    finally:
        watch.stopped = time.perf_counter()


def cores():
    """The number of CPU cores this process may use (a container often allows fewer than exist)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


PACE = 1050             # of the machine that the README's figures are from: two quiet cores


def pace(seconds=2):
    """How much work two threads get done: blocks of 64 kB compressed a second (zlib, level 6)."""
    block, done = bytes(random.Random(0).choices(range(16), k=1 << 16)), [0, 0]
    end = time.perf_counter() + seconds

    def work(thread):
        while time.perf_counter() < end:
            zlib.compress(block, 6)         # other Python threads run meanwhile
            done[thread] += 1

    threads = [threading.Thread(target=work, args=(i,)) for i in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds


@cache
def slowness():
    """How many times slower than `PACE` two cores work here and now, 1 or more; measured once, in 2 s.

    A time limit is multiplied by it. ``COURSE_SLOWNESS`` gives it to child processes, which start
    together and would measure each other.
    """
    if "COURSE_SLOWNESS" not in os.environ:
        os.environ["COURSE_SLOWNESS"] = f"{max(1.0, PACE / pace()):.1f}"
    return float(os.environ["COURSE_SLOWNESS"])


def memory_gb():
    """The machine's memory in GB (10⁹ bytes)."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


@cache
def gpu():
    """The first NVIDIA GPU's name, or None. Asks the driver, so no engine has to be imported."""
    if not shutil.which("nvidia-smi"):
        return None
    answer = subprocess.run(["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"],
                            capture_output=True, text=True)
    return answer.stdout.partition("\n")[0].strip() or None if answer.returncode == 0 else None


@cache
def hardware():
    """One line on this machine, to stand beside a timing: ``2 cores (AMD EPYC), 25 GB, no GPU``."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines()
                 if line.startswith("model name")]
        processor = names[0] if names else processor
    number = f"{cores()} core" + "s" * (cores() > 1)
    return f"{number} ({processor}), {memory_gb():.0f} GB, {gpu() or 'no GPU'}"
