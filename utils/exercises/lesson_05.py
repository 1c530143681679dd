"""The exercises of lesson 05: blind guessing, layers with connections to spare, disagreement."""
import numpy as np

from utils.data import load
from utils.exercises import exercise


@exercise("05.1",
          praise="Three guesses of ten: chance for top-3 is three times chance for top-1. A figure means "
                 "something only against its own chance level.",
          hints=("With one guess, chance is one in ten.",
                 "The answer counts as right when the digit is among three different guesses.",
                 "Three of the ten digits are named: how likely is the right one among them?"))
def blind_top_3(answer):
    if abs(answer - 0.3) < 1e-9:
        return None
    if answer == 30:
        return "give it as a fraction of 1."
    if abs(answer - 0.1) < 1e-9:
        return "that is top-1, with a single guess."
    if abs(answer - 0.271) < 1e-3:
        return "that would be three guesses that may repeat; the three most probable digits are different ones."
    return "that is not the chance of naming the right digit among three different ones."


@exercise("05.2",
          praise="The input layer has connections to spare, 240 for every pixel, many of them at the empty "
                 "margin. The output layer's few each carry a part of the answer.",
          hints=("A mask of ones leaves a layer as it is; only one of the three masks has zeros.",
                 "by_size([dense[0]], 0.9, random)[0] is the mask of the input layer. Call write_all(dense) "
                 "before you prune the other layer.",
                 "For each layer: write_all(dense), then prune(masks), then accuracy on the "
                 "validation digits."))
def one_layer(answer):
    values, *accuracies = answer
    if len(accuracies) != 2 or len(values) != 6:
        return "three things are wanted: dense, as it was before pruning, and the two accuracies."
    values, (input_layer, output_layer) = [np.asarray(one, "float32") for one in values], map(float, accuracies)
    if max(input_layer, output_layer) > 1:
        return "give accuracies as fractions of 1."
    if validation_accuracy(values) < 0.97:
        return "that is not the full network: dense reads at least 97 % of the validation digits."
    right = [validation_accuracy(pruned(values, layer)) for layer in (0, 2)]
    off = [abs(one - other) > 0.0005 for one, other in zip((input_layer, output_layer), right)]
    if not any(off):
        return None
    if all(abs(one - other) <= 0.0005 for one, other in zip((output_layer, input_layer), right)):
        return "the order is (dense, input_layer, output_layer)."
    return (f"this check prunes the {'input' if off[0] else 'output'} layer of your dense and gets another "
            "accuracy. Were the smallest 90 % removed, in that layer only, and the other written back?")


def pruned(values, layer, gone=0.9):
    """A copy of the values W, b, W, b, W, b whose ``layer`` (0, 1 or 2) has lost its smallest weights."""
    sizes = np.abs(values[2 * layer])
    kept = values[2 * layer] * (sizes > np.quantile(sizes, gone))
    return [*values[:2 * layer], kept, *values[2 * layer + 1:]]


def validation_accuracy(values):
    """The share of validation digits that a network of ReLU layers with these values gets right."""
    images, digits = load("mnist").validation
    outputs = images.reshape(len(images), 784).astype("float32") / 255
    for w, b in zip(values[:-2:2], values[1:-2:2]):
        outputs = np.maximum(outputs @ w + b, 0)
    return np.mean((outputs @ values[-2] + values[-1]).argmax(axis=1) == digits)


@exercise("05.3",
          praise="More than the scores differ by: each network repairs some of the other's mistakes. The same "
                 "accuracy is not the same network.",
          hints=("Both are arrays of 10,000 digits; compare them entry by entry.",
                 "(a != b) is an array of True and False. Count the Trues.",
                 "(dense_answers != pruned_answers).sum()"))
def disagreements(answer):
    if not hasattr(answer, "__len__") or len(answer) != 3:
        return "three things are wanted: dense_answers, pruned_answers and the count."
    dense, sparse, count = *map(np.asarray, answer[:2]), float(answer[2])
    digits = load("mnist").test[1]
    wrong = [(digits != one).sum() if one.shape == digits.shape else len(digits) for one in (dense, sparse)]
    if max(wrong) > 0.03 * len(digits) or (dense == sparse).all():
        return "the first two must be the networks' answers to the 10,000 test digits, full and pruned."
    differ = (dense != sparse).sum()
    if count == differ:
        return None
    if count in wrong:
        return "that is how many one of the networks misreads, and not where the two differ."
    if abs(count) == abs(wrong[0] - wrong[1]):
        return "that is by how much the scores differ. Compare the answers themselves, digit by digit."
    if 0 < count < 1:
        return "a count is wanted, not a fraction."
    if count == len(digits) - differ:
        return "those are the digits on which they agree."
    return "compare the answers themselves, digit by digit, not the two scores."
