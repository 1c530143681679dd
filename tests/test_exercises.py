"""The checks accept what is right and reject what learners typically get wrong.

That every committed solution is accepted is tested by running the notebooks: their solution
cells are compared with the verdict. Here stand the wrong answers.
"""
import time
from types import SimpleNamespace

import numpy as np
import pytest

from utils import exercises
from utils.course import lessons
from utils.data import load
from utils.exercises import check, find
from utils.exercises.lesson_07 import validation
from utils.exercises.lesson_08 import _gradient_norms
from utils.exercises.lesson_13 import operations
from utils.exercises.lesson_17 import side
from utils.exercises.lesson_20 import _shares


def mixed_up(labels, guesses, directions=2, diagonal=1):
    """The answer to 00.3, right but for what is given."""
    counts = np.histogram2d(labels, guesses, bins=10, range=((0, 10), (0, 10)))[0]
    counts = np.triu(counts + counts.T if directions == 2 else counts, k=diagonal)
    return divmod(int(counts.argmax()), 10)


def playground(hidden=(6,), **settings):
    """What the judge of 04.3 asks of a Playground, right but for what is given and for the weights."""
    right = dict(data_set="spiral", noise=0, train_percent=30, seed=0, activation="tanh",
                 features=["x₁", "x₂", "sin x₁", "sin x₂"])
    widths, random = [4, *hidden, 1], np.random.default_rng(0)
    net = [(random.normal(size=shape), np.zeros(shape[1])) for shape in zip(widths, widths[1:])]
    return SimpleNamespace(**right | {"net": net} | settings, accuracy=lambda split: 0.99, size=37)


def six_arrays():
    """Weights and biases of lesson 05's network, never trained, for the judge of 05.2."""
    random, widths = np.random.default_rng(0), (784, 240, 120, 10)
    return [random.normal(0, 0.05, shape) for pair in zip(widths, widths[1:]) for shape in (pair, pair[1:])]


def two_nets(count, shift=0):
    """An answer to 05.3: two nets that misread 148 and 126 test digits, never the same ones, and ``count``."""
    full, sparse = (np.roll(load("mnist").test[1], shift) for _ in range(2))
    full[:148], sparse[200:326] = (full[:148] + 1) % 10, (sparse[200:326] + 1) % 10
    return full, sparse, count


def slim_net(first=4, others=1, pool=2, padding="same", widths=(96, 256, 384, 384, 256), dense=0, classes=17):
    """An answer to 10.3, right but for what is given."""
    def slim():
        from utils.engines import tflearn
        net = tflearn.input_data(shape=[None, 227, 227, 3])
        for i, (width, window) in enumerate(zip(widths, (11, 5, 3, 3, 3))):
            net = tflearn.conv_2d(net, width, window, strides=others if i else first, padding=padding)
            net = tflearn.max_pool_2d(net, 3, strides=pool) if i in (0, 1, 4) else net
        net = tflearn.fully_connected(net, dense) if dense else tflearn.global_avg_pool(net)
        return tflearn.fully_connected(net, classes)
    return slim


def tanh_norms(c):
    """The second half of an answer to 08.3, measured with ``c``."""
    return _gradient_norms(c / 100)


def stamp_guesses(*shares):
    """For each of ``shares`` guesses for the 214 stamps, so many of them right: int (shares, 214)."""
    stamps = load("stamps")
    labels = np.concatenate([labels for _, labels in (stamps.train, stamps.validation, stamps.test)])
    place = np.random.default_rng(0).permutation(len(labels)) / len(labels)
    return np.stack([np.where(place < share, labels, (labels + 1) % 6) for share in shares])


def vgg_parameters(bias=1, channels=3, classes=1000, side=7, dense=True):
    """An answer to 11.2, right but for what is given."""
    def parameters(blocks):
        total, inputs = 0, channels
        for width in (width for widths in blocks for width in widths):
            total, inputs = total + (9 * inputs + bias) * width, width
        layers = [(side * side * inputs, 4096), (4096, 4096), (4096, classes)] if dense else []
        return total + sum((into + bias) * units for into, units in layers)
    return parameters


