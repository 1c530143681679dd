"""One set of pins in three files, and a set-up that explains itself."""
import os
import re
import subprocess
import tomllib

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

from utils.course import ROOT
from utils.runtime import slowness

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def locked():
    """{name: version} of requirements.lock on Linux with an x86-64 processor."""
    pins = {}
    for name, version, marker in re.findall(r"^([\w.-]+)==([\w.]+) ; (.+?) \\$",
                                            (ROOT / "requirements.lock").read_text(), re.M):
        if Marker(marker).evaluate({"sys_platform": "linux", "platform_machine": "x86_64",
                                    "python_full_version": "3.11.7"}):
            pins[name] = version
    return pins


def conda_pins():
    text = (ROOT / "environment.yml").read_text()
    return dict(re.findall(r"^\s+- ([\w.-]+)==([\w.]+)$", text, re.M))


def direct():
    """The course's own dependencies on Linux, as requirements."""
    wanted = map(Requirement, PROJECT["dependencies"] + PROJECT["optional-dependencies"]["cpu"])
    return [one for one in wanted if one.marker is None or one.marker.evaluate(
        {"sys_platform": "linux", "platform_machine": "x86_64"})]


def test_the_lock_satisfies_the_project():
    pins = locked()
    for one in direct():
        assert one.specifier.contains(pins[one.name]), one


def test_conda_has_the_same_pins_as_the_lock():
    pins = locked()
    wanted = {one.name: pins[one.name] for one in direct()}
    wanted["tensorflow"] = wanted.pop("tensorflow-cpu")     # conda takes the build for every platform
    assert conda_pins() == wanted


def test_every_engine_the_course_promises_is_pinned():
    assert {"jupyter", "tensorflow-cpu", "keras", "tflearn", "theano", "gensim",
            "matplotlib", "nbval"} <= set(locked())


def test_every_locked_file_has_a_hash_and_no_address():
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text and "--index" not in text
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_what_is_installed_is_what_is_locked():
    from importlib.metadata import version
    for name, pinned in locked().items():
        assert version(name) == pinned, name


def make(*arguments, **environment):
    clean = {name: value for name, value in os.environ.items()
             if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    return subprocess.run(["make", "--no-print-directory", *arguments], cwd=ROOT, text=True,
                          capture_output=True, env=clean | environment, timeout=120 * slowness())


def test_a_second_set_up_does_nothing():
    answer = make("setup")
    assert answer.returncode == 0 and "Nothing to be done" in answer.stdout, answer.stdout


def test_clean_removes_what_was_made_and_nothing_else(tmp_path):
    ours = ".venv/bin/python", "build/book/index.html", "utils/a b/__pycache__/c.pyc", ".pytest_cache/x"
    theirs = ("notebooks/my work/.ipynb_checkpoints/a.ipynb", "notebooks/my/b.ipynb", "work/.ipynb_checkpoints/c",
              "build/mine.txt", "mine.egg-info/x", "utils/d.py", "tests/e.py", "__pycache__/f")
    for name in ours + theirs:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    answer = subprocess.run(["make", "-f", ROOT / "Makefile", "clean"], cwd=tmp_path, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert [name for name in ours if (tmp_path / name).exists()] == []
    assert [name for name in theirs if not (tmp_path / name).exists()] == []


OLD_PYTHON = '#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2\nexit 1\n'


@pytest.mark.parametrize("python, complaint", [
    ("no-such-python", "Python 3.11 was not found"), ("./old-python", "This is Python 3.9.2")])
def test_set_up_without_a_fitting_python_names_the_fix(python, complaint, tmp_path):
    for name in ("Makefile", "requirements.lock", "pyproject.toml", "utils/caffe_build.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text((ROOT / name).read_text())
    (tmp_path / "old-python").write_text(OLD_PYTHON)
    (tmp_path / "old-python").chmod(0o755)
    answer = subprocess.run(["make", "lab", f"PYTHON={python}"], cwd=tmp_path, text=True,
                            capture_output=True, timeout=120 * slowness())
    assert answer.returncode != 0
    assert complaint in answer.stdout and "make lab PYTHON=/path/to/python3.11" in answer.stdout
    assert not (tmp_path / ".venv").exists()
