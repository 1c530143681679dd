"""The exercises of lesson 09: the size of a layer, a kernel for vertical edges, a stack with a wide view."""
import numpy as np
from scipy.signal import correlate2d

from utils.exercises import exercise


@exercise("09.1",
          praise="The side rounds down, because the last window must fit. And the photo's size does not "
                 "enter the parameters at all: a larger photo costs work, not weights.",
          hints=("The side is floor((n + 2p - k) / s) + 1, with padding p = 0.",
                 "(64 - 5) / 2 is 29.5, rounded down, plus 1.",
                 "Each of the 32 kernels has 5 × 5 numbers for each of the 3 channels, and one bias."))
def size_and_parameters(answer):
    if np.shape(answer) != (2,):
        return "a pair is wanted: (side, parameters)."
    side, parameters = np.asarray(answer, dtype=float)
    if not np.isfinite([side, parameters]).all():
        return "one of the two is not a finite number."
    if (side, parameters) == (30, 2432):
        return None
    if (side, parameters) == (2432, 30):
        return "the order is (side, parameters)."
    if side != 30:
        return {60: "a side of 60 would be stride 1.", 32: "a side of 32 needs padding.",
                31: "count again: half a window does not fit, so round down."}.get(
                    side, "the side is not right: use the formula for the size of a map.")
    if parameters == 2400:
        return "the side is right; each kernel also has a bias."
    if parameters == 832:
        return "the side is right, but that is a kernel for a grey photo: this one has three channels."
    return "the side is right, the parameters are not: they do not depend on the positions."


@exercise("09.2",
          praise="Every row adds up to 0, so nothing happens where rows are flat. Some column does not, so a "
                 "change from left to right is seen. One row of the Sobel kernel is enough.",
          hints=("Where a picture does not change from left to right, each row of the kernel meets three equal "
                 "pixels.",
                 "So every row must add up to 0, and the columns must not, or vertical edges cancel, too.",
                 "At the edge of a step from 0 to 1 the kernel's right column, or its two right columns, lie on "
                 "the 1: their sum is the answer, and the larger of the two sums must be 1."))
def vertical_edges(answer):
    kernel = np.array(answer, dtype=float)
    if kernel.shape != (3, 3) or not np.isfinite(kernel).all():
        return "three rows of three numbers are wanted."
    if np.abs(kernel).max() < 1e-6:
        return "a kernel of zeros is blind to everything."
    flat, edge = np.ones((8, 8)), np.outer(np.ones(8), np.arange(8) > 3).astype(float)
    pictures = {"flat areas": flat, "horizontal edges": edge.T,
                "pictures that brighten from top to bottom": np.outer(np.arange(8.0) ** 2, np.ones(8))}
    for name, picture in pictures.items():
        if np.abs(correlate2d(picture, kernel, "valid")).max() > 1e-6:
            return f"it is not blind to {name}."
    answers = correlate2d(edge, kernel, "valid")
    if np.abs(answers).max() < 1e-3:
        return "it is blind to vertical edges as well."
    sobel = np.array([(-1, 0, 1), (-2, 0, 2), (-1, 0, 1)]) / 2
    scaled = kernel / np.abs(kernel).max()
    if min(np.abs(scaled - sobel).max(), np.abs(scaled + sobel).max()) < 1e-3:
        return "that is the widget's kernel or a multiple of it; find another one."
    if abs(answers.max() - 1) > 0.02:
        return f"its largest answer to a step from 0 up to 1 is {answers.max():.2g}, and 1 is wanted."
    return None


@exercise("09.3",
          praise="Strides first: a stride doubles what every later layer adds to the view, so the sooner it "
                 "comes, the more layers profit. It is also why many networks begin with one.",
          hints=("Each 3 × 3 layer adds 2 × J pixels to the field, and J is the product of the strides before it.",
                 "With all strides 1, six layers see 13 pixels. Put one stride of 2 first, then last, and compare.",
                 "Two layers of stride 2 at the very start, then four of stride 1."))
def wide_view(answer):
    if not np.isfinite([number for pair in answer for number in pair]).all():
        return "some of the numbers are not finite."
    pairs = [(int(kernel), int(stride)) for kernel, stride in answer]
    if not pairs or any(pair != tuple(given) for pair, given in zip(pairs, answer)):
        return "a list of (kernel, stride) pairs of whole numbers is wanted."
    if len(pairs) > 6:
        return f"those are {len(pairs)} layers; at most six are allowed."
    if any(kernel != 3 or stride not in (1, 2) for kernel, stride in pairs):
        return "every kernel must be 3, every stride 1 or 2."
    field, jump = 1, 1
    for kernel, stride in pairs:
        field, jump = field + (kernel - 1) * jump, jump * stride
    if jump > 4:
        return f"the strides multiply to {jump}; at most 4 is allowed."
    if field < 36:
        return f"it sees {field} pixels; at least 36 are wanted."
    return None
