"""The exercises of lesson 07: weight decay by hand, L2 on a good start, dropout and width."""
from functools import cache

import numpy as np

from utils.data import load
from utils.exercises import exercise


def number(answer):
    """``answer`` as a float, in whatever form one number comes; NaN for anything else."""
    try:
        one = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        return np.nan
    return float(one.reshape(-1)[0]) if one.size == 1 else np.nan


@cache
def validation():
    """MNIST's validation images as rows of grey values between 0 and 1, and their digits."""
    images, digits = load("mnist").validation
    return images.reshape(-1, 784) / np.float32(255), digits


def reads(net, first, last):
    """Per cent of MNIST's validation digits, those from ``first`` to before ``last``, that ``net`` reads."""
    images, digits = validation()
    z = np.asarray(net(images[first:last], training=False))
    return 100 * np.mean(z.argmax(axis=1) == digits[first:last])


def dense(net):
    return [layer for layer in net.layers if hasattr(layer, "units")]


def not_networks(nets, count):
    """What is wrong with ``nets`` as ``count`` different Keras networks, or None."""
    if not isinstance(nets, (list, tuple)) or len(nets) != count:
        return f"{count} networks in a list are wanted, as train returns them."
    if not all(callable(net) and len(getattr(net, "layers", ())) for net in nets):
        return "there is something in the list that is no network; train returns them."
    if len({id(net) for net in nets}) != count:
        return "one of the networks comes twice."
    return None


@exercise("07.1",
          praise="A step leaves 1 − 2ηλ of it, 3,000 steps about e⁻³. So L2 also shrinks initial weights that "
                 "were too large.",
          hints=("What is the slope of λw²? The step is minus η times that slope.",
                 "One step takes w to w − η·2λw, which is a fixed share of w.",
                 "(1 - 2 * 0.5 * 0.001) ** 3000"))
def fraction_left(answer):
    answer = number(answer)
    if np.isnan(answer):
        return "one number is wanted, the fraction of the weight that is left."
    if abs(answer - 0.999 ** 3000) < 6e-4:
        return None
    if abs(answer - 100 * 0.999 ** 3000) < 0.06:
        return "that is per cent; the fraction is a hundredth of it."
    if abs(answer - 0.999) < 1e-9:
        return "that is what one step leaves; there are 3,000."
    if abs(answer - 0.9995 ** 3000) < 2e-3:
        return "the slope of λw² is not λw."
    if abs(answer - (1 - 0.999 ** 3000)) < 2e-3:
        return "that is the part which is lost."
    if abs(answer - 0.998 ** 3000) < 1e-3:
        return "the learning rate is missing: a step is η times the slope."
    return "multiply what one step leaves of the weight, 3,000 times over."


@exercise("07.2",
          praise="Compare with the points it gained on the base: there L2 had a bad start to repair, and here "
                 "it has not. That is why effects do not add up.",
          hints=("Train with train(lambda: network(start=by_inputs, l2=0.001)); everything else stays as it is.",
                 "accuracy(net, x_measure, y_measure) of the six, in the order of the sets, less "
                 "measured[\"initialisation 1/√n\"].",
                 "(well_started, with_l2, the np.mean of the six differences in points)"))
def l2_gain(answer):
    if not isinstance(answer, (tuple, list)) or len(answer) != 3:
        return "three things are wanted: the six networks without L2, the six with it, and the gain."
    plain, with_l2, gain = answer
    for nets, which, strength in (plain, "first", 0), (with_l2, "second", 0.001):
        if wrong := not_networks(nets, 6):
            return f"the {which} of the three: {wrong}"
        layers = [layer for net in nets for layer in dense(net)]
        if any(layer.units not in (30, 10) or "VarianceScaling" not in type(layer.kernel_initializer).__name__
               for layer in layers):
            return f"the {which} six should be network(start=by_inputs), with 30 hidden neurons."
        if any(abs(getattr(layer.kernel_regularizer, "l2", 0) - strength) > 1e-6 for layer in layers):
            return f"in the {which} six λ should be {strength or 'nothing'} everywhere."
    before, after = ([reads(net, 1000, 5000) for net in nets] for nets in (plain, with_l2))
    if min(*before, *after) < 70:
        return "one of the networks reads fewer than 70 % of the digits: was it trained?"
    gain, right = number(gain), np.mean(np.subtract(after, before))
    if np.isnan(gain):
        return "the gain should be one number, the mean of the six differences."
    if abs(gain - right) <= 0.006:
        return None
    if abs(gain + right) <= 0.006:
        return "the sign: it is the accuracy with L2 less that without."
    if abs(100 * gain - right) <= 0.006:
        return "give it in points, hundredths of the digits, not as a fraction of 1."
    if gain > 50:
        return "that looks like an accuracy; the difference of two accuracies is wanted."
    return "these twelve networks have another mean difference on the 4,000 measuring digits."


@exercise("07.3",
          praise="Half of 300 neurons are still plenty; half of ten are not a network. Dropout is for "
                 "networks that have neurons to spare, and that is why the search chooses both together.",
          hints=("network((10,), \"relu\", he, dropout=0.5) is the narrowest of the four.",
                 "train takes a list of four functions, one for each of four sets of digits: "
                 "x_sets[:, :4], y_sets[:, :4].",
                 "(nets, [accuracy(net, x_validation, y_validation) for net in nets]), from 10 to 300 neurons"))
def by_width(answer):
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        return "two things are wanted: the four networks, and the list of their accuracies."
    nets, accuracies = answer
    if wrong := not_networks(nets, 4):
        return wrong
    if [dense(net)[0].units for net in nets] != [10, 30, 100, 300]:
        return "the networks should have 10, 30, 100 and 300 hidden neurons, in this order."
    if any([layer.rate for layer in net.layers if hasattr(layer, "rate")] != [0.5] for net in nets):
        return "in each of them half of the hidden neurons should be dropped in training."
    if any(dense(net)[0].activation.__name__ != "relu" for net in nets):
        return "the hidden neurons should be ReLUs."
    accuracies, right = np.asarray(accuracies, dtype=float), [reads(net, 0, 1000) for net in nets]
    if accuracies.shape != (4,):
        return "a list of four accuracies is wanted, one a network."
    if max(right) < 70:
        return "even the best of them reads fewer than 70 % of the digits: were they trained, with rate=0.1?"
    if np.allclose(accuracies, right, rtol=0, atol=0.06):
        return None
    if np.allclose(100 * accuracies, right, rtol=0, atol=0.06):
        return "give them in per cent."
    return "on the 1,000 validation digits these four networks reach other accuracies than your list says."
