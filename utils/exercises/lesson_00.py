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
    if isinstance(answer, str) and answer.strip().lower() in ("validation", "val", "mnist.validation"):
        return None
    if answer == "test":
        return "then the test split has helped to choose, and who reports the result honestly?"
    if answer == "train":
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
                 "Networks gain far more from more data, as lesson 07 measures.",
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


@exercise("00.3",
          praise="Close the top of a 4 and you have a 9: one stroke, which a mean image has blurred away.",
          hints=("Compare nearest_mean(images, means) with labels, for mnist.validation.",
                 "counts + counts.T adds the two directions; ignore the diagonal.",
                 "One of the two digits is a 9."))
def mixed_up(answer):
    pair = {int(digit) for digit in answer}
    if len(list(answer)) != 2 or len(pair) != 2 or not pair <= set(range(10)):
        return "give two different digits, such as (0, 6)."
    if pair == {4, 9}:
        return None
    if pair == {3, 5}:
        return "that is the commonest mistake in one direction; count both directions together."
    return "that pair is mixed up, but another one more often."
