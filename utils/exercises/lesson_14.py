"""The exercises of lesson 14: parameters of a ConvNet, pooling them away, and pushed digits."""
import numpy as np

from utils.data import load
from utils.exercises import exercise


@exercise("14.1",
          praise="48 kernels of 5 × 5 × 32 weights and one bias each. A kernel is as deep as its input has "
                 "channels, and the size of the picture does not matter.",
          hints=("A kernel sees all channels of its input: how many numbers are in one kernel?",
                 "The second convolution hands on 32 channels, so one kernel has 5 × 5 × 32 weights. There are "
                 "48 kernels.",
                 "Every kernel has a bias as well: 48 more."))
def third_convolution(answer):
    if answer == 38_448:
        return None
    if answer == 38_400:
        return "the kernels are right; something else is learned, too, one number a kernel."
    if answer in (1248, 1200):
        return "those are the weights if the input had one channel, as in the first convolution."
    if answer in (38_448 * 400, 38_400 * 400, 38_448 * 64, 38_400 * 64):
        return "that counts the multiplications: a weight used at many positions is still one weight."
    return "that is not the number of weights of 48 kernels, 5 × 5, on the channels that they are given."


@exercise("14.2",
          praise="About a twentieth is left. Averaging over all positions throws away where a stroke was: "
                 "so compare the two networks' validation accuracies before you call it a bargain.",
          hints=("After the second block come GlobalAveragePooling2D() and Dense(10), nothing else.",
                 "The pooling has no parameters; the last layer now has 32 inputs.",
                 "Add up: 16 kernels of 5 × 5, 32 of 3 × 3 × 16, four numbers a channel for each of two batch "
                 "normalisations, and the dense layer with its biases."))
def pooled(answer):
    if answer == 5530:
        return None
    if answer == 5434:
        return "those are the trainable ones; batch normalisation also keeps averages. Count all."
    if answer == 109_402:
        return "that is fast_net as it was."
    if 5530 < answer < 109_402:
        return "more than expected: is a Flatten or the Dense(128) with its normalisation still there?"
    return "that is not the number of parameters of the network described."


@exercise("14.3",
          praise="The convolutions find the same strokes wherever they are; the dense layer behind Flatten has "
                 "another weight for each place, and learned at which place to expect them. Training on shifted "
                 "digits (lesson 07) shows it more places.",
          hints=("accuracy(net, images, labels) takes any images, roomy ones as well.",
                 "np.roll(images, 2, axis=2) moves every digit two pixels to the right: axis 0 counts the "
                 "images, 1 the rows, 2 the columns.",
                 "([accuracy(net, np.roll(x_test[roomy], pixels, axis=2), y_test[roomy]) for pixels in "
                 "(0, 2, 4, 6)], net)"))
def pushed(answer):
    if len(answer) != 2 or np.shape(answer[0]) != (4,):
        return "a pair is wanted: four accuracies, for 0, 2, 4 and 6 pixels, and the network."
    accuracies, net = np.asarray(answer[0], dtype=float), answer[1]
    if not np.isfinite(accuracies).all() or accuracies.min() < 0:
        return "accuracies are numbers between 0 and 1."
    if accuracies.max() > 1:
        return "give accuracies as fractions of 1."
    if not hasattr(net, "predict"):
        return "the second of the pair is the network that you measured."
    images, labels = load("mnist").test
    roomy = (images[:, :, -6:] == 0).all(axis=(1, 2, 3))
    moved = [np.roll(images[roomy], pixels, axis=2) for pixels in (0, 2, 4, 6)]
    measured = np.array([(np.argmax(net.predict(some, batch_size=500, verbose=0), axis=1) == labels[roomy]).mean()
                         for some in moved])
    if measured[0] < 0.985:
        return "this network reads few of the digits in their place: train it first."
    if np.allclose(accuracies, measured, atol=6e-4):
        return None
    if np.allclose(accuracies, measured[::-1], atol=6e-4):
        return "is the order 0, 2, 4, 6?"
    if abs(accuracies[0] - measured[0]) < 6e-4:
        return "the pushed digits are read otherwise: were the images moved to the right, along their columns?"
    return "measured again, this network has other accuracies. Are they all of the roomy digits?"
