"""The course's commands: what they generate, what they serve, what they say."""
import re
import socket
import subprocess
import sys

import matplotlib.pyplot as plt
import nbformat
import pytest
import requests

from utils import course
from utils.course import ROOT, lessons
from utils.runtime import slowness

PATIENCE = 60 * slowness()


def test_nothing_generated_is_stale():
    stale = [path.relative_to(ROOT).as_posix() for path, text in course.generated_files().items()
             if path.read_text(encoding="utf-8") != text]
    assert not stale, "run `make sync`"


def test_the_saved_map_shows_the_course_as_it_is():
    figure, alt = course.draw_map()
    plt.close(figure)
    cells = nbformat.read(lessons()[0].path, as_version=4).cells
    [saved] = [output.data["text/plain"] for cell in cells if "draw_map" in cell.source for output in cell.outputs]
    assert saved == alt, "run `make claims LESSONS=00`"


def test_generated_parts_follow_their_source(monkeypatch):
    some = lessons()[1]
    monkeypatch.setattr(course, "record", lambda: {
        some.number: {"seconds": 123.4, "longest_cell": 45.6, "peak_mb": 789, "hardware": "2 cores (x), 8 GB",
                      "claims": [{"name": "a claim", "measured": "1", "bound": "≥ 0", "reference": "r"}]}})
    files = course.generated_files()
    assert "| a claim | 1 | ≥ 0 | r |" in files[ROOT / "README.md"]
    assert "123 s on 2 cores" in files[some.path]


def test_a_fork_gets_its_own_addresses(monkeypatch):
    monkeypatch.setattr(course, "repository", lambda: "https://github.com/me/mine")
    text = course.generated_files()[lessons()[0].path]
    assert "gh/me/mine/main" in text and "me/mine course" in text


def test_a_notebook_with_a_wrong_opening_is_named(tmp_path):
    path = tmp_path / "05_x.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 06 · X\n\n**Why?**")]), path)
    with pytest.raises(ValueError, match="05_x.ipynb.*must open with"):
        course.read_lesson(path)


def test_student_edition_has_no_solutions_and_no_outputs(tmp_path):
    course.student_edition(tmp_path)
    for lesson in lessons():
        notebook = nbformat.read(tmp_path / lesson.path.relative_to(course.NOTEBOOKS), as_version=4)
        nbformat.validate(notebook)
        tags = {tag for cell in notebook.cells for tag in cell.metadata.get("tags", ())}
        assert "exercise" in tags and "solution" not in tags
        assert not any(cell.get("outputs") for cell in notebook.cells)


def test_book_folds_solutions_and_links_pages_to_pages(tmp_path):
    course.book(tmp_path)
    for lesson in lessons():
        page = (tmp_path / lesson.path.relative_to(course.NOTEBOOKS)).with_suffix(".html").read_text()
        assert page.count("<summary>Solution</summary>") == 3
        assert "No description has been provided" not in page      # every figure has its alt text
        inside = [href for href in re.findall(r'href="([^"]+)"', page) if "://" not in href]
        assert not any(href.endswith(".ipynb") for href in inside)
    assert (tmp_path / "index.html").exists()


def test_doctor_names_a_fix_for_all_that_is_missing():
    report = course.Report(course.doctor())
    assert "✔ Python 3.11" in str(report)
    for item, state, text in report.rows:
        assert text and (state == "ok" or re.search(r"`.+`|https?://|free|close", text)), item


def test_the_command_line_explains_itself():
    answer = subprocess.run([sys.executable, "-m", "utils.course", "execute", "77"], cwd=ROOT,
                            capture_output=True, text=True)
    assert answer.returncode != 0 and "there is no lesson 77" in answer.stderr


def test_make_lab_serves_the_start_page_to_the_token_only(tmp_path, start_lab):
    command = ["make", "lab", "LAB_FLAGS=--no-browser --ServerApp.port={port}"]
    with start_lab(command, tmp_path) as (base, start_page, token):
        assert start_page == "lab/tree/notebooks/00_start_here.ipynb"
        page = requests.get(f"{base}/{start_page}", params={"token": token}, timeout=PATIENCE)
        assert page.status_code == 200 and "JupyterLab" in page.text
        contents = f"{base}/api/contents/notebooks/00_start_here.ipynb"
        answer = requests.get(contents, headers={"Authorization": f"token {token}"}, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text[:300]
        assert answer.json()["content"]["cells"][0]["source"].startswith("# 00 ·")
        assert requests.get(contents, timeout=PATIENCE).status_code == 403
        for other in socket.gethostbyname_ex(socket.gethostname())[2]:
            if not other.startswith("127."):
                with pytest.raises(OSError):
                    socket.create_connection((other, int(base.rpartition(":")[2])), timeout=2)
