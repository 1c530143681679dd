"""What Colab is given and what its imitation is made of; the lessons there: ``python -m utils.course colab``."""
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from utils import colab
from utils.course import colab_cell, lessons, repository

BADGED = [lesson for lesson in lessons() if lesson.colab]


@pytest.fixture
def first_cell(monkeypatch, tmp_path):
    """A function that executes a lesson's first cell as on Colab, in an empty folder; returns its shell commands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "google.colab", None)
    monkeypatch.setattr(sys, "path", sys.path[:])
    monkeypatch.setenv("PYTHONPATH", "/env/python")

    def execute(lesson):
        commands = []
        shell = SimpleNamespace(system=commands.append)
        exec(TransformerManager().transform_cell(colab_cell(lesson)), {"get_ipython": lambda: shell})
        return commands
    return execute


def test_the_first_cell_clones_once_and_shows_the_course_to_child_processes_too(first_cell, tmp_path):
    clone, _ = first_cell(BADGED[0])
    assert clone.startswith("git clone ") and clone.endswith(f" {repository()} course")
    (tmp_path / "course").mkdir()
    assert [command.split()[0] for command in first_cell(BADGED[0])] == ["pip"]
    assert sys.path[0] == str(tmp_path / "course")
    seen = subprocess.run([sys.executable, "-c", "import sys; print(sys.path)"], cwd="/", capture_output=True, text=True)
    assert str(tmp_path / "course") in seen.stdout and "/env/python" in seen.stdout


@pytest.mark.parametrize("lesson", BADGED, ids=lambda lesson: lesson.number)
def test_the_shell_hands_pip_every_package_whole(lesson, first_cell, tmp_path):
    pip = first_cell(lesson)[-1]
    said = subprocess.run(["sh", "-c", f'pip() {{ printf "%s\\n" "$@"; }}\n{pip}'], capture_output=True, text=True)
    assert said.stdout.split() == ["install", "-q", "anywidget", "pooch", *lesson.packages]
    assert not list(tmp_path.iterdir())                 # nothing was taken for a redirection


def test_the_pins_are_exact_and_say_of_when_and_whence():
    text = colab.PINS.read_text()
    assert re.search(r"\d+ \w+ 20\d\d", text) and "googlecolab/backend-info" in text.splitlines()[0]
    assert all(re.fullmatch(r"[\w-]+==[\w.]+", line) for line in text.splitlines() if line and line[0] != "#")


def test_the_stand_in_stands_beside_other_modules_of_google(tmp_path):
    colab.stand_in(tmp_path)
    program = ("import google.colab, google.protobuf\nfrom anywidget import AnyWidget\n"
               "_, metadata = AnyWidget()._repr_mimebundle_()\nprint(metadata)")
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                          env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert "custom_widget_manager" in said.stdout, said.stderr


def test_the_published_address_gives_the_checkout_as_it_stands(tmp_path):
    folder, source = tmp_path / "a course", tmp_path / "a source"
    (folder / "utils").mkdir(parents=True)
    (folder / "utils" / "new.py").write_text("")                        # committed nowhere
    (folder / ".gitignore").write_text("build/\n")
    (folder / "build").mkdir()
    (folder / "build" / "large").write_text("")
    colab.snapshot(folder, source)
    environment = colab.surroundings(tmp_path / "bin" / "python", source, tmp_path)
    subprocess.run(["git", "clone", "-q", "--depth", "1", repository(), "course"], cwd=tmp_path, env=environment,
                   check=True)
    assert {path.name for path in (tmp_path / "course").iterdir()} == {".git", ".gitignore", "utils"}


def test_a_kernel_learns_nothing_of_the_learners_own_data(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA_MIRROR", "/stick")
    environment = colab.surroundings(tmp_path / "bin" / "python", tmp_path / "source", tmp_path)
    assert "COURSE_DATA_MIRROR" not in environment and environment["COURSE_CACHE"].startswith(str(tmp_path))


def test_every_cell_that_fails_is_named_and_the_others_run(monkeypatch, tmp_path):
    cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in [
        ("first", "import sys\nassert 'google.colab' in sys.modules"), ("second", "1 / 0"),
        ("third", "import os\nassert os.environ['MARK'] == 'x'"), ("fourth", "import nothing_of_this_name")]]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "a.ipynb")
    colab.stand_in(tmp_path)
    errors = colab.run(tmp_path / "a.ipynb", sys.executable, os.environ | {"PYTHONPATH": str(tmp_path), "MARK": "x"},
                       tmp_path)
    assert errors == [("second", "ZeroDivisionError: division by zero"),
                      ("fourth", "ModuleNotFoundError: No module named 'nothing_of_this_name'")]


def test_a_lesson_without_the_badge_is_refused():
    with pytest.raises(SystemExit, match="badge"):
        colab.main([lesson for lesson in lessons() if not lesson.colab])


def test_no_interpreter_is_said_so(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit, match="--python"):
        colab.interpreter()
