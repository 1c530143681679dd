"""The exercises of lesson 17: a new last layer's parameters, photos that belong together, cuts lower down."""
import hashlib

from utils.exercises import exercise


@exercise("17.1",
          praise="About ten thousand, of a network of more than twenty million: that is why a laptop was enough.",
          hints=("Every one of the five classes has a weight for each number that comes in.",
                 "2,048 numbers come in, five scores go out.",
                 "And each class has one bias."))
def last_layer(answer):
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


@exercise("17.2",
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
          praise="Colours and textures, found early, tell an apple from a hammer. What makes a mammal a mammal "
                 "comes late: the deeper the cut, the more the numbers are about things, not looks.",
          hints=('network.get_layer("block3_add").output is (n, height, width, channels); '
                 "keras.ops.mean(one, axis=(1, 2)) takes the mean over the places.",
                 "Make one keras.Model with the three means as outputs, and run all_stamps through it as run does; "
                 "the fourth set of numbers is bottlenecks.",
                 "(cross_validated(numbers) == labels).mean() for each of the four, shallow to deep."))
def cuts(answer):
    accuracies = [float(accuracy) for accuracy in answer]
    if len(accuracies) != 4:
        return "four accuracies are wanted: block 3, 8, 11, and the features."
    if max(accuracies) > 1:
        return "give accuracies as fractions of 1."
    if accuracies[-1] < 0.82:
        return "the last figure is for the bottlenecks, and should be near the lesson's own."
    if accuracies[0] > accuracies[-1] - 0.1:
        return "block 3 cannot be nearly as good as the features; is the order from shallow to deep?"
    if accuracies[0] < 0.25:
        return "block 3 is better than that: are its numbers the means over the places, one a channel?"
    if sorted(accuracies[1:3]) + accuracies[3:] != sorted(accuracies[1:]) or accuracies[1] < accuracies[0] - 0.05:
        return "from cut to cut it should get better, by and large; is the order from shallow to deep?"
    return None