def digit_net(right, width=30, activation="sigmoid", l2=0.0, dropout=None):
    """A stand-in for a trained network of lesson 07 that reads this share of the validation digits."""
    def net(x, training=False):
        digits = validation()[1]
        labels = digits[:1000] if len(x) == 1000 else digits[1000:]
        return np.eye(10)[np.where(np.arange(len(x)) < right * len(x), labels, (labels + 1) % 10)]

    class VarianceScaling:
        pass
    penalty = SimpleNamespace(l2=l2) if l2 else None
    net.layers = [SimpleNamespace(units=units, kernel_regularizer=penalty, kernel_initializer=VarianceScaling(),
                                  activation=SimpleNamespace(__name__=activation)) for units in (width, 10)]
    if dropout:
        net.layers.insert(1, SimpleNamespace(rate=dropout))
    return net


SIX, SIX_L2 = [digit_net(0.9) for _ in range(6)], [digit_net(0.88, l2=0.001) for _ in range(6)]
WIDTHS = [digit_net(right, width, "relu", dropout=0.5) for right, width in zip((0.6, 0.7, 0.8, 0.9), (10, 30, 100, 300))]

def timed(rate, calls=9):
    """An answer to 12.3: ``rate(size, seconds of each call)`` of a training step."""
    def images_per_second(step, size):
        took, batch = [], (np.zeros((size, 28, 28, 1)), np.zeros(size))
        for _ in range(calls):
            started = time.perf_counter()
            step(*batch, 0.0)
            took.append(time.perf_counter() - started)
        return rate(size, took)
    return images_per_second


def derivative(times=2, factor=1):
    """An answer to 13.2, right but for what is given."""
    def curvature(y, t):
        from utils.engines import theano
        for _ in range(times):
            y = theano.tensor.grad(y, t)
        return theano.function([t], factor * y)
    return curvature


class DigitReader:
    """A network for the judge of 14.3: it knows each test digit in its place, and none that was moved."""

    def predict(self, images, **options):
        known = {image.tobytes(): label for image, label in zip(*load("mnist").test)}
        return np.eye(10)[[known.get(image.tobytes(), 0) for image in images]]


