"""The wrong answers that the lessons' judges are tried with are wrong, and the right forms right."""
import json

import numpy as np
import pytest

from utils.exercises import Exercise
from utils.exercises.mutants import CHANGES, forms, mutants, same, try_out


@pytest.mark.parametrize("answer, missing", [
    (0.25, {"constant", "reversed", "transposed"}), (0, {"sign", "double", "half", "5 % more", "5 % less", "in percent",
                                                        "as a fraction", "constant", "reversed", "transposed"}),
    ([1, 2, 3], {"transposed"}), (np.eye(2) + [[0, 1], [0, 0]], set()), ((1, 2, 1), {"reversed", "transposed"}),
    ({"a": [1.0, 2.0], "b": 3}, {"transposed"}), ("a word", set(CHANGES)), ([[1, 2], "word"], {"transposed"})])
def test_every_change_that_changes_something_is_tried(answer, missing):
    assert set(mutants(answer)) == set(CHANGES) - missing
    assert not any(same(wrong, answer) for wrong in mutants(answer).values())


def test_a_function_is_changed_in_what_it_returns():
    def both(x):
        return np.array([x, 2 * x]), 7

    array, seven = mutants(both)["double"](3)
    assert array.tolist() == [6, 12] and seven == 14
    assert mutants(both)["reversed"](3)[0].tolist() == [6, 3]


def test_what_is_printed_above_is_tried_unless_chance_puts_it_there():
    assert mutants(0.5, [3.25])["printed above: 3.25"] == 3.25
    assert mutants(4_321, [4_321])["printed above: 4321"] == 4_321          # given away
    assert not [name for name in mutants(5, [5, 7]) if name.startswith("printed")]


def test_forms_are_the_same_answer():
    assert {type(one) for one in forms(3).values()} == {int, float, np.float64, np.ndarray}
    assert all(same(one, [1, 2]) for one in forms((1, 2)).values()) and len(forms((1, 2))) == 3
    assert forms("a word") == forms(len) == {}


def test_a_judge_that_is_too_kind_or_too_strict_is_reported(tmp_path):
    path = tmp_path / "lines"
    path.write_text(json.dumps({"01.1": [9.5]}) + "\n")
    kind = Exercise(lambda answer: None if answer > 0 else "no", (), "")
    strict = Exercise(lambda answer: None if type(answer) is int and answer == 4 else "no", (), "")
    direction = Exercise(lambda answer: None if answer[0] * answer[1] > 0 else "no", (), "", ("sign",))
    for judge, answer in ((kind, 0.5), (strict, 4), (direction, [1, 2])):
        try_out(judge, "01.1", answer, path)
    too_kind, too_strict, any_way = map(json.loads, path.read_text().splitlines()[1:])
    assert {"double", "5 % more", "printed above: 9.5"} <= set(too_kind["accepted"]) and "sign" not in too_kind["accepted"]
    assert too_strict["refused"] == ["a float", "a NumPy scalar", "an array"] and not too_strict["accepted"]
    assert "sign" not in any_way["accepted"] and "double" in any_way["accepted"]
