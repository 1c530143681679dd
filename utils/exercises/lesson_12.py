"""The exercises of lesson 12: a convolution's output shape, clipped gradients, batch and speed."""
import time

import numpy as np

from utils.exercises import exercise
from utils.runtime import stopwatch


@exercise("12.1",
          praise="28 places for a window of five along 32 pixels, every second of them: 14. The 3 channels "
                 "are summed away, each of the 16 filters makes one of its own.",
          hints=("The shape has four numbers: batch, height, width, channels.",
                 "A window of 5 pixels has 32 - 5 + 1 places along a line of 32. A stride of 2 takes every "
                 "second.",
                 "The batch stays as it is, and there is one channel for each filter."))
def output_shape(answer):
    shape = tuple(float(number) for number in answer)
    if shape == (64, 14, 14, 16):
        return None
    if len(shape) != 4:
        return "four numbers are wanted: batch, height, width, channels."
    if not all(number.is_integer() for number in shape):
        return "the numbers of a shape are whole."
    if shape == (64, 16, 14, 14):
        return "that is Theano's order, NCHW; TensorFlow's is NHWC."
    if shape[1:3] == (16, 16):
        return 'that is padding="SAME"; a VALID window never hangs over the edge.'
    if shape[1:3] == (28, 28):
        return "that is stride 1."
    if shape[3] == 3:
        return "each filter looks at all three channels and makes one of its own."
    return "count the places of the window along one line, and take every second."


@exercise("12.2",
          praise="All of them shrink by one factor, so the step is shorter and its direction the same. TensorFlow "
                 "has it as tf.clip_by_global_norm.",
          hints=("The length of the long vector is the square root of the sum of all squares, of all tensors.",
                 "The factor is limit / length where that is below 1, else 1.",
                 "length = tf.sqrt(sum(tf.reduce_sum(g ** 2) for g in gradients)), then multiply each g by "
                 "tf.minimum(1.0, limit / length)."))
def clipping(answer):
    random = np.random.default_rng(12)
    short = [np.array([[0.3, 0.0]], "float32"), np.array([-0.4], "float32")]          # length 0.5
    long = [random.normal(size=(4, 3)).astype("float32"), np.array([30.0, -40.0], "float32")]
    length = np.sqrt(sum((g ** 2).sum() for g in long))
    for gradients, factor in ((short, 1), (long, 1 / length), (long, 2 / length)):
        limit = 2.0 if factor == 2 / length else 1.0
        result = answer([g.copy() for g in gradients], limit)
        if result is None:
            return "the function returns nothing: return a list."
        result = [np.asarray(g) for g in result]
        if [g.shape for g in result] != [g.shape for g in gradients]:
            return "it must return as many tensors as it is given, of the same shapes."
        if all(np.allclose(g, factor * given, rtol=1e-3) for g, given in zip(result, gradients)):
            continue
        if factor == 1:
            return "gradients that are shorter than the limit must stay as they are."
        if all(np.allclose(g, given) for g, given in zip(result, gradients)):
            return "gradients longer than the limit come back unchanged."
        return "their common length should be the limit, and their direction the same as before."
    return None


@exercise("12.3", indifferent=("plus 1", "minus 1", "constant", "reversed", "transposed"),    # of a rate
          praise="The fixed price of a step is shared by all its images. So a larger batch brings more images a "
                 "second, but gains less and less, as the arithmetic becomes all there is to pay.",
          hints=("milliseconds(step, size) is the time of one step with `size` images.",
                 "Images a second: 1000 * size / milliseconds.",
                 "return 1000 * size / np.median([milliseconds(step, size) for _ in range(15)])"))
def speed_by_batch(answer):
    if not callable(answer):
        return "a function images_per_second(step, size) is wanted."
    for size in (8, 512):
        batches, took = [], []

        def step(x, y, rate):               # every fourth call is slow, as it happens on a computer
            with stopwatch() as watch:
                time.sleep(0.01 if len(took) % 4 else 0.03)
            batches.append(len(x))
            took.append(watch.seconds)

        rate = answer(step, size)
        if np.shape(rate) != () or rate is None or not np.isfinite(rate):
            return "images_per_second(step, size) should return one number."
        if len(took) < 5:
            return "one slow moment of the computer would spoil that: time the given step several times."
        if set(batches) != {size}:
            return f"asked for batches of {size}, it timed steps with {batches[0]} images."
        right, mean = size / np.median(took), size / np.mean(took)
        if abs(rate / right - 1) < 0.025:
            continue
        if abs(rate / mean - 1) < 0.025:
            return "that is the mean; the median does not mind a slow call now and then."
        if abs(rate * size / right - 1) < 0.025:
            return "that is steps a second: each step has `size` images."
        if abs(1000 * rate / right - 1) < 0.025:
            return "that is images a millisecond."
        return "that is not the number of images by the median time of one step."
    return None
