"""The command line over the notebooks: ``python -m utils.course COMMAND``.

=============  =====================================================================
``lab``        open JupyterLab on lesson 00 (arguments after it go to JupyterLab)
``doctor``     check this machine, and say the fix for whatever is missing
``execute``    run lessons in fresh kernels, save their outputs, record their figures
``confined``   test lessons within a free Binder's 2 GB: the three that need most, or those named
``colab``      run lessons, those named or all with its badge, in an imitation of Colab
``sync``       rewrite what is generated: navigation, the map, the README's tables
``long-run``   run a lesson's long training and save its record under data/records
``student``    the edition without solutions; ``book``: web pages; both under build/
=============  =====================================================================

A notebook's facts are written once. Title, question and objectives stand in its first cell,
minutes, prerequisites, engine and data in its metadata (key ``course``), the figures in
``tests/record.json``. Everything else that repeats them is generated from there by ``sync``.
"""
import argparse
import fcntl
import html
import json
import os
import re
import shlex
import shutil
import socket
import struct
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

import nbformat

from utils.cells import definitions
from utils.memory import NoGroup, PeakMemory, limited

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
RECORD = ROOT / "tests" / "record.json"
RECORDS = ROOT / "data" / "records"
PARTS = {"": "Start here", "1_antecedents": "1 · Antecedents",
         "2_theory": "2 · Theory", "3_applications": "3 · Contemporary applications"}
BINDER_GB = 2.0         # a free Binder's 2 GiB, less what its Jupyter server takes
CELL_SECONDS = 600      # a hung kernel is ended; the lessons' own budget is 60 s a cell


# --- the lessons, read from their notebooks -------------------------------------------------

@dataclass(frozen=True)
class Lesson:
    """One notebook and what it says of itself."""

    path: Path
    title: str              # "A deep net in TFLearn"
    question: str
    minutes: int
    prerequisites: tuple    # numbers of other lessons: ("00",)
    engine: str
    data: tuple             # names for utils.data.load
    colab: bool             # whether its engine runs on Colab's Python
    packages: tuple         # what it needs there and Colab lacks: ("optuna",)

    @property
    def number(self):
        return self.path.stem[:2]

    @property
    def part(self):
        return PARTS[self.path.parent.name if self.path.parent != NOTEBOOKS else ""]

    def link(self, start):
        """This notebook's address relative to the folder ``start``."""
        return Path(os.path.relpath(self.path, start)).as_posix()


def read_lesson(path):
    """The `Lesson` in the notebook at ``path``; ValueError when its opening is not in order."""
    notebook = nbformat.read(path, as_version=4)
    opening = re.match(r"# (\d\d) · (.+)\n+\*\*(.+?)\*\*", notebook.cells[0].source)
    if not opening or opening[1] != path.stem[:2]:
        raise ValueError(f"{path.name}: the first cell must open with '# {path.stem[:2]} · Title' "
                         "and then the question in bold")
    facts = notebook.metadata.get("course")
    if not facts:
        raise ValueError(f"{path.name}: the notebook's metadata lacks the key 'course'")
    return Lesson(path, opening[2].strip(), opening[3], facts["minutes"],
                  tuple(facts["prerequisites"]), facts["engine"], tuple(facts["data"]),
                  facts["colab"], tuple(facts.get("packages", ())))


def lessons():
    """Every `Lesson` of the course, in the order of their numbers."""
    paths = (path for path in NOTEBOOKS.glob("**/[0-9][0-9]_*.ipynb")
             if not any(part.startswith(".") for part in path.relative_to(NOTEBOOKS).parts))
    return [read_lesson(path) for path in sorted(paths, key=lambda path: path.name)]


def record():
    """``tests/record.json``: by lesson number, the figures of the last `execute`."""
    return json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}


