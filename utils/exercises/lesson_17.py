"""The exercises of lesson 17: a new last layer's parameters, photos that belong together, cuts lower down."""
import hashlib

import numpy as np

from utils.data import load
from utils.exercises import exercise
from utils.exercises.mutants import CHANGES


@exercise("17.1",
          praise="About ten thousand, of a network of more than twenty million: that is why a laptop was enough.",
          hints=("Every one of the five classes has a weight for each number that comes in.",
                 "2,048 numbers come in, five scores go out.",
                 "And each class has one bias."))
def last_layer(answer):
    answer = np.asarray(answer, float).item()           # a number in any form
    if np.isnan(answer):
        return "that is not a number."
    if answer == 10_245:
        return None
    if answer == 10_240:
        return "the weights are right; each class learns one more number."
    if answer in (12_293, 12_288):
        return "that has six classes; the codelab's flowers were of five."
    if answer in (6_405, 6_400, 7_686):
        return "those are 1,280 numbers a photo, as in this lesson; Inception v3 has 2,048."
    if answer in (2_049_000, 2_048_000):
        return "that is the layer with 1,000 classes that was cut off."
    return "that is not what a dense layer from 2,048 numbers to 5 classes has to learn."


def side(name):
    """The lesson's rule for a name, the test share included."""
    return "test" if int(hashlib.sha1(name.encode()).hexdigest(), 16) % 100 < 25 else "train"


@exercise("17.2", indifferent=tuple(CHANGES),           # of numbers: the function returns words
          praise="All photos of one rose are on one side now, and adding more of them moves none. A test is "
                 "only as good as its distance from the training photos.",
          hints=("Cut the name off before it is hashed; the rest of part stays as it is.",
                 'file_name.partition("_nohash_") gives what is before, the separator and what is after; without '
                 "a separator in the name, the whole name is before.",
                 'return part(file_name.partition("_nohash_")[0])'))
def together(answer):
    if not callable(answer):
        return "hand in the function itself, one that takes a file's name."
    groups = [[f"{flower}_nohash_{i}.jpg" for i in range(8)] for flower in
              ("rose", "lily", "tulip", "iris", "poppy", "aster", "peony", "violet", "crocus", "thistle")]
    plain = [f"photo_{i}.jpg" for i in range(200)]
    sides = {answer(name) for group in groups for name in group} | {answer(name) for name in plain}
    if not sides <= {"train", "test"}:
        return 'it should return "train" or "test" for every name.'
    if any(len({answer(name) for name in group}) > 1 for group in groups):
        return "some photos of the same flower are still on different sides."
    if [answer(name) for name in plain] != [side(name) for name in plain]:
        return "names without _nohash_ have changed sides; they should stay where part puts them."
    if [answer(group[0]) for group in groups] != [side(group[0].partition("_nohash_")[0]) for group in groups]:
        return "what stands before _nohash_, and nothing else, should be hashed."
    return None


@exercise("17.3",
          praise="With every cut further down more are right. Look at the classes one by one: flowers and fruit "
                 "come early, block 3 knows most of them; of the birds it knows few, and the features nearly all.",
          hints=('network.get_layer("block3_add").output is (n, height, width, channels); '
                 "keras.ops.mean(one, axis=(1, 2)) takes the mean over the places.",
                 "Make one keras.Model with the three means as outputs, and run all_stamps through it as run does; "
                 "the fourth set of numbers is bottlenecks.",
                 "[cross_validated(numbers) for numbers in …], four sets of numbers, shallow to deep."))
def cuts(answer):
    guesses = np.asarray(answer, float)
    stamps = load("stamps")
    labels = np.concatenate([labels for _, labels in (stamps.train, stamps.validation, stamps.test)])
    if guesses.shape != (4, len(labels)):
        return f"four arrays of {len(labels)} guesses are wanted: for block 3, 8, 11, and the features."
    if not np.isin(guesses, np.unique(labels)).all():
        return "a guess is a class, 0 to 5: those that cross_validated returns."
    right = (guesses == labels).mean(axis=1)
    said = ", ".join(f"{share:.0%}" for share in right)
    if right.max() > 0.97:
        return f"{said} right: that is too good. Was each guess made by a layer that had not seen the photo?"
    if right[-1] < 0.85:
        return f"{said} right: the last is for the bottlenecks, and should be near the lesson's own."
    if (np.diff(right) <= 0).any():
        return f"{said} right: from cut to cut it should get better. Is the order from shallow to deep?"
    for share, low, high, cut in zip(right, (0.40, 0.64, 0.75), (0.60, 0.83, 0.89), (3, 8, 11)):
        if not low <= share <= high:
            return f"{said} right: block {cut} has another share. Are its numbers the means over the places?"
    return None