def vgg_run(scale=1.0, divisor=8, loss=tuple(np.linspace(2.3, 1, 150))):
    """An answer to 11.3 that says a low loss, with the weights of an untrained net."""
    random, weights, channels = np.random.default_rng(0), {}, 1
    for i, width in enumerate([64] * 2 + [128] * 2 + [256] * 3 + [512] * 6):
        name, width = f"Conv2D_{i}" if i else "Conv2D", width // divisor
        weights[f"{name}/W:0"] = random.normal(0, (9 * channels / 2) ** -0.5, (3, 3, channels, width))
        weights[f"{name}/b:0"], channels = np.zeros(width), width
    for name, width in [("FullyConnected", 4096 // divisor), ("FullyConnected_1", 4096 // divisor),
                        ("FullyConnected_2", 10)]:
        weights[f"{name}/W:0"] = random.normal(0, (channels / 2) ** -0.5, (channels, width))
        weights[f"{name}/b:0"], channels = np.zeros(width), width
    return {"loss": list(loss), "weights": {name: np.float32(scale * value) for name, value in weights.items()}}


WRONG = {       # exercise → plausible wrong answers
    "00.1": ["train", "test", "all of them", "test and train", "validation and test", "the test split"],
    "00.2": [0.855, 70.88, 0.5644, 0.8236, 0.7],       # all digits, percent, one a digit, a hundred, a guess
    "00.3": [(4, 9), lambda labels, guesses: (4, 9), lambda labels, guesses: None,
             lambda labels, guesses: mixed_up(labels, guesses)[::-1],           # the larger first
             lambda labels, guesses: mixed_up(labels, guesses, directions=1),   # one direction
             lambda labels, guesses: mixed_up(labels, guesses, diagonal=0)],    # right guesses, too
    "01.1": ["simple", "hyper-complex", "centre-surround", "gabor", "all", "a hyper-complex cell", "simple or complex"],
    "01.2": [lambda t, y, x, h, w: t[y + h, x + w] - t[y, x + w] - t[y + h, x] + t[y, x],      # both halves
             lambda t, y, x, h, w: (2 * t[y + h, x + w // 2] - 2 * t[y, x + w // 2] - t[y + h, x] + t[y, x]
                                    - t[y + h, x + w] + t[y, x + w]),                       # left minus right
             lambda t, y, x, h, w: t[y + h, x + w] - t[y + h, x], lambda t, y, x, h, w: None, 0,
             lambda t, y, x, h, w: t[y, x + w] - t[y, x]],
    "01.3": [0.497, 1.93, 1.449, 4.4, 2174, 0.0021, 2.05, 2.75, 2.44, 2.06, 2.28, 1.17, 3.17, float("nan")],
                                            # the box, green, no factor, twice, µm, m, Petzval, Rayleigh
    "02.1": [100_000, 200_000, 400_000, 300_000, 606_000],     # weights, forwards, backwards, one op, biases
    "02.2": [lambda f: f.transpose(3, 2, 0, 1), lambda f: f.reshape(f.shape[::-1]),         # not turned, reshaped
             lambda f: f[::-1, ::-1], lambda f: f.transpose(3, 2, 0, 1)[:, :, ::-1],        # axes, a mirror image
             lambda f: f.transpose(3, 2, 0, 1)[::-1, ::-1], lambda f: f.transpose(2, 3, 0, 1)[..., ::-1, ::-1]],
    "02.3": [lambda price, rent, electricity, hours: np.ceil(price / (rent * hours)), 19,   # no electricity, a number
             lambda price, rent, electricity, hours: price / ((rent - electricity) * hours),            # not whole
             lambda price, rent, electricity, hours: price // ((rent - electricity) * hours),           # down
             lambda price, rent, electricity, hours: np.ceil(price / (rent - electricity)),             # hours
             lambda price, rent, electricity, hours: -np.ceil(price / ((rent - electricity) * hours)),  # a sign
             lambda price, rent, electricity, hours: 19, lambda price, rent, electricity, hours: float("nan")],
    "03.1": [0.9, 0.25, 0.19, 0.1, 0.81, 0.18, 0.045, -0.09, 0.0945, 9, float("nan")],      # value, steepest, tanh's
    "03.2": [(1, 1, -1.5), (1, 1, -0.5), (-1, -1, 0.5), (-1, -1, 1), (-1, -1), (1, -1, 0.5)],
    "03.3": [2.3, 3, 6.0, 6.2, 6.4, 6.5, 9.8, 0, float("nan")],     # one spike, a few, too much, the Hopf point
    "04.1": [132, 111, 150, 152, 143, 302, 105],       # weights only, two features, no last bias, one net above
    "04.2": [(lambda z: np.where(z > 0, z, 0), lambda a: np.where(a > 0, 1, 0)),            # not leaky
             (lambda z: np.where(z > 0, z, 0.1 * z), lambda a: np.where(a > 0, 1, 0)),      # its slope is not
             (lambda z: np.where(z > 0, z, 0.1 * z), lambda a: np.where(a > 0, a, 0.1 * a)),
             (lambda z: np.where(z > 0, z, -0.1 * z), lambda a: np.where(a > 0, 1, 0.1)),   # bends upwards
             (lambda z: z if z.sum() > 0 else 0.1 * z, lambda a: 0.1),                      # all at once
             (lambda z: np.where(z > 0, z, 0.1 * z), lambda a: 1.0)],
    "04.3": [playground(hidden=[8, 8]), playground(), playground(data_set="circle"), playground(noise=0.1),
             playground(train_percent=50), playground(net=[(np.full((4, 1), np.nan), np.zeros(1))])],
    "05.1": [0.1, 30, 0.03, 0.271, 1 / 3],             # top-1, percent, product, with repetition, thirds
    "05.2": [(0.979, 0.665), (six_arrays(), 0.979, 0.665), (six_arrays(), 97.9, 66.5), (six_arrays(), 0.979)],
    "05.3": [two_nets(count) for count in (148, 126, 22, 9_726, 0.0274, 273, 275, 260.3, 548, -274, float("nan"))]
    + [two_nets(274, shift=1), (*two_nets(0)[:1] * 2, 0), ([1, 2], [1, 3], 1)],     # not the nets, one twice, two digits
    "06.1": [0.9, -0.27, 0.0243, 0.081, 0.3, 0.54, 1.27, 27, float("nan"), [0.27, 0.27]],   # BP1 only, sign, quadratic
    "06.2": [lambda z, a, y: a - y, lambda z, a, y: (y - a) * a * (1 - a), lambda z, a, y: None,
             lambda z, a, y: (a - y) * z * (1 - z), lambda z, a, y: (a - y) ** 2 / 2, 0.5,
             lambda z, a, y: (a - y) / (1 + np.exp(-z)) / (1 + np.exp(z)),          # from z, not from a alone
             lambda z, a, y: 1.05 * (a - y) * a * (1 - a), lambda z, a, y: ((a - y) * a * (1 - a)).T],
    "06.3": [0.667, 0.56, 0.5528, 2 / 3.618033988749895, 0.276, 0.54, 3.618, 1.447, 0, float("nan")],
                                                       # 2 over an entry, over, at the limit, half, careful, λ, 2/λ min
    "07.1": [0.999, 0.9995 ** 3000, 1 - 0.999 ** 3000, 0.998 ** 3000, 0, -2, 4.97, 0.0472, 0.0522],     # no 2, no η
    "07.2": [1.0, -2.0, SIX, (SIX, SIX_L2, 2.0), (SIX, SIX_L2, -0.02), (SIX, SIX_L2, -1.9), (SIX_L2, SIX, -2.0),
             (SIX, SIX_L2, 88.0), (SIX, SIX_L2, float("nan")), (SIX[:1] * 6, SIX_L2, -2.0), (SIX, SIX, 0.0),
             (SIX, [digit_net(0.88, l2=0.01) for _ in SIX], -2.0), (SIX, [digit_net(0.1, l2=0.001) for _ in SIX], -80)],
    "07.3": [[60, 70, 80, 90], ([60, 70, 80, 90], [60, 70, 80, 90]), (WIDTHS, [60, 70, 80, 91]), WIDTHS,
             (WIDTHS, [0.6, 0.7, 0.8, 0.9]), (WIDTHS, [90, 80, 70, 60]), (WIDTHS[::-1], [90, 80, 70, 60]),
             (SIX[:4], [90, 90, 90, 90]), (WIDTHS, [60, 70, 80])],
    "08.1": [0.25 ** 10, 1024, 0.5, 5, 20 ** -10, 2 ** 10 / 4],     # no weights, inverse, one pair, a sum
    "08.2": [([200] * 4, [-20, -60, -120, -160], [0.5, 0.5, -0.4, -0.4]),           # never steps back
             ([200] * 4, [0.1, 0.3, 0.6, 0.8], [0.5, -0.5, -0.4, 0.4]),             # positions as biases
             ([5] * 4, [-0.5, -1.5, -3, -4], [0.5, -0.5, -0.4, 0.4]),               # not steep
             ([200, 200], [-20, -60], [0.5, -0.5]),                                 # one bump only
             ([200] * 4, [20, 60, 120, 160], [0.5, -0.5, -0.4, 0.4]),               # sign of the bias
             ([-200] * 4, [20, 60, 120, 160], [-0.5, 0.5, 0.4, -0.4]),              # all step down
             ([210] * 4, [-21, -63, -126, -168], [0.525, -0.525, -0.42, 0.42])],    # 5 % too high
    "08.3": [1.5, (1.5, [1.0] * 30), (0.015, tanh_norms(1.5)), (1.575, tanh_norms(1.5)),    # no norms, invented
             (1.0, tanh_norms(1.0)), (2.0, tanh_norms(2.0)), (1.25, tanh_norms(1.25)),      # Glorot, He, half way
             (1.5, 1.05 * tanh_norms(1.5)), (1.5, tanh_norms(1.5)[::-1]), (float("nan"), tanh_norms(1.5))],
    "09.1": [(32, 2432), (30, 2400), (30, 832), (60, 2432), (2432, 30), (31, 2432)],   # padding, bias, grey
    "09.2": [[(-1, 0, 1), (-2, 0, 2), (-1, 0, 1)], [(-1, -1, -1), (0, 0, 0), (1, 1, 1)], [(0, 0, 0)] * 3,
             [(1, 0, -1), (0, 0, 0), (-1, 0, 1)], [(-1, -1, -1), (-1, 8, -1), (-1, -1, -1)],
             [(0.5, 0, -0.5), (1, 0, -1), (0.5, 0, -0.5)], [(-1, 0, 1)],
             [(0, 0, 0), (1, 0, -1), (0, 0, 0)], [(0, 0, 0), (-2, 0, 2), (0, 0, 0)], [(0, -1, 0), (0, 0, 0), (0, 1, 0)],
             [(-0.25, 0, 0.25), (-0.5, 0, 0.5), (-0.25, 0, 0.25)]],                # sign, scale, transposed, the widget's
    "09.3": [[(3, 1)] * 4 + [(3, 2)] * 2, [(3, 2)] * 6, [(3, 1)] * 6, [(3, 2)] * 2 + [(3, 1)] * 5,
             [(5, 2), (5, 2), (5, 1), (5, 1), (5, 1)], [(3, 1), (3, 2), (3, 2), (3, 1), (3, 1), (3, 1)]],
    "10.1": [14_112, 4_800, 34_944, 7 * 7 * 3, 147 + 96],          # no biases, grey, 11 × 11, one filter
    "10.2": [1_410_616_864, 4 * 1_410_616_864, 3.76, 452_884_608, 256_531_857],   # as it was, times 4, a factor
    "10.3": [slim_net(dense=4096), slim_net(classes=10), slim_net(widths=(96, 256)), slim_net(first=2),
             slim_net(others=2), slim_net(pool=1), slim_net(padding="valid"), slim_net(first=16),
             slim_net(widths=(96, 256, 384, 384, 128)), lambda: None, lambda: 3_751_569, 3_751_569],
    "11.1": [(3, 110_592), (11, 405_504), (5, 184_640), (5, 495_616), (5, 36_864), (184_320, 5), 184_320],
    "11.2": [vgg_parameters(bias=0), vgg_parameters(dense=False), vgg_parameters(classes=17),
             vgg_parameters(channels=1), vgg_parameters(side=14), lambda blocks: 138_357_544, 138_357_544],
    "11.3": [vgg_run(), vgg_run(scale=0), vgg_run(scale=float("nan")), vgg_run(divisor=4),
             vgg_run(loss=np.linspace(2.3, 1, 200)), vgg_run(loss=[2.3, 1.5]),               # untrained, too long, short
             {"loss": [1.0] * 60}, {"loss": list(np.linspace(2.3, 1, 150)), "weights": {}}, 0.001],
    "12.1": [(64, 28, 28, 16), (64, 16, 16, 16), (64, 16, 14, 14), (64, 14, 14, 3), (14, 14, 16), (64, 13, 13, 16),
             (64.5, 14.5, 14.5, 16.5)],
    "12.2": [lambda gradients, limit: [np.clip(g, -limit, limit) for g in gradients],           # each number
             lambda gradients, limit: [g * min(1, limit / np.sqrt((g ** 2).sum())) for g in gradients],
             lambda gradients, limit: gradients,
             lambda gradients, limit: [g * limit / np.sqrt(sum((h ** 2).sum() for h in gradients))
                                       for g in gradients],                                     # short ones, too
             lambda gradients, limit: [g * min(1, limit / sum((h ** 2).sum() for h in gradients))
                                       for g in gradients],                                     # no square root
             lambda gradients, limit: None],
    "12.3": [[400, 3000, 9000, 12000], lambda step, size: 5000, lambda step, size: None,    # invented
             timed(lambda size, took: size / np.mean(took)), timed(lambda size, took: 1 / np.median(took)),
             timed(lambda size, took: np.median(took) / size), timed(lambda size, took: size / took[-1], 1),
             timed(lambda size, took: 1.05 * size / np.median(took)), timed(lambda size, took: took)],
    "13.1": [20, 24, 12, 11, 2],                       # the first, updates first, the variable
    "13.2": [lambda y, t: lambda x: np.exp(x) / (1 + np.exp(x)) ** 2,      # by hand, of softplus alone
             derivative(times=1), derivative(times=3), derivative(factor=-1), derivative(factor=1.05),
             lambda y, t: lambda x: 0.25, lambda y, t: y, lambda y, t: None, 0.235],
    "13.3": [[4, 5.57, 5.95], lambda depth: 4, lambda depth: {1: 4, 10: 6, 100: 6}.get(depth, 6), lambda depth: None,
             lambda depth: {1: 4, 10: 128 / 23, 100: 1208 / 203}.get(depth, 5.9),           # not measured
             lambda depth: operations(depth)[1], lambda depth: operations(depth)[1] / operations(depth)[0] - 1,
             lambda depth: operations(depth)[0] / operations(depth)[1]],
    "14.1": [38_400, 1248, 1200, 38_448 * 20 * 20, 9248, 57_648],      # no biases, one channel, multiplications, others
    "14.2": [109_402, 5434, 5530 * 2, 330, 101_000],   # unchanged, trainable only, Dense(128) left in
    "14.3": [[0.993, 0.992, 0.991, 0.94], ([0.993, 0.992, 0.991, 0.94], None),          # no network
             ([0.993, 0.992, 0.991, 0.94], DigitReader()), ([1.0, 0.98, 0.7, 0.3], DigitReader()),  # not its own
             ([1.0, 0.98, 0.7], DigitReader()), ([100, 98, 70, 30], DigitReader()),
             ([0.11, 0.11, 0.11, 0.11], SimpleNamespace(predict=lambda images, **_: np.eye(10)[[0] * len(images)]))],
    "16.1": [(240, 240, 5, 5), (5, 5, 240, 1), (1, 240, 5, 5), (240, 1, 6, 6), (240, 5, 5), 6000],
    "16.2": [lambda f: f / 128, lambda f: f[:, ::-1], lambda f: f[:, ::-1] * 128,           # red is red, size
             lambda f: f[::-1] / 128, lambda f: f[..., ::-1] / 128, lambda f: f[:, ::-1] / 255,     # other axes
             lambda f: f.transpose(0, 3, 2, 1) / 128, 128],
    "16.3": ["block9_project", "block9_expand_relu6", "block10_depthwise", "classes", "stem", "block6_depthwise",
             "block9_depthwise", ("block9_depthwise", 18, 204), ("block9_depthwise", 17), ("block9_depthwise", 17, 17),
             ("block9_depthwise", 17, float("nan")), ("block6_depthwise", 17, 203), (17, 203), (203, 17, "block9_depthwise")],
    "17.1": [10_240, 12_293, 6_405, 2_049_000, 2_053, 5],      # no biases, six, 1,280 numbers, ImageNet's, a class
    "17.2": [lambda name: "train", lambda name: "test" if name < "p" else "train",          # no hash
             lambda name: side(name), lambda name: side(name.partition("_nohash_")[2]),     # as it was, the rest
             lambda name: side(name.partition("_")[0]), lambda name: side(name[:4]),        # others move, too
             lambda name: side(name.partition("_nohash_")[0] + ".jpg"), side("rose")],
    "17.3": [[0.5, 0.75, 0.82, 0.91], stamp_guesses(0.91, 0.82, 0.75, 0.5), stamp_guesses(0.5, 0.75, 0.82, 0.91).T,
             stamp_guesses(0.5, 0.75, 0.82, 0.91)[:, ::-1], -stamp_guesses(0.5, 0.75, 0.82, 0.91),
             stamp_guesses(0.5, 0.75, 0.82, 0.91) * float("nan"), stamp_guesses(0.5, 0.75, 0.82),
             stamp_guesses(0.5, 0.6, 0.7, 0.9), stamp_guesses(0.9, 0.9, 0.9, 0.9), stamp_guesses(0.5, 0.75, 0.82, 1),
             np.full((4, 214), 4), stamp_guesses(0.5, 0.82, 0.75, 0.91)],     # numbers, reversed, axes, sign, three, one cut
    "19.1": [500_000, 3_500_000, 3_000_000, 100_000_000, 10_000, 1_000_050],    # one table, samples, no dimensions
    "19.2": [37.9, 0.36, 0.397, 373 / 420, 159 / 506, 0.115, 0.0, 1.0],      # per cent, ±5 %, with the rule, of all
    "19.3": [("king", "man", "queen", "woman"), ("man", "doctor", "woman", "nurse"),
             ("man", "lawyer", "woman", "attorney"), ("dog", "puppy", "cat", "cats"), ("hot", "cold", "tall", "short"),
             ("dog", "puppy", "cat", "puppy"), ("dog", "puppy", "cat"), ("france", "paris", "italy", "rome"), "kitten"],
    "20.1": [279_040, 837_120, 1_114_112, 1_118_208, 65_536, 4 * 512 * 512],     # a block, three, no biases, two a unit
    "20.2": [2.4367, 0.0004, lambda bias: 2.4367, lambda bias: np.ones(60), lambda bias: np.linspace(1, 2.4, 60),
             lambda bias: _shares(20), lambda bias: _shares(bias, seed=1), lambda bias: _shares(bias)[::-1],
             lambda bias: _shares(bias + 1), lambda bias: _shares(bias)[:41],
             lambda bias: np.full(60, np.nan)],     # figures, invented, one bias, one seed, order, cut
    "20.3": [[2.1, 2.0, 1.99], [2.513, 1.856, 1.561], lambda k: 2.0, lambda k: np.full(64_000 // k, 2.0),
             lambda k: np.random.default_rng(0).exponential(2, 64_000 // k),
             lambda k: np.full(64_000 // k, np.nan), lambda k: np.full(k, 1.9)],
    "22.1": [0.583, 0.7467, 0.1953, 80.47, 0.5, 0.3585],         # not gone on, from ½, of 10 %, per cent, the prior, likelihood
    "22.2": [lambda m, s, g, t: m + t**2 / (t**2 + s**2) * (g - m), lambda m, s, g, t: g + t / (t + s) * (m - g),
             lambda m, s, g, t: np.full(len(m), g), lambda m, s, g, t: m, [-2.6, -2.5], -2.614],
    "22.3": [[[0.48, 3.02, 5.60], [1.79, 3.26, 4.74]], [[1.94, 3.20, 4.48]] * 2, [[-4.74, -3.26, -1.79], [-5.60, -3.02, -0.48]],
             [[0.0179, 0.0326, 0.0474], [0.0048, 0.0302, 0.0560]], [3.26, 3.02], 3.2],
    "23.1": [1.2448, 0.5986, 0.7419, -0.4149, 41.49, 0.1054],   # the sum, bits, all three yes, the sign, per cent, the first
    "23.2": [lambda p, y, bins: np.array([np.bincount((p * bins).astype(int), v, bins) /        # equal width
                                          np.maximum(np.bincount((p * bins).astype(int), minlength=bins), 1) for v in (p, y)]),
             lambda p, y, bins: np.array([[v[i].mean() for i in np.array_split(np.argsort(p), bins)] for v in (y, p)]),
             lambda p, y, bins: np.array([[v[i].mean() for i in np.array_split(np.arange(len(p)), bins)] for v in (p, y)]),
             lambda p, y, bins: np.array([[np.sort(v)[i].mean() for i in np.array_split(np.arange(len(p)), bins)] for v in (p, y)]),
             lambda p, y, bins: np.array([[v[i].mean() for i in np.array_split(np.argsort(p), bins)] for v in (p, y)]).T,
             0.0137],
    "23.3": [[0.0, 0.0, 0.0, 0.0], [0.1060, 0.0733, 0.0513, 0.0361], [3.6, 5.1, 7.3, 10.6], [0.0361] * 4, 0.0361],
}

NUMBERS = [f"{lesson.number}.{i}" for lesson in lessons() for i in (1, 2, 3)]


@pytest.fixture(autouse=True)
def fresh_hints():
    exercises._hints_given.clear()


@pytest.mark.parametrize("number", NUMBERS)
def test_at_least_three_wrong_answers_are_rejected_with_a_reason(number, capsys):
    assert len(WRONG[number]) >= 3
    for answer in WRONG[number]:
        reason = find(number).judge(answer)
        assert isinstance(reason, str) and len(reason.split()) >= 3, f"{number} accepts {answer!r}"


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("nonsense", ["a word", None, [], {}, -1e9, object()],
                         ids=["word", "none", "list", "dict", "number", "object"])
def test_nonsense_is_a_wrong_answer_and_never_an_error(number, nonsense, capsys):
    check(number, nonsense)
    assert capsys.readouterr().out.startswith(f"✘ {number} Not yet")


@pytest.mark.parametrize("number", NUMBERS)
def test_there_are_three_hints_and_they_come_one_by_one(number, capsys):
    hints = find(number).hints
    assert len(hints) >= 2
    for shown in [*hints, hints[-1]]:
        check(number, None)
        assert " ".join(shown.split()) in " ".join(capsys.readouterr().out.split())


def test_an_untouched_exercise_costs_no_hint(capsys):
    check(NUMBERS[0], ...)
    assert "waits for you" in capsys.readouterr().out
    check(NUMBERS[0], None)
    assert "Hint 1 of" in capsys.readouterr().out


@pytest.mark.parametrize("number", ["05.9", "99.1", "x"])
def test_an_unknown_exercise_is_named(number):
    with pytest.raises(KeyError, match="there is no exercise"):
        check(number, 1)
