"""Wrong answers made from right ones: what the tests try on every judge.

While the lessons are tested (``COURSE_MUTANTS=file``), `check` hands each answer that it has found
right to `try_out`. A judge has to reject what sign, factor, unit or order have made wrong, and to
accept the same answer in another form. What a judge may not care about (the factor of a direction,
say) its exercise names in ``indifferent``.
"""
import json
from numbers import Real
from pathlib import Path

import numpy as np

# name → what it does to an array of numbers
CHANGES = {
    "sign": lambda x: -x, "double": lambda x: 2 * x, "half": lambda x: x / 2,
    "plus 1": lambda x: x + 1, "minus 1": lambda x: x - 1,
    "5 % more": lambda x: 1.05 * x, "5 % less": lambda x: 0.95 * x,
    "in percent": lambda x: 100 * x, "as a fraction": lambda x: x / 100,
    "nan": lambda x: np.full(np.shape(x), np.nan),
    "constant": lambda x: np.full(np.shape(x), np.asarray(x, dtype=float).flat[0]),
    "reversed": lambda x: x[::-1] if np.ndim(x) else x,
    "transposed": lambda x: np.transpose(x) if np.ndim(x) > 1 else x,
}


def is_number(x):
    return isinstance(x, (Real, np.number)) and not isinstance(x, (bool, np.bool_))


def is_numbers(x):
    """Whether ``x`` is an array of numbers, or a list or tuple that makes one."""
    if isinstance(x, np.ndarray):
        return x.dtype.kind in "iuf" and x.size > 0
    if isinstance(x, (list, tuple)) and x:
        return all(map(is_number, x)) or all(map(is_numbers, x)) and len({np.shape(row) for row in x}) == 1
    return False


def changed(answer, change):
    """``answer`` with ``change`` made to every number in it, to what its functions return as well."""
    if hasattr(answer, "numpy"):        # a tensor
        answer = answer.numpy()
    if is_number(answer):
        return change(np.float64(answer)).item()
    if is_numbers(answer):
        return change(np.asarray(answer, dtype=float))
    if isinstance(answer, dict):
        return {name: changed(value, change) for name, value in answer.items()}
    if isinstance(answer, (list, tuple)):
        return type(answer)(changed(part, change) for part in answer)
    if callable(answer) and not isinstance(answer, type) and not hasattr(answer, "weights"):
        return lambda *args, **kwargs: changed(answer(*args, **kwargs), change)
    return answer


def same(a, b):
    """Whether two answers are the same numbers; of functions, networks and words nobody can say: False."""
    if isinstance(a, dict) or isinstance(b, dict):
        return isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if is_number(a) and is_number(b) or is_numbers(a) and is_numbers(b):
        return np.shape(a) == np.shape(b) and np.allclose(a, b, equal_nan=False)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return a is b


def mutants(answer, printed=()):
    """{name: wrong answer} made from a right one; ``printed`` are numbers that stand above the exercise.

    A small whole number stands above every exercise by chance: of those nothing is asked.
    """
    found = {name: changed(answer, change) for name, change in CHANGES.items()}
    if is_number(answer) and not (answer == int(answer) and abs(answer) < 1000):
        found |= {f"printed above: {number:g}": number for number in printed}
        return {name: wrong for name, wrong in found.items()
                if name.startswith("printed") or not same(wrong, answer)}
    return {name: wrong for name, wrong in found.items() if not same(wrong, answer)}


def forms(answer):
    """{name: the same answer} in the other forms that a learner may give it."""
    if is_number(answer):
        whole = {"an int": int(answer)} if float(answer).is_integer() else {}
        return whole | {"a float": float(answer), "a NumPy scalar": np.float64(answer), "an array": np.array(answer)}
    if is_numbers(answer):
        array = np.asarray(answer)
        return {"a list": array.tolist(), "an array": array, "a tuple": tuple(array.tolist())}
    return {}


def try_out(exercise, number, answer, path):
    """Append to ``path``, as a line of JSON, what the judge of a right answer made of its variants.

    ``path`` may begin with a line of JSON: {number: [what is printed above the exercise, …]}.
    """
    said = Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []
    printed = json.loads(said[0]).get(number, ()) if said else ()

    def accepts(variant):
        try:
            return exercise.judge(variant) is None
        except Exception:
            return False

    wrong = {name: variant for name, variant in mutants(answer, printed).items() if name not in exercise.indifferent}
    accepted = [name for name, variant in wrong.items() if accepts(variant)]
    refused = [name for name, variant in forms(answer).items() if not accepts(variant)]
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps({"number": number, "tried": len(wrong), "accepted": accepted, "refused": refused},
                              ensure_ascii=False) + "\n")
