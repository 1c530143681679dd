"""The exercises of lesson 12: a convolution's output shape, clipped gradients, batch and speed."""
import numpy as np

from utils.exercises import exercise


@exercise("12.1",
          praise="28 places for a window of five along 32 pixels, every second of them: 14. The 3 channels "
                 "are summed away, each of the 16 filters makes one of its own.",
          hints=("The shape has four numbers: batch, height, width, channels.",
                 "A window of 5 pixels has 32 - 5 + 1 places along a line of 32. A stride of 2 takes every "
                 "second.",
                 "The batch stays as it is, and there is one channel for each filter."))
def output_shape(answer):
    shape = tuple(int(number) for number in answer)
    if shape == (64, 14, 14, 16):
        return None
    if len(shape) != 4:
        return "four numbers are wanted: batch, height, width, channels."
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


@exercise("12.3",
          praise="The fixed price of a step is shared by all its images, until the arithmetic is all there is "
                 "to pay. From there on a larger batch buys nothing.",
          hints=("milliseconds(graph_step, size) is the time of one step with `size` images.",
                 "Images a second: 1000 * size / milliseconds.",
                 "np.median([milliseconds(graph_step, size) for _ in range(15)]) for each of the four sizes, "
                 "in the order 1, 8, 64, 512."))
def speed_by_batch(answer):
    rates = np.asarray(answer, dtype=float)
    if rates.shape != (4,):
        return "four figures are wanted, for batches of 1, 8, 64 and 512."
    if not np.isfinite(rates).all() or rates.min() <= 0:
        return "images a second are positive numbers."
    if rates.max() < 500:
        return "that is very slow: images a second are wanted, not steps a second or milliseconds."
    if rates[3] < 1.5 * rates[0] or rates[1] < rates[0]:
        return "larger batches should bring more images a second: is it steps a second, or the order reversed?"
    if rates[3] > 400 * rates[0]:
        return "so much? Each step has a price that grows with its images: divide by the time measured for that size."
    return None
