"""A lesson's own cells as a program: what a command or a test executes is what the learner reads."""
import json
import linecache
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


def definitions(number, tag, old="", new=""):
    """Execute the code cells of lesson ``number`` that carry ``tag``; return the names they define.

    ``old`` is a piece of their text that ``new`` takes the place of; ValueError when it is not there.
    Needs nothing but the standard library, so it works in `utils.keras_theano`'s environment, too.
    """
    path = next(NOTEBOOKS.glob(f"**/{number}_*.ipynb"))
    source = "\n\n".join("".join(cell["source"]) for cell in json.loads(path.read_text("utf-8"))["cells"]
                         if cell["cell_type"] == "code" and tag in cell["metadata"].get("tags", ()))
    if old not in source:
        raise ValueError(f"lesson {number} does not say {old!r} in its cells tagged {tag!r}")
    source, name = source.replace(old, new) if old else source, f"lesson {number}, {old!r} as {new!r}"
    linecache.cache[name] = len(source), None, source.splitlines(True), name   # TensorFlow reads sources
    names = {"__name__": f"lesson_{number}"}
    exec(compile(source, name, "exec"), names)
    return names