def repository():
    """The course's public address, from pyproject.toml (a fork changes it there, then runs sync)."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["project"]["urls"]["Repository"]


# --- what is generated from them ------------------------------------------------------------

def navigation(lesson, course, figures):
    """The Markdown line under a lesson's opening: time, needs, where to run it, its neighbours."""
    here = lesson.path.parent
    by_number = {other.number: other for other in course}
    needs = [f"[{number}]({by_number[number].link(here)} \"{by_number[number].title}\")"
             for number in lesson.prerequisites]
    facts = [f"{lesson.minutes} minutes", "needs " + " and ".join(needs) if needs else "needs nothing"]
    if figures:
        facts.append(f"a CPU is fine: the cells take {figures['seconds']:.0f} s on "
                     f"{figures['hardware'].partition(' (')[0]}")
    inside = lesson.path.relative_to(ROOT).as_posix()
    slug = repository().removeprefix("https://github.com/")
    places = [f"[Open on Binder](https://mybinder.org/v2/gh/{slug}/main?urlpath=lab/tree/{inside})"]
    if lesson.colab:
        places.append(f"[Open in Colab](https://colab.research.google.com/github/{slug}/blob/main/{inside})")
    i = course.index(lesson)
    if i > 0:
        places.append(f"← [{course[i - 1].number} {course[i - 1].title}]({course[i - 1].link(here)})")
    if i + 1 < len(course):
        places.append(f"[{course[i + 1].number} {course[i + 1].title}]({course[i + 1].link(here)}) →")
    return f"*{' · '.join(facts)}*\n\n{' · '.join(places)}"


def colab_cell(lesson):
    """The code cell that makes a lesson run on Colab, or says where it runs instead."""
    if lesson.colab:
        return ("import os\n"
                "import sys\n"
                'if "google.colab" in sys.modules:      # only there: fetch the course and its helpers\n'
                '    if not os.path.exists("course"):\n'
                f"        !git clone -q --depth 1 {repository()} course\n"
                f"    !pip install -q {shlex.join(('anywidget', 'pooch', *lesson.packages))}\n"
                '    sys.path.insert(0, os.path.abspath("course"))\n'
                '    os.environ["PYTHONPATH"] = f"{sys.path[0]}:{os.environ.get(\'PYTHONPATH\', \'\')}"')
    return ("import sys\n"
            'if "google.colab" in sys.modules:\n'
            f'    sys.exit("This lesson ({lesson.engine}) needs Python 3.11, Colab has a newer one: '
            'open it on Binder.")')


def course_map(course, start):
    """The lessons as a Markdown table, grouped by the talk's parts; links relative to ``start``."""
    lines = ["| | Lesson | The question | Minutes | Needs | Engine |",
             "|---|---|---|---:|---|---|"]
    part = None
    for lesson in course:
        if lesson.part != part:
            part = lesson.part
            lines.append(f"| | **{part}** | | | | |")
        lines.append(f"| {lesson.number} | [{lesson.title}]({lesson.link(start)}) | {lesson.question} | "
                     f"{lesson.minutes} | {', '.join(lesson.prerequisites) or '–'} | {lesson.engine} |")
    return "\n".join(lines)


