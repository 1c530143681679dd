"""The checks accept what is right and reject what learners typically get wrong.

That every committed solution is accepted is tested by running the notebooks: their solution
cells are compared with the verdict. Here stand the wrong answers.
"""
from types import SimpleNamespace

import numpy as np
import pytest

from utils import exercises
from utils.course import lessons
from utils.exercises import check, find
from utils.exercises.lesson_17 import side


def playground(accuracy=0.99, **settings):
    """What the judge of 04.3 asks of a Playground, right but for what is given."""
    right = dict(data_set="spiral", noise=0, train_percent=50, size=37)
    return SimpleNamespace(**right | settings, accuracy=lambda split: accuracy)


def slim_rows(convolutions=(34_944, 614_656, 885_120, 1_327_488, 884_992), dense=4_369, classes=17):
    """What the judge of 10.3 asks of a network's layers, right but for what is given."""
    return [SimpleNamespace(kind="convolution", parameters=count, shape=(8, 8, 256)) for count in convolutions] + \
        [SimpleNamespace(kind="dense", parameters=dense, shape=(classes,))]


def vgg_parameters(bias=1, channels=3, classes=1000, side=7, dense=True):
    """An answer to 11.2, right but for what is given."""
    def parameters(blocks):
        total, inputs = 0, channels
        for width in (width for widths in blocks for width in widths):
            total, inputs = total + (9 * inputs + bias) * width, width
        layers = [(side * side * inputs, 4096), (4096, 4096), (4096, classes)] if dense else []
        return total + sum((into + bias) * units for into, units in layers)
    return parameters


