"""The exercises of lesson 16: a blob's shape, a net for BGR, and a layer that somebody changed."""
import numpy as np

from utils.exercises import exercise


@exercise("16.1",
          praise="Out, in, height, width; and with as many groups as channels each filter sees one channel "
                 "only, so that \"in\" is 1. 6,000 numbers, where a full convolution would need 1.44 million.",
          hints=("Caffe's order for filters is (out, in, height, width).",
                 "\"In\" counts the channels that one filter sees, not those of the layer.",
                 "240 filters, each sees one channel through a window of 5 × 5."))
def depthwise_shape(answer):
    if not isinstance(answer, (tuple, list, np.ndarray)):
        return "a tuple of four numbers is wanted, the blob's shape."
    shape = tuple(float(size) for size in answer)
    if shape == (240, 1, 5, 5):
        return None
    if shape == (240, 240, 5, 5):
        return "that is a full convolution, in which every filter sees all channels; here group is 240."
    if sorted(shape) == [1, 5, 5, 240]:
        return "the right four numbers in another framework's order."
    if shape == (240, 1, 6, 6):
        return "a window of 6 × 6 would be the padding trick, which this layer does not need."
    return "that is not the shape of 240 filters of 5 × 5 that see one channel each."


@exercise("16.2",
          praise="Channels in the other order, and inputs 128 times larger: a convolution is linear, so its "
                 "weights absorb both. The bias is added afterwards, and a zero of the padding stays a zero, "
                 "whatever it is divided by.",
          hints=("Axis 1 of the filters counts the channels that come in: red, green, blue.",
                 "filters[:, ::-1] is in the order blue, green, red. The new inputs are 128 times larger: what "
                 "must happen to the weights?",
                 "return filters[:, ::-1] / 128"))
def bgr(answer):
    if not callable(answer):
        return "a function is wanted that takes the filters and returns the new ones."
    filters = np.random.default_rng(16).normal(size=(7, 3, 4, 4))
    before = filters.copy()
    result = np.asarray(answer(filters))
    if (filters != before).any():
        return "the function changes the filters that it was given; return new ones."
    if result.shape != filters.shape:
        return f"filters of shape {filters.shape} became {result.shape}."
    if np.allclose(result, before[:, ::-1] / 128):
        return None
    if np.allclose(result, before[:, ::-1] * 128):
        return "the inputs have become 128 times larger, and you made the weights larger, too."
    if np.allclose(result, before[:, ::-1]):
        return "the channels are right; the inputs are 128 times larger than before."
    if np.allclose(result, before / 128):
        return "the size is right; but red still meets the weights for red, where blue comes in now."
    if np.allclose(result, before[::-1] / 128):
        return "that turns the order of the filters, axis 0; the channels that come in are another axis."
    return "with these filters the answers of the net would change."


def sabotage(net):
    """Exchange two filters of one layer of EfficientNet-Lite0 in Caffe. (Look no further: find them.)"""
    filters = net.params[_GUILTY][0].data
    filters[_EXCHANGED] = filters[_EXCHANGED[::-1]]


_GUILTY, _EXCHANGED = "block9_" + "depthwise", [17, 203]


@exercise("16.3",
          praise="Two filters were exchanged. No shape, no sum and no size of a file shows that, and the photos "
                 "would hardly have told you: the first blob that differs does, channel by channel.",
          hints=("You have a function that compares a net with Keras, blob by blob: first_above(differences(broken)) "
                 "names the first blob that differs by more than rounding. What stands before _relu6 is the layer.",
                 "Each filter writes one channel of its layer's blob. Let run give you that blob of net and of "
                 "broken, for one photo, and compare them channel by channel.",
                 "np.abs(ours - theirs).max(axis=(0, 2, 3)) is above rounding in two channels: their numbers, and "
                 "the layer's name before them, are the answer."))
def guilty_layer(answer):
    if isinstance(answer, str):
        answer = [answer]
    if not isinstance(answer, (tuple, list, np.ndarray)) or not len(answer) or not isinstance(answer[0], str):
        return "a layer's name and two numbers are wanted: (layer, filter, filter)."
    name = answer[0].strip().removesuffix("_relu6")
    if name in ("classes", "prob", "features", "head"):
        return "everything after a mistake is wrong, too. Which blob is the *first* that differs?"
    if name != _GUILTY and name.startswith(_GUILTY.partition("_")[0] + "_"):
        return "the block is right, the layer is not: which of its blobs is the first that differs?"
    if name != _GUILTY:
        return "up to there both nets are the same, or the mistake was made earlier. Compare them blob by blob."
    if len(answer) != 3:
        return "the layer is right. Now the two filters: (layer, filter, filter)."
    if sorted(float(one) for one in answer[1:]) != _EXCHANGED:
        return "the layer is right, the filters are not: in which two channels does its blob differ? Count from 0."
    return None