def draw_map():
    """The course as a figure, and its alternative text: a bar a lesson, as long as its minutes, and arcs
    to what it builds on."""
    import matplotlib.pyplot as plt
    from matplotlib.patches import FancyArrowPatch, Patch

    from utils.plots import BLUE, GREEN, GREY, INK, ORANGE
    course = lessons()
    colour = dict(zip(PARTS.values(), (GREY, ORANGE, BLUE, GREEN)))
    row = {lesson.number: i for i, lesson in enumerate(course)}
    figure, axis = plt.subplots(figsize=(7.2, 1.4 + 0.42 * len(course)))
    for i, lesson in enumerate(course):
        axis.barh(i, lesson.minutes, height=0.62, color=colour[lesson.part])
        axis.text(lesson.minutes + 0.6, i, f"{lesson.number}  {lesson.title}", va="center", color=INK)
        for needed in lesson.prerequisites:
            axis.add_patch(FancyArrowPatch((-0.4, row[needed]), (-0.4, i), color=GREY, lw=1.2,
                                           connectionstyle="arc3,rad=0.5", arrowstyle="-|>",
                                           mutation_scale=9, clip_on=False, shrinkA=2, shrinkB=2))
    longest = max(lesson.minutes for lesson in course)
    axis.set(title="The course", xlabel="minutes", xlim=(-longest / 6, longest * 1.75), yticks=[],
             xticks=range(0, longest + 1, 10))
    axis.invert_yaxis()
    axis.grid(axis="y", visible=False)
    axis.spines["left"].set_visible(False)
    parts = [lesson.part for lesson in course]
    figure.legend(handles=[Patch(color=colour[part], label=part) for part in dict.fromkeys(parts)],
                  loc="outside lower center", ncols=4)
    bars = ", ".join(f"{lesson.number} {lesson.title} {lesson.minutes}" for lesson in course)
    return figure, ("Bar chart of the course, minutes by lesson, coloured by the part of the talk; arcs lead "
                    f"from a lesson to those that build on it. {bars}.")


def claims_table(course, figures):
    """Every recorded claim as Markdown, a folded table for each part of the talk: what was measured,
    the bound (of a time in brackets: it is reported, not asserted), the reference."""
    parts = {}
    for lesson in course:
        for claim in figures.get(lesson.number, {}).get("claims", []):
            parts.setdefault(lesson.part, []).append(
                f"| {lesson.number} | {claim['name']} | {claim['measured']} | "
                f"{'({})' if claim.get('timed') else '{}'} | ".format(claim["bound"]) +
                f"{claim['reference']} |")
    lines = []
    for part, rows in parts.items():
        lines += [f"<details><summary><b>{part}</b> ({len(rows)})</summary>", "",
                  "| | Claim | Measured | Bound | Compare with |", "|---|---|---|---|---|",
                  *rows, "", "</details>", ""]
    return "\n".join(lines).rstrip()


def seconds_table(course, figures):
    """Seconds and peak memory of every lesson, each run alone from a cold kernel.

    Memory is what the kernel and its children held together (`utils.memory.held`).
    """
    lines = ["| | Lesson | Seconds | Longest cell | Peak memory |", "|---|---|---:|---:|---:|"]
    for lesson in course:
        if run := figures.get(lesson.number):
            lines.append(f"| {lesson.number} | {lesson.title} | {run['seconds']:.0f} | "
                         f"{run['longest_cell']:.0f} s | {run['peak_mb']:,.0f} MB |")
    return "\n".join(lines)