WRONG = {       # exercise → plausible wrong answers
    "00.1": ["train", "test", "all of them", "test and train"],
    "00.2": [0.855, 70.88, 0.5644, 0.8236, 0.7],       # all digits, percent, one a digit, a hundred, a guess
    "00.3": [(5, 3), (9, 7), (4, 4), (4,), (0, 6), (14, 9)],
    "01.1": ["simple", "hyper-complex", "centre-surround", "gabor", "all"],
    "01.2": [lambda t, y, x, h, w: t[y + h, x + w] - t[y, x + w] - t[y + h, x] + t[y, x],      # both halves
             lambda t, y, x, h, w: (2 * t[y + h, x + w // 2] - 2 * t[y, x + w // 2] - t[y + h, x] + t[y, x]
                                    - t[y + h, x + w] + t[y, x + w]),                       # left minus right
             lambda t, y, x, h, w: t[y + h, x + w] - t[y + h, x], lambda t, y, x, h, w: None, 0,
             lambda t, y, x, h, w: t[y, x + w] - t[y, x]],
    "01.3": [0.497, 1.93, 1.449, 4.4, 2174, 0.0021],   # the box, green, no factor, twice, µm, m
    "02.1": [100_000, 200_000, 400_000, 300_000, 606_000],     # weights, forwards, backwards, one op, biases
    "02.2": [lambda f: f.transpose(3, 2, 0, 1), lambda f: f.reshape(f.shape[::-1]),         # not turned, reshaped
             lambda f: f[::-1, ::-1], lambda f: f.transpose(3, 2, 0, 1)[:, :, ::-1],        # axes, a mirror image
             lambda f: f.transpose(3, 2, 0, 1)[::-1, ::-1], lambda f: f.transpose(2, 3, 0, 1)[..., ::-1, ::-1]],
    "02.3": [17, 18.6, 865, 778, 6, 47, 1],            # no electricity, not whole, hours, at the peak, one run
    "03.1": [1, 0.5, 0, 0.196612, 4],                  # tanh's, the value at 0, saturated, σ'(1), upside down
    "03.2": [(1, 1, -1.5), (1, 1, -0.5), (-1, -1, 0.5), (-1, -1, 1), (-1, -1), (1, -1, 0.5)],
    "03.3": [2.3, 3, 6.0, 6.2, 6.5, 9.8, 0],           # one spike, a few, too much, the Hopf point
    "04.1": [88, 33, 17, 104, 96],                     # weights only, one layer, no last bias
    "04.2": [(lambda z: np.where(z > 0, z, 0), lambda a: np.where(a > 0, 1, 0)),            # not leaky
             (lambda z: np.where(z > 0, z, 0.1 * z), lambda a: np.where(a > 0, 1, 0)),      # its slope is not
             (lambda z: np.where(z > 0, z, 0.1 * z), lambda a: np.where(a > 0, a, 0.1 * a)),
             (lambda z: np.where(z > 0, z, -0.1 * z), lambda a: np.where(a > 0, 1, 0.1)),   # bends upwards
             (lambda z: z if z.sum() > 0 else 0.1 * z, lambda a: 0.1),                      # all at once
             (lambda z: np.where(z > 0, z, 0.1 * z), lambda a: 1.0)],
    "04.3": [playground(size=105), playground(accuracy=0.94), playground(data_set="circle"),
             playground(noise=0.1), playground(train_percent=90)],
    "05.1": [0.1, 30, 0.03, 0.271, 1 / 3],             # top-1, percent, product, with repetition, thirds
    "05.2": [(0.6, 0.98), (98.0, 60.0), (0.98, 0.98), (0.1, 0.09), (0.984, 0.979)],
    "05.3": [0.0148, 22, 9852, 0, 10_000],             # a fraction, the scores' difference, the agreements
    "06.1": [0.9, -0.45, 0.0405, 0.081, 0.5],          # BP1 only, sign, quadratic cost, the input
    "06.2": [lambda z, a, y: a - y, lambda z, a, y: (y - a) * a * (1 - a), lambda z, a, y: None,
             lambda z, a, y: (a - y) * z * (1 - z), lambda z, a, y: (a - y) ** 2 / 2, 0.5],
    "06.3": [0.5, 0.46, 0.227, 0.4, 4.414, 1.261, 0],  # 2 over an entry, over, half, too careful, λ, 2/λ min
    "07.1": [0.999, 0.9995 ** 3000, 1 - 0.999 ** 3000, 0.998 ** 3000, 0, -2],       # one step, no 2, lost, no η
    "07.2": [4.8, 89.4, 0.002, [0.1] * 6, -5, 0],      # on the base, accuracy, fraction, six, reversed, off
    "07.3": [[0.6, 0.85, 0.9, 0.92], [92, 91, 88, 60], [87, 90, 90.5, 91], [60, 85, 90], [10, 12, 15, 60]],
    "08.1": [0.25 ** 10, 1024, 0.5, 5, 20 ** -10, 2 ** 10 / 4],     # no weights, inverse, one pair, a sum
    "08.2": [([200] * 4, [-20, -60, -120, -160], [0.5, 0.5, -0.4, -0.4]),           # never steps back
             ([200] * 4, [0.1, 0.3, 0.6, 0.8], [0.5, -0.5, -0.4, 0.4]),             # positions as biases
             ([5] * 4, [-0.5, -1.5, -3, -4], [0.5, -0.5, -0.4, 0.4]),               # not steep
             ([200, 200], [-20, -60], [0.5, -0.5]),                                 # one bump only
             ([200] * 4, [20, 60, 120, 160], [0.5, -0.5, -0.4, 0.4])],              # sign of the bias
    "08.3": [1, 2, 0.015, 1.25, 25 / 9, 0],            # Glorot, He, not a multiple, half way, the gain 5/3
    "09.1": [(32, 2432), (30, 2400), (30, 832), (60, 2432), (2432, 30), (31, 2432)],   # padding, bias, grey
    "09.2": [[(-1, 0, 1), (-2, 0, 2), (-1, 0, 1)], [(-1, -1, -1), (0, 0, 0), (1, 1, 1)], [(0, 0, 0)] * 3,
             [(1, 0, -1), (0, 0, 0), (-1, 0, 1)], [(-1, -1, -1), (-1, 8, -1), (-1, -1, -1)],
             [(0.5, 0, -0.5), (1, 0, -1), (0.5, 0, -0.5)], [(-1, 0, 1)]],
    "09.3": [[(3, 1)] * 4 + [(3, 2)] * 2, [(3, 2)] * 6, [(3, 1)] * 6, [(3, 2)] * 2 + [(3, 1)] * 5,
             [(5, 2), (5, 2), (5, 1), (5, 1), (5, 1)], [(3, 1), (3, 2), (3, 2), (3, 1), (3, 1), (3, 1)]],
    "10.1": [14_112, 4_800, 34_944, 7 * 7 * 3, 147 + 96],          # no biases, grey, 11 × 11, one filter
    "10.2": [1_410_616_864, 4 * 1_410_616_864, 3.76, 452_884_608, 256_531_857],   # as it was, times 4, a factor
    "10.3": [slim_rows(dense=87_711_121), slim_rows(classes=10), slim_rows(convolutions=(34_944, 614_656)),
             slim_rows(convolutions=(34_944, 614_656, 885_120, 1_327_488, 442_624)), 3_751_569],
    "11.1": [(3, 110_592), (11, 405_504), (5, 184_640), (5, 495_616), (5, 36_864), (184_320, 5), 184_320],
    "11.2": [vgg_parameters(bias=0), vgg_parameters(dense=False), vgg_parameters(classes=17),
             vgg_parameters(channels=1), vgg_parameters(side=14), lambda blocks: 138_357_544, 138_357_544],
    "11.3": [{"loss": [2.3] * 150}, {"loss": list(np.linspace(2.3, 1.9, 150))}, {"loss": [2.3] * 149 + [float("nan")]},
             {"loss": list(np.linspace(2.3, 1, 200))}, {"loss": [2.3, 1.5]}, 0.001],     # slow, too long, too short
    "12.1": [(64, 28, 28, 16), (64, 16, 16, 16), (64, 16, 14, 14), (64, 14, 14, 3), (14, 14, 16), (64, 13, 13, 16)],
    "12.2": [lambda gradients, limit: [np.clip(g, -limit, limit) for g in gradients],           # each number
             lambda gradients, limit: [g * min(1, limit / np.sqrt((g ** 2).sum())) for g in gradients],
             lambda gradients, limit: gradients,
             lambda gradients, limit: [g * limit / np.sqrt(sum((h ** 2).sum() for h in gradients))
                                       for g in gradients],                                     # short ones, too
             lambda gradients, limit: [g * min(1, limit / sum((h ** 2).sum() for h in gradients))
                                       for g in gradients],                                     # no square root
             lambda gradients, limit: None],
    "12.3": [[0.5, 0.8, 5, 40], [12000, 9000, 3000, 400], [400, 3000, 9000], [500, 4000, 32000, 256000],
             [900, 120, 20, 2]],                       # milliseconds, reversed, three, no time, steps a second
    "13.1": [20, 24, 12, 11, 2],                       # the first, updates first, the variable
    "13.2": [lambda t: 1 / (1 + np.exp(-t)), lambda t: np.log(1 + np.exp(t)), lambda t: 0.25,
             lambda t: 2 * t, 0.235],                  # first derivative, softplus, at 0, a number
    "13.3": [[1, 10, 100], [20, 128, 1208], [3, 4.57, 4.95], [0.25, 0.18, 0.17], [4, 4, 4], 5.95],
    "14.1": [9216, 320, 288, 9248 * 24 * 24, 9000],    # no biases, one channel, multiplications
    "14.2": [109_402, 5434, 5530 * 2, 330, 101_000],   # unchanged, trainable only, Dense(128) left in
    "14.3": [[0.99, 0.99, 0.99, 0.99], [99.2, 98.0, 70.1, 30.2], [0.3, 0.7, 0.98, 0.992],
             [0.992, 0.98, 0.7], [0.98, 0.7, 0.3, 0.2]],
    "16.1": [(240, 240, 5, 5), (5, 5, 240, 1), (1, 240, 5, 5), (240, 1, 6, 6), (240, 5, 5), 6000],
    "16.2": [lambda f: f / 128, lambda f: f[:, ::-1], lambda f: f[:, ::-1] * 128,           # red is red, size
             lambda f: f[::-1] / 128, lambda f: f[..., ::-1] / 128, lambda f: f[:, ::-1] / 255,     # other axes
             lambda f: f.transpose(0, 3, 2, 1) / 128, 128],
    "16.3": ["block9_project", "block9_expand_relu6", "block10_depthwise", "classes", "stem", "block6_depthwise"],
    "17.1": [10_240, 12_293, 6_405, 2_049_000, 2_053, 5],      # no biases, six, 1,280 numbers, ImageNet's, a class
    "17.2": [lambda name: "train", lambda name: "test" if name < "p" else "train",          # no hash
             lambda name: side(name), lambda name: side(name.partition("_nohash_")[2]),     # as it was, the rest
             lambda name: side(name.partition("_")[0]), lambda name: side(name[:4]),        # others move, too
             lambda name: side(name.partition("_nohash_")[0] + ".jpg"), side("rose")],
    "17.3": [[0.9, 0.75, 0.65, 0.5], [50, 70, 80, 90], [0.9, 0.9, 0.9, 0.9], [0.5, 0.7, 0.9], [0.1, 0.5, 0.7, 0.9],
             [0.5, 0.55, 0.6, 0.65]],                  # reversed, per cent, one cut, three, guessing, too low
    "19.1": [500_000, 3_500_000, 3_000_000, 100_000_000, 10_000, 1_000_050],    # one table, samples, no dimensions
    "19.2": [37.9, 373 / 420, 159 / 506, 0.115, 0.0, 1.0],      # per cent, with the rule, of the file, all sections
    "19.3": [("king", "man", "queen", "woman"), ("dog", "puppy", "cat", "cats"), ("hot", "cold", "tall", "short"),
             ("dog", "puppy", "cat", "puppy"), ("dog", "puppy", "cat"), ("france", "paris", "italy", "rome"), "kitten"],
    "20.1": [279_040, 837_120, 1_114_112, 1_118_208, 65_536, 4 * 512 * 512],     # a block, three, no biases, two a unit
    "20.2": [0.0004, 0.0154, 0.66, 1.0, 0.04, -2.4, 1e6],      # Keras's bias, 20 back, distance 0, a plain net, a sign
    "20.3": [[2.1, 2.3, 2.9], [2.9, 2.3], [2.1, 2.1, 2.1], [0.29, 0.23, 0.21], [1.9, 1.6, 1.5], [5.9, 5.8, 5.7],
             [2.3, 2.29, 2.28], [2.9, 2.8, 1.4]],
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
