"""Exercises that answer back: ``check("05.2", answer)`` says right or wrong, then helps.

The checks of lesson NN stand in `utils.exercises.lesson_NN`: reading them gives the answer
away, so a lesson's hints come first.
"""
import os
import textwrap
from collections import Counter
from dataclasses import dataclass
from importlib import import_module
from typing import Callable


@dataclass(frozen=True)
class Exercise:
    """One exercise: ``judge(answer)`` returns None for a right answer, else what is wrong with it."""

    judge: Callable
    hints: tuple
    praise: str
    indifferent: tuple = ()     # changes of a right answer that leave it right (names of `mutants.CHANGES`)


_EXERCISES = {}
_hints_given = Counter()


def exercise(number, *, hints, praise, indifferent=()):
    """Register the decorated judge as exercise ``number`` ("05.2").

    The judge takes the answer and returns None when it is right, or a sentence that says what
    is wrong. ``hints`` come one per wrong answer, the last again and again; ``praise`` follows
    a right answer and says why it is right. ``indifferent`` names changes that the judge may not mind.
    """
    def register(judge):
        _EXERCISES[number] = Exercise(judge, tuple(hints), praise, tuple(indifferent))
        return judge
    return register


def find(number):
    """The `Exercise` called ``number``; KeyError naming the lesson's exercises when there is none."""
    lesson = str(number).partition(".")[0]
    try:
        import_module(f"{__name__}.lesson_{lesson}")
        return _EXERCISES[number]
    except (ModuleNotFoundError, KeyError):
        known = ", ".join(sorted(key for key in _EXERCISES if key.startswith(f"{lesson}.")))
        raise KeyError(f"there is no exercise {number!r}" +
                       (f"; this lesson has {known}" if known else "")) from None


def check(number, answer):
    """Print a verdict on ``answer``, and after each wrong one the next hint.

    An answer that is still ``...`` costs no hint. A judge that stumbles over an answer of the
    wrong kind counts as a wrong answer, never as an error in the learner's notebook.
    """
    it = find(number)
    if answer is ...:
        print(f"… {number} waits for you: put your answer in place of the three dots.")
        return
    try:
        wrong = it.judge(answer)
    except Exception as error:
        wrong = f"that answer cannot be judged ({type(error).__name__}: {error})."
    if wrong is None:
        if path := os.environ.get("COURSE_MUTANTS"):        # the tests: is the judge as strict as it is kind?
            from utils.exercises.mutants import try_out
            try_out(it, number, answer, path)
        _hints_given.pop(number, None)
        _print(f"✔ {number} Right. {it.praise}")
        return
    shown = min(_hints_given[number], len(it.hints) - 1)
    _hints_given[number] += 1
    _print(f"✘ {number} Not yet: {wrong}")
    _print(f"  Hint {shown + 1} of {len(it.hints)}: {it.hints[shown]}")


def _print(text):
    """Wrapped, because a notebook breaks long lines in the middle of a word."""
    print(textwrap.fill(text, 96, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False))
