"""The exercises of lesson 07: weight decay by hand, L2 on a good start, dropout and width."""
import numpy as np

from utils.exercises import exercise


@exercise("07.1",
          praise="A step leaves 1 − 2ηλ of it, 3,000 steps about e⁻³. So L2 also shrinks initial weights that "
                 "were too large, and much of its gain in this lesson is just that.",
          hints=("What is the slope of λw²? The step is minus η times that slope.",
                 "One step takes w to w − η·2λw, which is a fixed share of w.",
                 "(1 - 2 * 0.5 * 0.001) ** 3000"))
def fraction_left(answer):
    if abs(answer - 0.999 ** 3000) < 2e-3:
        return None
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
          praise="Nothing like the points it gained on the base: the better start has already repaired what L2 "
                 "repaired there, and the same λ is now a burden. That is why effects do not add up.",
          hints=("Train with train(lambda: network(start=by_inputs, l2=0.001)); everything else stays as it is.",
                 "accuracy(net, x_test, y_test) of the six networks, in the order of the sets, less "
                 "test[\"initialisation 1/√n\"].",
                 "np.mean of the six differences, in points."))
def l2_gain(answer):
    if np.ndim(answer):
        return "one number is wanted, the mean of the six differences."
    answer = float(answer)
    if answer > 50:
        return "that looks like an accuracy; the difference of two accuracies is wanted."
    if answer > 2.5:
        return "so large? Compare with networks that start by 1/√n too, not with the base."
    if answer < -2.5:
        return "it does not harm as much as that. Is it the difference with L2 less without, at λ = 0.001?"
    if 0 < abs(answer) < 0.02:
        return "give it in points, hundredths of the test digits, not as a fraction of 1."
    if answer == 0:
        return "exactly nothing? Was L2 really switched on?"
    return None


@exercise("07.3",
          praise="Half of 300 neurons are still plenty; half of ten are not a network. Dropout is for networks "
                 "that have neurons to spare, and that is why the search chose both together.",
          hints=("network((10,), \"relu\", he, dropout=0.5) is the narrowest of the four.",
                 "train takes a list of four functions, one for each of four sets of digits: "
                 "x_sets[:, :4], y_sets[:, :4].",
                 "[accuracy(net, x_validation, y_validation) for net in nets], from 10 to 300 neurons."))
def by_width(answer):
    accuracies = np.asarray(answer, dtype=float)
    if accuracies.shape != (4,):
        return "a list of four accuracies is wanted, for 10, 30, 100 and 300 neurons."
    if accuracies.max() <= 1:
        return "give them in per cent."
    if accuracies.max() > 100 or accuracies.min() < 5:
        return "those are not accuracies in per cent."
    if accuracies[0] > accuracies[3]:
        return "is the order from 10 to 300 neurons? The wide ones should do better."
    if accuracies[3] - accuracies[0] < 5:
        return "the narrowest should fall far behind. Was a half of the neurons dropped in training?"
    if accuracies[3] < 85:
        return "the widest should read more digits than that. Were ReLU, He's weights and rate=0.1 used?"
    return None
