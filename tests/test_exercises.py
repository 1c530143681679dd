"""The checks accept what is right and reject what learners typically get wrong.

That every committed solution is accepted is tested by running the notebooks: their solution
cells are compared with the verdict. Here stand the wrong answers.
"""
import pytest

from utils import exercises
from utils.course import lessons
from utils.exercises import check, find

WRONG = {       # exercise → plausible wrong answers
    "00.1": ["train", "test", "all of them", "test and train"],
    "00.2": [0.855, 70.88, 0.5644, 0.8236, 0.7],       # all digits, percent, one a digit, a hundred, a guess
    "00.3": [(5, 3), (9, 7), (4, 4), (4,), (0, 6), (14, 9)],
    "05.1": [0.1, 30, 0.03, 0.271, 1 / 3],             # top-1, percent, product, with repetition, thirds
    "05.2": [(0.6, 0.98), (98.0, 60.0), (0.98, 0.98), (0.1, 0.09), (0.984, 0.979)],
    "05.3": [0.0148, 22, 9852, 0, 10_000],             # a fraction, the scores' difference, the agreements
    "14.1": [9216, 320, 288, 9248 * 24 * 24, 9000],    # no biases, one channel, multiplications
    "14.2": [109_402, 5434, 5530 * 2, 330, 101_000],   # unchanged, trainable only, Dense(128) left in
    "14.3": [[0.99, 0.99, 0.99, 0.99], [99.2, 98.0, 70.1, 30.2], [0.3, 0.7, 0.98, 0.992],
             [0.992, 0.98, 0.7], [0.98, 0.7, 0.3, 0.2]],
}

NUMBERS = [f"{lesson.number}.{i}" for lesson in lessons() for i in (1, 2, 3)]


@pytest.fixture(autouse=True)
def fresh_hints():
    exercises._hints_given.clear()


@pytest.mark.parametrize("number", NUMBERS)
def test_at_least_three_wrong_answers_are_rejected_with_a_reason(number, capsys):
    assert len(WRONG[number]) >= 3
    for answer in WRONG[number]:
        reason = find(number).judge(answer)
        assert isinstance(reason, str) and len(reason.split()) >= 3, f"{number} accepts {answer!r}"


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("nonsense", ["a word", None, [], {}, -1e9, object()],
                         ids=["word", "none", "list", "dict", "number", "object"])
def test_nonsense_is_a_wrong_answer_and_never_an_error(number, nonsense, capsys):
    check(number, nonsense)
    assert capsys.readouterr().out.startswith(f"✘ {number} Not yet")


@pytest.mark.parametrize("number", NUMBERS)
def test_there_are_three_hints_and_they_come_one_by_one(number, capsys):
    hints = find(number).hints
    assert len(hints) >= 2
    for shown in [*hints, hints[-1]]:
        check(number, None)
        assert " ".join(shown.split()) in " ".join(capsys.readouterr().out.split())


def test_an_untouched_exercise_costs_no_hint(capsys):
    check(NUMBERS[0], ...)
    assert "waits for you" in capsys.readouterr().out
    check(NUMBERS[0], None)
    assert "Hint 1 of" in capsys.readouterr().out


@pytest.mark.parametrize("number", ["05.9", "99.1", "x"])
def test_an_unknown_exercise_is_named(number):
    with pytest.raises(KeyError, match="there is no exercise"):
        check(number, 1)
