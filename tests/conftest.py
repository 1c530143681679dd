"""The suite's order, its isolation from the network, and the table of seconds it ends with."""
import os
import re
import signal
import socket
import subprocess
from contextlib import contextmanager

import pytest

from patience import wait_for
from utils.course import ROOT, loopback_up, record
from utils.memory import free_gb
from utils.runtime import cores, hardware, slowness


def pytest_addoption(parser):
    parser.addoption("--save-frames", action="store_true",
                     help="keep the Playground's frames a second in data/records/04.json")


def pytest_configure(config):
    loopback_up()       # so that `unshare -n make test` can talk to its kernels
    # No test may read or fill the learner's own cache or be steered by a learner's settings.
    os.environ.pop("COURSE_RECORD", None)
    slowness()          # measured before anything else runs; the workers are told


def pytest_report_header():
    return (f"machine: {hardware()}; {slowness():.1f} times slower than the README's just now, "
            "time limits are as much longer")


@pytest.hookimpl(optionalhook=True)         # there is no such hook without xdist
def pytest_xdist_auto_num_workers(config):
    """A worker a core that this process may use, and 3 GB for each: what a lesson and its test may take."""
    return max(1, min(cores(), int(free_gb() / 3)))


def pytest_collection_modifyitems(items):
    """Notebooks first, the longest of them first: so both cores stay busy until the end. Browser last."""
    seconds = {number: run["seconds"] for number, run in record().items()}

    def key(item):
        lesson = getattr(item, "callspec", None) and item.callspec.params.get("lesson")
        if item.path.name == "test_browser.py":
            return (2, 0)               # last, when the machine is quiet: one of them counts frames
        if item.path.name != "test_notebooks.py" or lesson is None:
            return (1, 0)
        return (0, -seconds.get(lesson.number, float("inf")))     # a new lesson: first of all

    items.sort(key=key)


def pytest_terminal_summary(terminalreporter):
    rows = [(report.nodeid, dict(report.user_properties))
            for reports in terminalreporter.stats.values() for report in reports
            if getattr(report, "when", None) == "call" and "peak_mb" in dict(report.user_properties)]
    if rows:
        terminalreporter.section("notebooks (side by side, so slower than in the README)")
        for name, figures in rows:
            terminalreporter.line(f"{figures['seconds']:7.1f} s {figures['peak_mb']:7,.0f} MB  "
                                  f"{name.partition('[')[2].rstrip(']')}")


@pytest.fixture(scope="session")
def start_lab():
    """A function: ``with start_lab(command, folder) as (base, page, token)`` runs a JupyterLab.

    ``command`` is what starts it, less the port; the log and Jupyter's settings stay in ``folder``.
    ``base`` is the server's address, ``page`` what it says to open there.
    """
    @contextmanager
    def start(command, folder):
        with socket.socket() as any_socket:
            any_socket.bind(("127.0.0.1", 0))
            port = any_socket.getsockname()[1]
        log = folder / "log"
        with open(log, "w") as file:
            lab = subprocess.Popen([part.format(port=port) for part in command], cwd=ROOT, stdout=file,
                                   stderr=subprocess.STDOUT, start_new_session=True,
                                   env=os.environ | {"JUPYTER_CONFIG_DIR": str(folder / "config")})
        address = re.compile(rf"(http://(?:127\.0\.0\.1|localhost):{port})/(lab\S*)\?token=(\w+)\s")
        try:
            wait_for(lambda: address.search(log.read_text()) or lab.poll() is not None)
            assert lab.poll() is None, log.read_text()
            yield address.search(log.read_text()).groups()
        finally:
            if lab.poll() is None:
                os.killpg(lab.pid, signal.SIGTERM)
            lab.wait(timeout=30 * slowness())
    return start
