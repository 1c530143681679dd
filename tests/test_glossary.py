"""No lesson uses a term before it is explained: `utils/glossary.toml` says which lesson explains it."""
import re
import tomllib

import nbformat
import pytest

from utils.course import ROOT, lessons

TERMS = tomllib.loads((ROOT / "utils" / "glossary.toml").read_text())
LESSONS = {lesson.number: lesson for lesson in lessons()}
# Code, links, headings: what stands there is a name, not a term.
NOT_PROSE = re.compile(r"```.*?```|`[^`]*`|\$\$.*?\$\$|\]\([^)]*\)|^#.*?$", re.S | re.M)


def test_the_glossary_names_lessons_that_exist():
    assert {number for term in TERMS.values() for number in term["lessons"]} <= set(LESSONS)
    assert list(TERMS) == sorted(TERMS, key=str.lower)


@pytest.mark.parametrize("number", [number for number in LESSONS if number != "00"])     # 00 lists the rest
def test_every_term_is_explained_before_it_is_used(number):
    before = prerequisites(number)
    prose = passages(LESSONS[number])
    faults = []
    for term, entry in TERMS.items():
        words = pattern([term, *entry.get("forms", [])])
        used = [place for place, text in enumerate(prose) if words.search(text)]
        if number in entry["lessons"]:
            marked = [place for place in used if is_marked(words, prose[place])]
            if not marked:
                faults.append(f"{term}: to be explained here, in bold or italics")
            elif not before & set(entry["lessons"]) and marked[0] > used[0]:
                faults.append(f"{term}: used before it is explained, in {prose[used[0]]!r}")
        elif used and not before & set(entry["lessons"]) and not points_elsewhere(prose[used[0]]):
            faults.append(f"{term}: unexplained in {prose[used[0]]!r}; of lessons {entry['lessons']} make "
                          f"one a prerequisite or name it there")
    assert not faults, "\n\n".join(faults)


def prerequisites(number):
    """The numbers of all lessons that a reader of this one has behind them."""
    direct = set(LESSONS[number].prerequisites)
    return direct.union(*map(prerequisites, direct))


def passages(lesson):
    """The paragraphs of a lesson's Markdown cells, without its objectives and its references."""
    cells = [cell.source for cell in nbformat.read(lesson.path, 4).cells if cell.cell_type == "markdown"]
    text = "\n\n".join(cells[2:]).split("## References")[0]
    return [NOT_PROSE.sub(" ", paragraph) for paragraph in re.split(r"\n\s*\n", text)]


def pattern(forms):
    words = "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in forms)
    return re.compile(rf"(?<![\w-])(?:{words})s?(?![\w-])", re.I)


def is_marked(words, text):
    """Whether one of the words stands in bold or italics."""
    return any(words.search(part) for part in re.findall(r"\*{1,2}([^*\n]+)\*{1,2}", text)
               if len(part) < 80)


def points_elsewhere(text):
    """Whether the paragraph says which lesson explains it."""
    return re.search(r"\blessons? \d\d\b", text) is not None
