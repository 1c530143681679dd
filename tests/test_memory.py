"""Memory as the course counts it: what cannot be taken back, within what limits."""
import mmap
import os
import subprocess
import sys

import numpy as np
import pytest

from utils import memory
from utils.data import DATA
from utils.memory import NoGroup, PeakMemory, free_gb, held, limited

MB = 10 ** 6


def test_own_memory_is_held_and_a_file_s_pages_are_not():
    before = held(os.getpid())
    block = np.ones(100 * MB, "uint8")
    assert 90 * MB < held(os.getpid()) - before < 150 * MB
    before = held(os.getpid())
    with open(DATA / "mnist.npz", "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as pages:
        assert len(pages) > 10 * MB and sum(pages[::mmap.PAGESIZE]) > 0         # every page was touched
        assert abs(held(os.getpid()) - before) < 5 * MB
    assert block[-1] == 1


def test_the_peak_counts_children_and_forgets_nothing():
    program = "import subprocess, sys, time; x = b'x' * 60_000_000; subprocess.run([sys.executable, '-c', " \
              "'import time; y = b\"y\" * 80_000_000; time.sleep(1.5)']); time.sleep(0.5)"
    process = subprocess.Popen([sys.executable, "-c", program])
    watch = PeakMemory(process.pid, every=0.1)
    watch.start()
    process.wait()
    assert 140 < watch.stop() < 250


@pytest.mark.parametrize("line, folder, limit, used, cached", [
    ("0::/", ".", "memory.max", "memory.current", "inactive_file"),
    ("0::/all/mine", "all", "memory.max", "memory.current", "inactive_file"),       # a group's outer group
    ("4:cpu,memory:/", "memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")])
def test_a_container_s_limit_counts(monkeypatch, tmp_path, line, folder, limit, used, cached):
    monkeypatch.setattr(memory, "GROUPS", tmp_path)
    monkeypatch.setattr(memory, "OWN", tmp_path / "own")
    (tmp_path / "own").write_text(f"9:pids:/\n{line}\n")
    unlimited = free_gb()
    (tmp_path / folder).mkdir(exist_ok=True)
    for name, text in {limit: "200000000", used: "150000000", "memory.stat": f"anon 7\n{cached} 50000000"}.items():
        (tmp_path / folder / name).write_text(text)
    assert free_gb() == pytest.approx(0.1) and unlimited > 0.1
    (tmp_path / folder / limit).write_text("max\n")
    assert free_gb() > 0.1


def test_a_limited_group_knows_its_limit_and_keeps_it():
    look = "from utils.memory import free_gb; print(free_gb())"
    fill = "held = [bytearray(b'1' * 10_000_000) for _ in range(60)]; print(len(held))"
    try:
        with limited(0.3) as command:
            answer = subprocess.run([*command, sys.executable, "-c", look], capture_output=True, text=True)
            assert 0 < float(answer.stdout) <= 0.3, answer
            assert subprocess.run([*command, sys.executable, "-c", fill], capture_output=True).returncode in (-9, 137)
    except NoGroup as reason:
        pytest.skip(str(reason))


def test_where_no_group_can_be_had_the_reason_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "GROUPS", tmp_path / "nothing")
    monkeypatch.setattr(memory.shutil, "which", lambda _: None)
    with pytest.raises(NoGroup, match="may not limit memory here"), limited(1):
        pass
