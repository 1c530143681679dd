"""Every lesson keeps the course's form: read as files, nothing is executed."""
import ast
import json
import re
from functools import cache
from urllib.parse import unquote

import nbformat
import pytest

from utils.course import ROOT, lessons

TAGS = {"exercise", "solution", "slide", "clear-output", "long-run", "tested",
        "nbval-check-output", "nbval-ignore-output"}
CLOSING = ["## The figures", "## What we saw", "## Your turn", "## References"]
KINDS = ["recall", "modify", "explore"]
EVERY_LESSON = pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.path.stem)


@cache
def read(lesson):
    return nbformat.read(lesson.path, as_version=4)


def cells(lesson, kind):
    return [cell for cell in read(lesson).cells if cell.cell_type == kind and cell.source.strip()]


def prose(lesson):
    return "\n\n".join(cell.source for cell in cells(lesson, "markdown"))


def outputs(lesson):
    return [(cell, output) for cell in cells(lesson, "code") for output in cell.outputs]


def tagged(lesson, tag):
    return [cell for cell in cells(lesson, "code") if tag in cell.metadata.get("tags", ())]


@EVERY_LESSON
def test_is_a_valid_notebook_for_the_course_kernel(lesson):
    nbformat.validate(read(lesson))
    assert read(lesson).metadata.kernelspec.name == "python3"
    assert lesson.path.stat().st_size < 1_000_000


@EVERY_LESSON
def test_opens_with_question_objectives_and_navigation(lesson):
    opening, navigation, colab = read(lesson).cells[:3]
    assert lesson.question.endswith("?")
    objectives = re.search(r"After this lesson you can\n((?:- .+\n?(?:  .+\n?)*)+)", opening.source)
    assert objectives and 3 <= objectives[1].count("- ") <= 5
    assert (navigation.id, colab.id) == ("navigation", "colab")
    assert set(lesson.prerequisites) <= {other.number for other in lessons()}


@EVERY_LESSON
def test_closes_with_figures_what_we_saw_exercises_and_references(lesson):
    headings = re.findall(r"^## .+$", prose(lesson), re.M)
    assert headings[-len(CLOSING):] == CLOSING
    saw = prose(lesson).split("## What we saw")[1].split("## Your turn")[0]
    assert saw.count("\n- ") >= 3
    references = prose(lesson).split("## References")[1]
    listed = re.findall(r"^- .+$", references, re.M)
    assert len(listed) >= 3 and all(re.search(r"\b(1[6-9]|20)\d\d\b", one) for one in listed)


@EVERY_LESSON
def test_has_a_recall_a_modify_and_an_explore_exercise_with_a_folded_solution(lesson):
    numbers = [f"{lesson.number}.{i}" for i in (1, 2, 3)]
    headings = re.findall(r"^### Your turn (\d\d\.\d) · (\w+)", prose(lesson), re.M)
    assert headings == list(zip(numbers, KINDS))
    for tag in ("exercise", "solution"):
        checked = [re.search(r'check\("(\d\d\.\d)"', cell.source) for cell in tagged(lesson, tag)]
        assert [found and found[1] for found in checked] == numbers, tag
    for cell in tagged(lesson, "exercise"):
        assert "..." in cell.source
        assert "waits for you" in cell.outputs[0].text
    for cell in tagged(lesson, "solution"):
        assert cell.metadata.jupyter.source_hidden
        assert "nbval-check-output" in cell.metadata.tags      # so that a rejected solution fails
        assert cell.outputs[0].text.startswith("✔")


@EVERY_LESSON
def test_every_claim_is_compared_by_nbval(lesson):
    claiming = [cell for cell in cells(lesson, "code") if re.search(r"^claim\(", cell.source, re.M)]
    assert claiming
    assert all("nbval-check-output" in cell.metadata.get("tags", ()) for cell in claiming)


@EVERY_LESSON
def test_was_saved_from_one_clean_run(lesson):
    counts = [cell.execution_count for cell in cells(lesson, "code")]
    assert counts == list(range(1, len(counts) + 1))
    for cell, output in outputs(lesson):
        assert output.output_type != "error", cell.source
        assert output.get("name") != "stderr", output.get("text")
        assert not re.search(r"\w*Warning\b|\bWARNING\b", str(output.get("text", ""))), output.text


@EVERY_LESSON
def test_every_figure_has_alternative_text(lesson):
    for cell, output in outputs(lesson):
        if "image/png" in output.get("data", {}):
            alt = output.metadata.get("image/png", {}).get("alt", "")
            assert len(alt.split()) >= 6, f"show(figure, alt=…) says too little: {alt!r}"
            assert output.data["text/plain"] == alt


@EVERY_LESSON
def test_cells_fit_in_the_head(lesson):
    for cell in cells(lesson, "code"):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= 20, cell.source
        assert max(map(len, lines)) <= 104, max(lines, key=len)
    words = len(re.sub(r"\|.*\|", "", prose(lesson)).split())
    assert words >= 800, f"only {words} words of prose"


@EVERY_LESSON
def test_code_names_data_instead_of_addresses(lesson):
    for cell in cells(lesson, "code"):
        if cell.id != "colab":
            assert "://" not in cell.source
            assert not re.search(r"[\"'](/home|/tmp|/root|C:)", cell.source)


@EVERY_LESSON
def test_tags_and_ids_are_known_and_unique(lesson):
    ids = [cell.id for cell in read(lesson).cells]
    assert len(set(ids)) == len(ids)
    assert {tag for cell in read(lesson).cells for tag in cell.metadata.get("tags", ())} <= TAGS
    assert all(not cell.outputs for cell in tagged(lesson, "clear-output"))


@EVERY_LESSON
def test_imports_only_what_it_uses(lesson):
    source = "\n".join(line for cell in cells(lesson, "code") if cell.id != "colab"
                       for line in cell.source.splitlines() if not line.startswith(("%", "!")))
    tree = ast.parse(source)
    imported = {(alias.asname or alias.name).partition(".")[0] for node in ast.walk(tree)
                if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert imported <= used, f"imported and never used: {imported - used}"


def markdown_files():
    texts = {lesson.path: prose(lesson) for lesson in lessons()}
    for path in [*ROOT.glob("*.md"), *ROOT.glob("data/*.md")]:
        texts[path] = path.read_text(encoding="utf-8")
    return texts.items()


@pytest.mark.parametrize("path, text", markdown_files(), ids=lambda value: getattr(value, "name", ""))
def test_links_inside_the_repository_resolve(path, text):
    for target in re.findall(r"\]\(<?([^)\s>]+)", text):
        if "://" not in target and not target.startswith(("#", "mailto:")):
            assert (path.parent / unquote(target.partition("#")[0])).exists(), f"{path.name}: {target}"


def test_there_is_a_lesson():
    assert [lesson.number for lesson in lessons()][0] == "00"


def test_outputs_hold_no_path_of_the_machine_they_were_made_on():
    for lesson in lessons():
        for cell, output in outputs(lesson):
            assert str(ROOT.parent) + "/" not in json.dumps(output), cell.source
