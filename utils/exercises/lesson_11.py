"""The exercises of lesson 11: a stack's field and weights, counting a VGG, a rate for a dying net."""
import numpy as np

from utils.exercises import exercise


@exercise("11.1",
          praise="Each layer adds two pixels: 3, 5, 7, 9, 11. One 11 × 11 layer, like AlexNet's first, would "
                 "need 2.7 times as many weights for the same field.",
          hints=("One layer sees 3 pixels along a side, two see 5. How many does each further layer add?",
                 "1 + 2 × layers = 11.",
                 "Each of the five layers has 3 × 3 × 64 × 64 weights."))
def stack(answer):
    if not isinstance(answer, (tuple, list, np.ndarray)) or np.shape(answer) != (2,):
        return "two numbers are wanted: (layers, weights)."
    count, weights = answer
    if (count, weights) == (5, 184_320):
        return None
    if (count, weights) == (184_320, 5):
        return "the order is (layers, weights)."
    if count != 5:
        return "that many layers do not see 11 pixels: each adds two to the first one's three."
    if weights == 184_640:
        return "the layers are right; leave the biases out."
    if weights == 495_616:
        return "the layers are right; those are the weights of a single 11 × 11 convolution."
    if weights == 36_864:
        return "the layers are right; those are the weights of one of them."
    return "the layers are right, the weights are not."


CONFIGURATIONS = {      # of the paper's table 1, and one of our own
    "VGG_16": (((64, 64), (128, 128), (256,) * 3, (512,) * 3, (512,) * 3), 138_357_544),
    "VGG_A": (((64,), (128,), (256, 256), (512, 512), (512, 512)), 132_863_336),
    "the paper's 13-layer net B": (((64, 64), (128, 128), (256, 256), (512, 512), (512, 512)), 133_047_848),
    "the paper's 19-layer net E": (((64, 64), (128, 128), (256,) * 4, (512,) * 4, (512,) * 4), 143_667_240),
    "((8,), (8, 8), (16,), (16,), (32,))": (((8,), (8, 8), (16,), (16,), (32,)), 27_314_456)}


@exercise("11.2", indifferent=("constant", "reversed", "transposed"),      # of a single number
          praise="From 11 to 19 layers the number of parameters hardly changes: 133 to 144 million. Depth is "
                 "cheap in weights, because the first dense layer has nearly all of them.",
          hints=("Go through the widths one by one and remember the channels that come in, 3 at first: a layer "
                 "has (9 × channels in + 1) × width parameters.",
                 "Five blocks halve 224 five times: 7 × 7 places with the last width's channels enter the first "
                 "dense layer.",
                 "A dense layer has (inputs + 1) × units parameters; the three have 4096, 4096 and 1000 units."))
def parameters(answer):
    if not callable(answer):
        return "a function is wanted: parameters(VGG_16) should be a number."
    for name, (blocks, right) in CONFIGURATIONS.items():
        found = answer(blocks)
        if np.ndim(found):
            return "one number is wanted for each list of blocks."
        found = np.asarray(found).item()
        if found == right:
            continue
        if name != "VGG_16":
            return f"VGG_16 is right, but for {name} it gives {found} instead of {right:,}."
        return {138_344_128: "all weights are there; the biases are not.",
                14_714_688: "those are the convolutions; the three dense layers are missing.",
                134_330_193: "that is the net with 17 classes.",
                138_356_392: "the first layer sees three channels, red, green and blue."}.get(
                    found, f"for VGG_16 it gives {found}, and the table above says {right:,}.")
    return None


def losses(weights):
    """Cross-entropy, and right or wrong, of a VGG with these weights for 1,000 validation pictures of clothes."""
    from utils.data import load
    from utils.engines import tensorflow
    images, labels = (part[:1000] for part in load("fashion_mnist").validation)
    x = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0))).astype("float32") / 255
    with tensorflow.compat.v1.Graph().as_default(), tensorflow.compat.v1.Session() as session:
        y, layer = tensorflow.constant(x), 0
        for block in BLOCKS:
            for _ in block:
                name = f"Conv2D_{layer}" if layer else "Conv2D"
                y, layer = tensorflow.nn.conv2d(y, weights[f"{name}/W:0"], 1, "SAME"), layer + 1
                y = tensorflow.nn.relu(y + weights[f"{name}/b:0"])
            y = tensorflow.nn.max_pool2d(y, 2, 2, "SAME")
        y = session.run(y).reshape(len(x), -1)
    for name in ("FullyConnected", "FullyConnected_1", "FullyConnected_2"):
        y = np.maximum(y, 0) @ weights[f"{name}/W:0"] + weights[f"{name}/b:0"]
    y = y - y.max(axis=1, keepdims=True)
    return np.log(np.exp(y).sum(axis=1)) - y[np.arange(len(y)), labels], y.argmax(axis=1) == labels


BLOCKS = (8, 8), (16, 16), (32, 32, 32), (64, 64, 64), (64, 64, 64)         # VGG-16, an eighth as wide


@exercise("11.3",
          praise="With a start that keeps the signal alive the talk's 0.001 is among the rates that work, and so is a "
                 "third of it. A tenth is too slow for 150 steps, and three times as much too wild.",
          hints=("run(0.0001, steps=150, divisor=8, **HE) is one try; look at the last values of its \"loss\".",
                 "Plot the \"loss\" of three rates, each about three times the one before. Which falls first?",
                 "The rates of the figure above are good candidates; take the best of them."))
def quick(answer):
    if not isinstance(answer, dict) or not {"loss", "weights"} <= set(answer):
        return "hand in what run(…) returns: it holds the loss of every step and the trained weights."
    said, weights = np.asarray(answer["loss"], dtype=float), answer["weights"]
    if len(said) > 150:
        return f"that took {len(said)} steps; 150 are allowed."
    if len(said) < 60 or not np.isfinite(said).all():
        return "let it run for 150 steps and stay finite."
    if not isinstance(weights, dict) or "Conv2D/W:0" not in weights:
        return "the weights are missing: hand in all that run(…) returns."
    widths, first = [width for block in BLOCKS for width in block], weights["Conv2D/W:0"]
    if [np.shape(weights[f"Conv2D{f'_{i}' if i else ''}/b:0"]) for i in range(13)] != [(w,) for w in widths]:
        return f"that net is not an eighth as wide: its first layer has {np.shape(first)[-1]} channels."
    loss, accuracy = (values.mean() for values in losses(weights))
    if not np.isfinite(loss):
        return "the loss with these weights is not finite: the rate was far too large."
    if loss >= 2.25:
        return "its loss is still near chance, ln 10 = 2.30: the rate is too small, or so large that units died."
    if loss >= 1.8:
        return f"it learns, but not fast enough: the loss with its weights is {loss:.2f} on the validation pictures."
    if not abs(accuracy - answer.get("accuracy", np.nan)) < 0.005:
        return f"accuracy and weights are not of one run: with these weights it is {accuracy:.1%}."
    return None
