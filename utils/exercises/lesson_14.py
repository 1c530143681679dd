"""The exercises of lesson 14: parameters of a ConvNet, pooling them away, and pushed digits."""
from utils.exercises import exercise


@exercise("14.1",
          praise="32 kernels of 3 × 3 × 32 weights and one bias each. A kernel is as deep as its input has "
                 "channels, and the size of the picture does not matter.",
          hints=("A kernel sees all channels of its input: how many numbers are in one kernel?",
                 "One kernel has 3 × 3 × 32 weights. There are 32 kernels.",
                 "Every kernel has a bias as well: 32 more."))
def second_convolution(answer):
    if answer == 9248:
        return None
    if answer == 9216:
        return "the kernels are right; something else is learned, too, one number a kernel."
    if answer in (320, 288):
        return "those are the weights if the input had one channel, as in the first convolution."
    if answer == 9248 * 24 * 24 or answer == 9216 * 24 * 24:
        return "that counts the multiplications: a weight used at many positions is still one weight."
    return "that is not the number of weights of 32 kernels, 3 × 3, on 32 channels."


@exercise("14.2",
          praise="About a twentieth is left. Averaging over all positions throws away where a stroke was, "
                 "and the accuracy shows it: for handwriting the place matters a little.",
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
                 "learned at which place to expect them. Training on shifted digits (lesson 07) cures that.",
          hints=("accuracy(net, images, y_test) takes any images.",
                 "np.roll(x_test, 2, axis=2) moves every digit two pixels to the right: axis 0 counts the "
                 "images, 1 the rows, 2 the columns.",
                 "[accuracy(net, np.roll(x_test, pixels, axis=2), y_test) for pixels in (0, 2, 4, 6)]"))
def pushed(answer):
    accuracies = [float(accuracy) for accuracy in answer]
    if len(accuracies) != 4:
        return "four accuracies are wanted, for 0, 2, 4 and 6 pixels."
    if max(accuracies) > 1:
        return "give accuracies as fractions of 1."
    if accuracies[0] < 0.985:
        return "the first figure is for digits in their place, and should be the network's test accuracy."
    if max(accuracies) - min(accuracies) < 0.05:
        return "six pixels make a large difference. Were the images really moved along their columns?"
    if accuracies != sorted(accuracies, reverse=True):
        return "the further the push, the lower the accuracy; is the order 0, 2, 4, 6?"
    return None
