"""Lesson 02's programs compute the same network, whatever the weights, the pictures and the batch.

The programs are the lesson's own cells, those tagged ``tested``. They run in a child process (this
file as a program), which compares every installed library with NumPy in 64 bits and answers in JSON.
That the comparison can fail is tested, too: each program is also run with one mistake in its text.
"""
import json
import os
import subprocess
import sys
from functools import cache

import numpy as np
import pytest

from utils.cells import definitions
from utils.engines import EngineMissing, available
from utils.runtime import slowness

pytestmark = pytest.mark.xdist_group("agreement")       # one child process for all of them

LOGITS, GRADIENTS = 1e-5, 1e-4      # of the largest value; the bounds that the lesson claims
NAMES = ("numpy", "tensorflow", "keras", "tflearn", "theano", "caffe", "jax", "torch")
CASES = [(seed, count) for seed in (1, 2, 3) for count in (1, 7, 64)]      # not the lesson's own

# program → one mistake: text, what takes its place, and the first figure that must give it away
MISTAKES = {
    "numpy": ("d_maps * (maps > 0)", "d_maps", "gradients"),
    "tensorflow": ("tf.reduce_mean", "tf.reduce_sum", "gradients"),
    "keras": ("keras.optimizers.SGD(rate)", "keras.optimizers.SGD(1.01 * rate)", "step"),
    "tflearn": ("clip=1e9", "clip=0.1", "gradients"),               # gradients shortened, its default for long ones
    "theano": ("[:, :, ::-1, ::-1]", "", "logits"),                 # filters not turned
    "caffe": ("dense = dense.reshape(12, 12, 8, 10).transpose(3, 2, 0, 1).reshape(10, 1152)",
              "dense = dense.T", "logits"),                         # rows not reordered
    "jax": ('"HWIO"', '"WHIO"', "logits"),                          # height and width swapped
    "torch": ("permute(0, 3, 1, 2)", "permute(0, 3, 2, 1)", "logits"),
}


# ---- the child process ---------------------------------------------------------------------------

def programs(old="", new=""):
    """The names that the lesson's tested cells define, with ``old`` in them replaced by ``new``."""
    return definitions("02", "tested", old, new)


def figures(name, names, right, seed, count):
    """Differences of logits, gradients, and logits after a step, from NumPy in 64 bits."""
    random = np.random.default_rng(seed)
    weights, batch = right["random_weights"](random), right["random_batch"](random, count)
    compared = right["compare"](names[f"{name}_net"](weights), right["numpy_judge"](weights), *batch)
    return dict(zip(("logits", "gradients", "step"), map(float, compared)))


def answer():
    right, found = programs(), {}
    for name in NAMES:
        try:
            found[name] = {"right": [figures(name, right, right, *case) for case in CASES],
                           "wrong": figures(name, programs(*MISTAKES[name][:2]), right, 1, 7)}
        except EngineMissing as error:
            found[name] = {"missing": str(error)}
    print(json.dumps(found))


# ---- the tests -----------------------------------------------------------------------------------

@cache
def answers():
    child = subprocess.run([sys.executable, __file__], capture_output=True, text=True, timeout=600 * slowness(),
                           env=os.environ | {"PYTHONWARNINGS": "ignore"})
    assert child.returncode == 0, child.stderr[-2000:]
    return json.loads(child.stdout.splitlines()[-1])


def found(name):
    answer = answers()[name]
    if "missing" in answer:
        assert name != "numpy" and available()[name][0] is None, answer["missing"]
        pytest.skip(answer["missing"])
    return answer


@pytest.mark.parametrize("name", NAMES)
def test_a_program_agrees_with_numpy_in_64_bits(name):
    for case, figure in zip(CASES, found(name)["right"]):
        assert figure["logits"] <= LOGITS, (case, figure)
        assert figure["gradients"] <= GRADIENTS, (case, figure)
        assert figure["step"] <= LOGITS, (case, figure)         # weights - rate * gradients, no more


@pytest.mark.parametrize("name", NAMES)
def test_a_mistake_in_a_program_would_be_noticed(name):
    figure, given_away_by = found(name)["wrong"], MISTAKES[name][2]
    bounds = {"logits": LOGITS, "gradients": GRADIENTS, "step": LOGITS}
    assert [key for key in bounds if figure[key] > 10 * bounds[key]][:1] == [given_away_by], figure


def test_the_judge_itself_is_the_slope_of_the_loss():
    names, random, h = programs(), np.random.default_rng(4), 1e-6
    weights = [array.astype("float64") for array in names["random_weights"](random)]
    images, labels = names["random_batch"](random, 3)
    loss = lambda: names["numpy_backward"](images.astype("float64"), labels, weights)[0]
    _, slopes = names["numpy_backward"](images.astype("float64"), labels, weights)
    for array, slope in zip(weights, slopes):
        for place in random.integers(array.size, size=5):
            place, centre = np.unravel_index(place, array.shape), array.flat[place]
            array[place] = centre + h
            above = loss()
            array[place] = centre - h
            below = loss()
            array[place] = centre
            assert abs((above - below) / (2 * h) - slope[place]) < 1e-7


if __name__ == "__main__":
    answer()
