"""Lessons in an imitation of Colab: ``python -m utils.course colab [NUMBERS] [--python PYTHON]``.

What is as on Colab: the versions that Google lists for its runtime (``tests/colab.txt``), whatever
a lesson's first cell installs on top, the course cloned by that cell's own line, no cache and no mirror
of data. What is imitated: ``google.colab`` is a stand-in of a few lines, the address of the clone is
turned to a snapshot of this checkout, uncommitted changes included, and no page draws the widgets.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from utils.course import CELL_SECONDS, ROOT, repository

HOME = ROOT / "build" / "colab"
PINS = ROOT / "tests" / "colab.txt"
VERSIONS = ("3.13", "3.12", "3.11")     # Colab's own first
UV = [sys.executable, "-m", "uv"]
STAND_IN = {"__init__.py": "from google.colab import output\n",
            "output.py": '''"""A stand-in for Colab's module: it notes that the page was asked for third-party widgets."""
from types import SimpleNamespace

_widgets = SimpleNamespace(_installed_url=None)


def enable_custom_widget_manager():
    _widgets._installed_url = "https://example.org/manager.js"
'''}


def interpreter():
    """The newest of `VERSIONS` on the PATH that starts; SystemExit when there is none."""
    for version in VERSIONS:
        found = shutil.which(f"python{version}")
        if found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0:
            return found
    raise SystemExit(f"none of Python {', '.join(VERSIONS)} was found: say where one is, --python /path/to/python3")


def runtime(python):
    """Make Colab's environment anew under build/colab; return its interpreter."""
    home = HOME / "environment"
    inside = home / "bin" / "python"
    install = [*UV, "pip", "install", "--quiet", "--python", inside, "--requirements", PINS]
    subprocess.run([*UV, "venv", "--quiet", "--clear", "--python", python, home], check=True)
    subprocess.run(install, check=True)
    # of the wheels that share the folder cv2 the last one written wins: let it be one without cascades
    subprocess.run([*install, "--reinstall-package", "opencv-python"], check=True)
    stand_in(next(home.glob("lib/python*/site-packages")))
    installed = subprocess.run([*UV, "pip", "freeze", "--quiet", "--python", inside], check=True, capture_output=True)
    (HOME / "installed.txt").write_bytes(installed.stdout)
    return inside


def stand_in(folder):
    """Write the stand-in for ``google.colab`` where Python looks for modules."""
    package = folder / "google" / "colab"               # google itself has no __init__: it is shared
    package.mkdir(parents=True)
    for name, text in STAND_IN.items():
        (package / name).write_text(text)


def clean(inside):
    """Take out of the environment what the last lesson put there: the next one starts on a machine of its own."""
    subprocess.run([*UV, "pip", "sync", "--quiet", "--python", inside, HOME / "installed.txt"], check=True)


def snapshot(folder, target):
    """Commit ``folder`` as it stands, less what git ignores, to a new repository ``target`` (a git directory)."""
    git = ["git", "--git-dir", target, "--work-tree", folder]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "--all"], cwd=folder, check=True)
    subprocess.run([*git, "-c", "user.name=course", "-c", "user.email=", "commit", "--quiet", "--no-gpg-sign",
                    "--message", "The course as it stands"], check=True)


def surroundings(inside, source, scratch):
    """The environment variables of a lesson's kernel: git finds the published course in ``source``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COURSE_")}
    return kept | {
        "PATH": f"{inside.parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": "/env/python",     # as on Colab
        "COURSE_CACHE": str(scratch / "cache"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",          # or ipykernel's debugger warns at each start
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{source}.insteadOf", "GIT_CONFIG_VALUE_0": repository()}


def run(path, inside, environment, scratch):
    """Run the notebook ``path`` in the folder ``scratch``; return [(cell, error)], empty when it passed."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=CELL_SECONDS, kernel_name="python3", allow_errors=True,
                            store_widget_state=False, resources={"metadata": {"path": str(scratch)}})
    client.create_kernel_manager().kernel_spec.argv = [
        str(inside), "-m", "ipykernel_launcher", "-f", "{connection_file}",
        "--IPKernelApp.exec_lines=import google.colab"]         # Colab has it from the start
    ended = []
    try:
        client.execute(env=environment)
    except (CellTimeoutError, DeadKernelError) as error:
        ended = [("the kernel", f"{type(error).__name__}: {str(error).strip().splitlines()[0]}")]
    return [(cell.id, f"{output.ename}: {output.evalue}") for cell in notebook.cells
            for output in cell.get("outputs", ()) if output.output_type == "error"] + ended


def main(lessons, python=None):
    """Run those of ``lessons`` that carry Colab's badge, one at a time; a line each; return the number that failed."""
    lessons = [lesson for lesson in lessons if lesson.colab]
    if not lessons:
        raise SystemExit("none of these lessons carries Colab's badge")
    python = python or interpreter()
    print(f"Colab's packages for {python}: about 0.8 GB to download, 3 GB on disk", flush=True)
    inside, failed = runtime(python), 0
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        snapshot(ROOT, source)
        for lesson in lessons:
            clean(inside)
            scratch = Path(folder) / lesson.number
            scratch.mkdir()
            started = time.perf_counter()
            errors = run(lesson.path, inside, surroundings(inside, source, scratch), scratch)
            print(f"{'✘' if errors else '✔'} {lesson.number} {lesson.title}: {time.perf_counter() - started:.0f} s")
            for cell, error in errors:
                print(f"    {cell}: {error}")
            sys.stdout.flush()
            shutil.rmtree(scratch)
            failed += bool(errors)
    return failed