def between_marks(text, name, generated):
    """``text`` with what stands between the comments ``name`` and ``/name`` replaced."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"the marks <!-- {name} --> and <!-- /{name} --> are missing")
    return pattern.sub(lambda found: found[1] + generated + found[2], text)


def generated_files():
    """{path: text} of every file that holds something generated, as it should be now."""
    course, figures = lessons(), record()
    files = {}
    for lesson in course:
        notebook = nbformat.read(lesson.path, as_version=4)
        cells = {cell.id: cell for cell in notebook.cells}
        cells["navigation"].source = navigation(lesson, course, figures.get(lesson.number))
        cells["colab"].source = colab_cell(lesson)
        if "map" in cells:
            cells["map"].source = course_map(course, lesson.path.parent)
        files[lesson.path] = nbformat.writes(notebook) + "\n"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    readme = between_marks(readme, "lessons", course_map(course, ROOT))
    readme = between_marks(readme, "claims", claims_table(course, figures))
    readme = between_marks(readme, "seconds", seconds_table(course, figures))
    files[ROOT / "README.md"] = readme
    return files


def sync():
    """Write every generated part anew; return the paths that changed."""
    changed = []
    for path, text in generated_files().items():
        if path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


# --- running lessons ------------------------------------------------------------------------

def execute(lesson):
    """Run a lesson in a fresh kernel and a scratch folder, save its outputs, return its figures.

    The figures are the lesson's entry in ``tests/record.json``: seconds from starting the
    kernel to its last output, the longest cell, peak memory in MB, the claims. Outputs of cells
    tagged ``clear-output`` (pictures of data that must not be published) are not saved, and of a
    widget only its still picture: the widget itself lives no longer than its kernel.
    """
    from nbclient import NotebookClient

    from utils.runtime import hardware
    notebook = nbformat.read(lesson.path, as_version=4)
    with tempfile.TemporaryDirectory() as scratch:
        claims = Path(scratch) / "claims.jsonl"
        os.environ["COURSE_RECORD"] = str(claims)
        client = NotebookClient(notebook, timeout=CELL_SECONDS, kernel_name="python3",
                                store_widget_state=False,
                                resources={"metadata": {"path": scratch}})
        started = time.perf_counter()
        with client.setup_kernel():
            memory = PeakMemory(client.km.provisioner.pid)
            memory.start()
            executed = 0
            for i, cell in enumerate(notebook.cells):
                if cell.cell_type == "code" and cell.source.strip():
                    executed += 1
                    client.execute_cell(cell, i, execution_count=executed)
            seconds, peak = time.perf_counter() - started, memory.stop()
        said = claims.read_text(encoding="utf-8").splitlines() if claims.exists() else []
    notebook.metadata["language_info"] = client.nb.metadata.get("language_info", {"name": "python"})
    longest = max((_cell_seconds(cell) for cell in notebook.cells), default=0)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if "clear-output" in cell.metadata.get("tags", ()):
            cell.outputs = []
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    lesson.path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    return {"seconds": round(seconds, 1), "longest_cell": round(longest, 1), "peak_mb": round(peak),
            "hardware": hardware(), "claims": [json.loads(line) for line in said]}


def confined(numbers):
    """Run the tests of lessons where they and all they start get 2 GB; return pytest's exit status.

    Without numbers those three that are recorded with most. Full-size steps skip themselves there.
    """
    import subprocess
    figures = record()
    chosen = numbers or sorted(figures, key=lambda number: -figures[number]["peak_mb"])[:3]
    names = " or ".join(lesson.path.stem for lesson in _choose(chosen))
    try:
        with limited(BINDER_GB) as command:
            return subprocess.run([*command, sys.executable, "-m", "pytest", "-p", "no:xdist", "-k", names,
                                   "tests/test_notebooks.py"], cwd=ROOT).returncode
    except NoGroup as reason:
        print(f"skipped: {reason}")
        return 0


def _cell_seconds(cell):
    from datetime import datetime
    times = cell.metadata.get("execution", {})
    if "iopub.status.busy" not in times or "iopub.status.idle" not in times:
        return 0
    busy, idle = (datetime.fromisoformat(times[f"iopub.status.{state}"]) for state in ("busy", "idle"))
    return (idle - busy).total_seconds()


def long_run(number):
    """Run the cells of a lesson tagged ``long-run``, then its function ``long_run``; save the record.

    The lesson's model is thus the one in its cells, written once. The record says what was
    reached, in how many seconds and on what; a lesson shows it with `long_run_record`.
    """
    from utils.runtime import hardware, stopwatch
    lesson = _choose([number])[0]
    names = definitions(lesson.number, "long-run")
    if "long_run" not in names:
        raise SystemExit(f"lesson {number} has no long run")
    with stopwatch() as watch:
        result = names["long_run"]()
    RECORDS.mkdir(parents=True, exist_ok=True)
    path = RECORDS / f"{number}.json"
    path.write_text(json.dumps({**result, "command": f"python -m utils.course long-run {number}",
                                "total_seconds": round(watch.seconds, 1), "hardware": hardware()},
                               indent=1) + "\n")
    return path


def long_run_record(number):
    """The committed record of a lesson's long run, as a dict."""
    return json.loads((RECORDS / f"{number}.json").read_text(encoding="utf-8"))


# --- editions -------------------------------------------------------------------------------

