"""What a process holds in memory, what is free, and a group of processes with a limit.

    watch = PeakMemory(pid).start() … watch.stop()      # MB that the process and its children held
    free_gb()                                           # what a new process may take
    with limited(2.0) as command: run([*command, …])    # as on a free Binder: 2.0 GB and no more
"""
import os
import re
import shutil
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import psutil

GROUPS = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")


class NoGroup(RuntimeError):
    """This user, or this machine, cannot limit the memory of a group of processes."""


def held(pid):
    """Bytes that a process holds and the system cannot take back: its own memory and shared memory.

    Pages of files, such as the 0.5 GB of TensorFlow's libraries, are left out: the system drops them
    when memory is short, and two processes with the same library share one copy. So the sum over a
    kernel and its children is what must fit. Raises psutil.NoSuchProcess when the process has ended.
    Source: proc(5), RssAnon, RssShmem and VmSwap of /proc/pid/status; elsewhere (macOS) psutil's "uss".
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return psutil.Process(pid).memory_full_info().uss
    return 1024 * sum(map(int, re.findall(r"^(?:RssAnon|RssShmem|VmSwap):\s*(\d+) kB", status, re.MULTILINE)))


class PeakMemory(threading.Thread):
    """Watch what a process and all its children hold: ``peak`` in MB (10⁶ bytes), sampled."""

    def __init__(self, pid, every=0.5):
        super().__init__(daemon=True)
        self.pid, self.every, self.peak = pid, every, 0.0
        self.finished = threading.Event()

    def run(self):
        while not self.finished.wait(self.every):
            try:
                root = psutil.Process(self.pid)
                total = sum(held(process.pid) for process in (root, *root.children(recursive=True)))
            except (psutil.NoSuchProcess, psutil.AccessDenied):     # one has just ended: the next is whole
                continue
            self.peak = max(self.peak, total / 1e6)

    def stop(self):
        self.finished.set()
        self.join()
        return self.peak


def free_gb():
    """Memory that a new process may take, in GB (10⁹ bytes): the machine's, and its groups' of processes."""
    free = [psutil.virtual_memory().available]
    for folder, limit, used, cached in _groups():
        try:
            statistics = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
            free.append(int((folder / limit).read_text()) - int((folder / used).read_text())
                        + int(statistics.get(cached, 0)))
        except (OSError, ValueError):       # no such file, or "max": no limit
            pass
    return min(free) / 1e9


def _groups():
    """The groups that this process is in, outermost first: folder and names of its files.

    A container often shows its own group as the root, whatever the process is told of its place.
    """
    for line in OWN.read_text().splitlines() if OWN.exists() else ():
        number, controllers, inside = line.split(":", 2)
        if number == "0":                                                       # version 2
            root, names = GROUPS, ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            root = GROUPS / "memory"
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        for depth in range(len(parts := [part for part in inside.split("/") if part]) + 1):
            yield root.joinpath(*parts[:depth]), *names


@contextmanager
def limited(gb):
    """A command's beginning (a list) under which it and its children get ``gb`` GB (10⁹ bytes) together.

    What needs more is ended by the system, as in a container with that limit. Root makes a group of
    its own; others ask systemd. Raises `NoGroup`, with the reason, where neither may.
    """
    size = str(round(gb * 1e9))
    ask = ["systemd-run", "--user", "--scope", "--quiet", f"--property=MemoryMax={size}", "--property=MemorySwapMax=0"]
    if shutil.which(ask[0]) and subprocess.run([*ask, "true"], capture_output=True).returncode == 0:
        yield ask
        return
    first = (GROUPS / "cgroup.controllers").exists()        # version 2 is mounted where version 1 would be
    folder = (GROUPS if first else GROUPS / "memory") / f"course-{os.getpid()}"
    limits = (("memory.max", size), ("memory.swap.max", "0")) if first else (
        ("memory.limit_in_bytes", size), ("memory.memsw.limit_in_bytes", size))
    try:
        folder.mkdir()
    except OSError as error:
        raise NoGroup(f"this user may not limit memory here ({error.strerror}: {folder})") from None
    try:
        if not (folder / limits[0][0]).exists():
            raise NoGroup(f"the system does not count memory in {folder}")
        (folder / limits[0][0]).write_text(size)
        if (folder / limits[1][0]).exists():                # not on every system: then there is swap, too
            (folder / limits[1][0]).write_text(limits[1][1])
        yield ["sh", "-c", 'echo $$ > "$0" && exec "$@"', str(folder / "cgroup.procs")]
    finally:
        folder.rmdir()
