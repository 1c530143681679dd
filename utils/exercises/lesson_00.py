"""The exercises of lesson 00: splits, and the nearest mean image."""
from functools import cache

import numpy as np

from utils.data import load
from utils.exercises import exercise


@exercise("00.1",
          praise="Choosing is tuning: whatever you choose on has helped to build the result, and its "
                 "figure is too good. The test split stays untouched until the end.",
          hints=("One split is for learning, one for choosing, one for the final report.",
                 "If you choose by test accuracy, the reported test accuracy is no longer a surprise.",
                 "Its name begins with v."))
def choosing(answer):
    if not isinstance(answer, str):
        return "answer with the name of a split in quotation marks."
    words = set(answer.strip().lower().replace("mnist.", "").split()) - {"the", "split", "set", "data"}
    if words in ({"validation"}, {"val"}):
        return None
    if words in ({"test"}, {"testing"}):
        return "then the test split has helped to choose, and who reports the result honestly?"
    if words in ({"train"}, {"training"}):
        return "there the classifier that remembers best wins, not the one that understands."
    return "name one of the three splits that load returns."


@cache
def _validation_accuracy(per_digit):
    """Accuracy of the nearest mean of the first ``per_digit`` training images of each digit."""
    images, labels = load("mnist").train
    means = np.stack([images[labels == digit][:per_digit].reshape(-1, 784).mean(axis=0) / 255
                      for digit in range(10)])
    images, labels = load("mnist").validation
    x = images.reshape(len(images), -1) / 255
    distances = (means**2).sum(axis=1) - 2 * x @ means.T
    return (distances.argmin(axis=1) == labels).mean()


@exercise("00.2",
          praise="A hundred digits instead of 55,000 cost about fifteen points: a mean settles fast. "
                 "What more digits do for a network, lesson 07 measures.",
          hints=("images[labels == digit][:10] are the first ten training images of a digit.",
                 "Stack the ten new means exactly as in the cell that made `means`, then call accuracy "
                 "with mnist.validation.",
                 "few_means = np.stack([flat(images[labels == digit][:10]).mean(axis=0) "
                 "for digit in range(10)]), with images and labels from mnist.train."))
def few_digits(answer):
    if 1 < answer <= 100:
        return "give the accuracy as a fraction of 1, as accuracy() returns it."
    if abs(answer - _validation_accuracy(10)) < 0.0005:
        return None
    if abs(answer - _validation_accuracy(60_000)) < 0.0005:
        return "that is the accuracy with all training digits."
    if abs(answer - _validation_accuracy(1)) < 0.0005:
        return "that is one image a digit; take ten."
    return "that is not the validation accuracy of means of the first ten training images."


@exercise("00.3", indifferent=("transposed",),      # of a pair
          praise="Both directions count, and the right guesses, on the diagonal, do not. On the validation split "
                 "one stroke makes the difference between the two, and a mean image has blurred it away.",
          hints=("Count how often each digit was read as each other one: np.add.at(counts, (labels, guesses), 1).",
                 "counts + counts.T adds the two directions; np.triu(…, k=1) leaves out the diagonal.",
                 "The largest entry's row and column are the pair: divmod(int(both_ways.argmax()), 10)."))
def mixed_up(answer):
    if not callable(answer):
        return "give the function itself: check(\"00.3\", most_mixed_up)."
    random = np.random.default_rng(3)
    for _ in range(20):
        # a pair that is mixed up in both directions; another one that leads in one direction only;
        # and one in which one digit, read rightly, is far more frequent than any mistake
        low, high, one, other = random.permutation(10)[:4]
        low, high = sorted((int(low), int(high)))
        written = np.repeat([low, high, one, *range(10)], [20, 20, 30, *[60] * 10])
        read = np.repeat([high, low, other, *range(10)], [20, 20, 30, *[60] * 10])
        order = random.permutation(len(written))
        pair = tuple(np.ravel(answer(written[order].copy(), read[order].copy())).tolist())
        if len(pair) != 2:
            return "the function should return two digits."
        if pair == (low, high):
            continue
        if pair == (high, low):
            return "right digits; put the smaller one first."
        if sorted(pair) == sorted((one, other)):
            return "that pair leads in one direction; count both directions together."
        if pair[0] == pair[1]:
            return "those are not two digits: leave out the diagonal, where the guess is right."
        return f"for one list of guesses it returns {pair}, where {(low, high)} are mixed up most."
    return None