def student_edition(target=ROOT / "build" / "student"):
    """The notebooks without solutions and outputs, in the same folders, under ``target``."""
    from nbconvert.preprocessors import ClearOutputPreprocessor, TagRemovePreprocessor
    remove = TagRemovePreprocessor(remove_cell_tags=("solution",))
    for lesson in lessons():
        notebook = nbformat.read(lesson.path, as_version=4)
        notebook, _ = remove.preprocess(notebook, {})
        notebook, _ = ClearOutputPreprocessor().preprocess(notebook, {})
        path = target / lesson.path.relative_to(NOTEBOOKS)
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
    return target


def book(target=ROOT / "build" / "book"):
    """The lessons as web pages with outputs, solutions folded away, under ``target``."""
    from nbconvert import HTMLExporter
    exporter = HTMLExporter(template_name="lab")
    for lesson in lessons():
        notebook = nbformat.read(lesson.path, as_version=4)
        for cell in notebook.cells:
            if "solution" in cell.metadata.get("tags", ()):
                fold = "<details><summary>Solution</summary>\n\n```python\n%s\n```\n</details>"
                cell.update(nbformat.v4.new_markdown_cell(fold % cell.source, id=cell.id))
                cell.pop("outputs", None), cell.pop("execution_count", None)
            elif cell.cell_type == "markdown":
                cell.source = re.sub(r"(\]\([^)\s:]+)\.ipynb", r"\1.html", cell.source)
        page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": lesson.title}})
        # nbconvert knows neither the alternative text of a picture nor its width
        pictures = [output.metadata["image/png"] for cell in notebook.cells
                    for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
        for picture in pictures:
            page = page.replace('alt="No description has been provided for this image"',
                                f'alt="{html.escape(picture.alt)}" width="{picture.width}"', 1)
        path = (target / lesson.path.relative_to(NOTEBOOKS)).with_suffix(".html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
    shutil.copy(target / "00_start_here.html", target / "index.html")
    return target


# --- the doctor -----------------------------------------------------------------------------

def doctor():
    """What this machine has, as rows (item, "ok" | "missing", what was found or how to mend it)."""
    from utils import data, engines, keras_theano, runtime
    rows = []

    def row(item, fine, found, fix):
        rows.append((item, "ok" if fine else "missing", found if fine else fix))

    version = ".".join(map(str, sys.version_info[:3]))
    row("Python 3.11", sys.version_info[:2] == (3, 11), version,
        f"this is {version}: run `make lab PYTHON=/path/to/python3.11`")
    memory, free = runtime.memory_gb(), shutil.disk_usage(ROOT).free / 1e9
    row("Memory for every lesson", memory >= 2, f"{memory:.0f} GB",
        f"{memory:.1f} GB: the lessons need up to 2 GB, close other programs first")
    row("Room on the disk", free >= 1, f"{free:.0f} GB free", f"{free:.1f} GB free: make 1 GB free")
    row("Processor", True, runtime.hardware(), "")
    for name, (version, fix) in engines.available().items():
        row(name, version is not None, version, fix)
    row("keras on theano", not keras_theano.problem(), "2.3.1 on 1.0.5", keras_theano.problem())
    for name in data.REGISTRY:
        place, fix = data.status(name)
        row(f"data: {name}", place is not None, place, fix)
    return rows


class Report:
    """The doctor's rows, as a table in a notebook and as plain text on the command line."""

    def __init__(self, rows):
        self.rows = rows

    def __str__(self):
        return "\n".join(f"{'✔' if state == 'ok' else '✘'} {item:24} {text}"
                         for item, state, text in self.rows)

    __repr__ = __str__

    def _repr_markdown_(self):
        cells = [f"| {'✔' if state == 'ok' else '✘ not here'} | {item} | {text} |"
                 for item, state, text in self.rows]
        return "\n".join(["| | | found, or how to get it |", "|---|---|---|", *cells])


# --- JupyterLab -----------------------------------------------------------------------------

def loopback_up():
    """Switch the loopback interface on where it is off, as it is in a new network namespace.

    Jupyter talks to its kernels through 127.0.0.1, so without this nothing runs under
    ``unshare -n``. Needs no network; does nothing on an ordinary machine or without the right.
    """
    if not sys.platform.startswith("linux"):
        return
    get_flags, set_flags, up = 0x8913, 0x8914, 1        # SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        try:
            name, flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, get_flags, request))
            if not flags & up:
                fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14x", name, flags | up))
        except OSError:
            pass


