"""Every lesson, run by nbval: fresh kernel, scratch folder, no network."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from utils import caffe_build
from utils.course import lessons, record
from utils.engines import available
from utils.memory import PeakMemory
from utils.runtime import slowness

TESTS = Path(__file__).parent
# To end what hangs, not to judge what is slow: the budget is judged where a lesson runs alone.
CELL_SECONDS = round(300 * slowness())
NOTEBOOK_SECONDS = round(900 * slowness())
MEMORY_MB = 2000            # of a free Binder's 2 GiB, 2,147 MB; its Jupyter server takes the rest
# nbval in a process of its own, whose loopback (all that a kernel needs) is up
NBVAL = "import sys, pytest; from utils.course import loopback_up; loopback_up(); sys.exit(pytest.main(sys.argv[1:]))"


@cache
def cut_off():
    """The command that runs another one without a network, or [] where this user may not."""
    for command in (["unshare", "--net"], ["unshare", "--net", "--map-current-user"]):
        if shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    return []


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.path.stem)
def test_notebook(lesson, tmp_path, record_property):
    skip_without_its_engine(lesson)
    notebook = shutil.copy(lesson.path, tmp_path)
    claims, mutants, figures = (tmp_path / f"{name}.jsonl" for name in ("claims", "mutants", "figures"))
    mutants.write_text(json.dumps(printed_above_exercises(lesson)) + "\n")
    strict = course_metadata(lesson).get("nbval") == "strict"   # every output compared, not only the verdicts
    command = [*cut_off(), sys.executable, "-c", NBVAL, str(notebook),
               "--nbval" if strict else "--nbval-lax", f"--nbval-cell-timeout={CELL_SECONDS}",
               f"--nbval-sanitize-with={TESTS / 'nbval_sanitize.cfg'}",
               "--rootdir", str(tmp_path), "-p", "no:cacheprovider", "-p", "no:xdist", "-q",
               "--tb=short", "-W", "ignore::DeprecationWarning", "--durations=1", "--durations-min=0"]
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("PYTEST_", "COV_"))} | {"COURSE_RECORD": str(claims), "COURSE_MUTANTS": str(mutants), "COURSE_FIGURES": str(figures)}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    memory = PeakMemory(process.pid)
    memory.start()
    started = os.times().elapsed
    try:
        report, _ = process.communicate(timeout=NOTEBOOK_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        report, _ = process.communicate()
        pytest.fail(f"{lesson.path.name} was ended after {NOTEBOOK_SECONDS} s. So far:\n{report}", pytrace=False)
    finally:
        peak = memory.stop()
    record_property("seconds", os.times().elapsed - started)
    record_property("peak_mb", peak)
    if process.returncode != 0:
        pytest.fail(f"{lesson.path.name}:\n{report}", pytrace=False)

    # a lesson whose largest step skips itself where memory is short may say in its metadata what it takes
    limit = course_metadata(lesson).get("memory_mb", MEMORY_MB)
    assert peak < limit, f"{lesson.path.name} needed {peak:,.0f} MB, its limit is {limit:,}; a free Binder has {MEMORY_MB:,}"
    said = [json.loads(line) for line in claims.read_text().splitlines()] if claims.exists() else []
    assert said, f"{lesson.path.name} makes no claim"
    names = {c["name"] for c in said}
    recorded = [c for c in record().get(lesson.number, {}).get("claims", [])
                if c["name"] in names or not c.get("needs")]        # what is lacking here was skipped
    assert [(c["name"], c["bound"]) for c in said] == [(c["name"], c["bound"]) for c in recorded], \
        f"tests/record.json is not of these claims: run make claims LESSONS={lesson.number}"


    assert not figures.exists(), f"texts that cannot be read:\n{figures.read_text()}"
    tried = {row["number"]: row for row in map(json.loads, mutants.read_text().splitlines()[1:])}
    assert len(tried) == 3, f"solutions were accepted of {', '.join(tried)} only"
    assert not {number: row for number, row in tried.items() if row["accepted"] or row["refused"]}, \
        "judges that accept what a change has made wrong, or refuse another form of what is right"


def printed_above_exercises(lesson):
    """{exercise: [every number that the saved lesson prints above it]}."""
    numbers, found = set(), {}
    for cell in nbformat.read(lesson.path, as_version=4).cells:
        if cell.cell_type == "code":
            for number in re.findall(r"check\(\"(\d\d\.\d)\"", cell.source):
                found.setdefault(number, sorted(numbers))
            for output in cell.outputs:
                text = output.get("text") or output.get("data", {}).get("text/plain", "")
                numbers |= {float(one.replace(",", "")) for one in re.findall(r"-?\d[\d,]*(?:\.\d+)?", text)}
    return found


def skip_without_its_engine(lesson):
    """Skip, and name the fix, where this machine lacks the engine that the whole lesson is about."""
    engine = course_metadata(lesson).get("needs")
    if engine and not available()[engine][0]:
        pytest.skip(f"lesson {lesson.number}: {available()[engine][1]}")


def course_metadata(lesson):
    """What the notebook says of itself under the metadata key ``course``."""
    return json.loads(lesson.path.read_text())["metadata"]["course"]


def test_a_lesson_without_its_engine_is_skipped_with_the_fix(monkeypatch):
    needing = [lesson for lesson in lessons() if "needs" in course_metadata(lesson)]
    assert needing and all(course_metadata(lesson)["needs"] in available() for lesson in needing)
    monkeypatch.setattr(caffe_build, "problem", lambda: "Caffe is not installed")
    lesson = next(lesson for lesson in needing if course_metadata(lesson)["needs"] == "caffe")
    with pytest.raises(pytest.skip.Exception, match="Caffe is not installed: run .*utils.caffe_build"):
        skip_without_its_engine(lesson)


def test_without_caffe_a_learner_sees_one_sentence_with_the_command(tmp_path):
    """The lesson's own first cells, in a kernel that cannot import Caffe."""
    lesson = next(lesson for lesson in lessons() if course_metadata(lesson).get("needs") == "caffe")
    notebook = nbformat.read(lesson.path, as_version=4)
    importing = next(cell for cell in notebook.cells if "import caffe" in cell.source)
    blocked = nbformat.v4.new_code_cell(
        "from utils import caffe_build\ncaffe_build.problem = lambda: 'Caffe is not installed'")
    notebook.cells = [blocked, importing]
    client = NotebookClient(notebook, timeout=CELL_SECONDS, allow_errors=True, kernel_name="python3",
                            resources={"metadata": {"path": tmp_path}})
    client.execute()
    [error] = [output for output in importing.outputs if output.output_type == "error"]
    assert error.ename == "EngineMissing"
    [sentence] = error.traceback
    assert re.fullmatch(r"Caffe is not installed: run `\S+ -m utils.caffe_build`, .+\.", sentence)


def test_the_network_really_is_cut():
    if not cut_off():
        pytest.skip("this user may not make a network namespace; as root the notebooks run in one")
    attempt = "import socket; socket.create_connection(('192.0.2.1', 9), timeout=5)"
    answer = subprocess.run([*cut_off(), sys.executable, "-c", attempt], capture_output=True, text=True)
    assert "Network is unreachable" in answer.stderr