def lab(arguments):
    """Replace this process by JupyterLab, open on lesson 00, for this machine only, token on.

    ``arguments`` go to JupyterLab and win over the settings made here.
    """
    loopback_up()
    settings = {"--ServerApp.ip": "127.0.0.1", "--ServerApp.root_dir": ROOT,
                "--LabApp.extension_manager": "readonly",
                "--LabApp.default_url": "/lab/tree/notebooks/00_start_here.ipynb"}
    said = {argument.partition("=")[0] for argument in arguments}
    command = [sys.executable, "-m", "jupyterlab",
               *(f"{name}={value}" for name, value in settings.items() if name not in said)]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    os.chdir(ROOT)
    os.execv(sys.executable, [*command, *arguments])


# --- the command line -----------------------------------------------------------------------

def _choose(numbers):
    course = lessons()
    known = {lesson.number: lesson for lesson in course}
    if unknown := set(numbers) - set(known):
        raise SystemExit(f"there is no lesson {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return [known[number] for number in numbers] or course


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m utils.course", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("lab")
    for name in ("doctor", "student", "book"):
        commands.add_parser(name)
    commands.add_parser("sync").add_argument(
        "--check", action="store_true", help="change nothing; fail when something is stale")
    for name in ("execute", "confined"):
        commands.add_parser(name).add_argument("numbers", nargs="*", help="lessons, such as 05")
    commands.add_parser("long-run").add_argument("number")
    imitation = commands.add_parser("colab")
    imitation.add_argument("numbers", nargs="*", help="lessons, such as 05")
    imitation.add_argument("--python", help="the interpreter; else the newest of 3.13, 3.12 and 3.11 here")
    said, rest = parser.parse_known_args(arguments)
    if rest and said.command != "lab":
        parser.error(f"unknown arguments: {' '.join(rest)}")

    if said.command == "lab":
        lab(rest)
    elif said.command == "doctor":
        report = Report(doctor())
        print(report)
    elif said.command == "sync":
        if said.check:
            stale = [path for path, text in generated_files().items()
                     if path.read_text(encoding="utf-8") != text]
            if stale:
                raise SystemExit("stale, run `make sync`: " +
                                 ", ".join(str(path.relative_to(ROOT)) for path in stale))
        else:
            for path in sync():
                print("rewritten:", path.relative_to(ROOT))
    elif said.command == "execute":
        for lesson in _choose(said.numbers):
            print(f"{lesson.number} {lesson.title} …", flush=True)
            run = execute(lesson)
            if missed := [said["name"] for said in run["claims"] if not said["holds"]]:
                raise SystemExit(f"not recorded: {'; '.join(missed)} missed. Is the machine busy?")
            figures = record() | {lesson.number: run}
            RECORD.write_text(json.dumps(dict(sorted(figures.items())), indent=1, ensure_ascii=False)
                              + "\n", encoding="utf-8")
            print(f"   {run['seconds']:.0f} s, {run['peak_mb']:,.0f} MB, {len(run['claims'])} claims hold")
        sync()
    elif said.command == "confined":
        sys.exit(confined(said.numbers))
    elif said.command == "colab":
        from utils import colab
        raise SystemExit(colab.main(_choose(said.numbers), said.python))
    elif said.command == "long-run":
        print("saved:", long_run(said.number).relative_to(ROOT))
    else:
        edition = student_edition() if said.command == "student" else book()
        print("written:", edition.relative_to(ROOT))


if __name__ == "__main__":
    main()
