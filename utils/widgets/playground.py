"""The Playground of lesson 04: a small network that trains while you watch and turn its knobs.

After the TensorFlow Playground (Smilkov, Carter, Sculley, Viégas & Wattenberg 2017,
"Direct-Manipulation Visualization of Deep Networks"). The network is the lesson's own: its
``forward`` and ``gradients`` train in the kernel, and the browser (``playground.js``) draws. The
browser asks for some frames at a time and for more when it has drawn them, so a slow line slows
the picture and never fills a long queue, and a closed page stops the training.
"""
import asyncio
import time
from pathlib import Path

import anywidget
import matplotlib.pyplot as plt
import numpy as np
import traitlets as t
from matplotlib.colors import LinearSegmentedColormap

from utils.plots import BLUE, GREY, INK, ORANGE, still
from utils.widgets.live import live

POINTS = 500                # in a data set, both splits together
EDGE = 6.0                  # the plane shown is -EDGE…EDGE in both directions
GRID = 48                   # the pictures are GRID × GRID, those of single units half of it
FRAME_SECONDS = 0.008       # training between two frames, at most
MOST_UNITS, MOST_LAYERS = 8, 5
DIVERGING = LinearSegmentedColormap.from_list("orange to blue", [ORANGE, "#F4F4F4", BLUE])

FEATURES = {                # what a network may see of a point; x is (n, 2), the result (n,)
    "x₁": lambda x: x[:, 0],
    "x₂": lambda x: x[:, 1],
    "x₁²": lambda x: x[:, 0] ** 2,
    "x₂²": lambda x: x[:, 1] ** 2,
    "x₁x₂": lambda x: x[:, 0] * x[:, 1],
    "sin x₁": lambda x: np.sin(x[:, 0]),
    "sin x₂": lambda x: np.sin(x[:, 1]),
}
DATA_SETS = ("circle", "xor", "gaussian", "spiral")


def toy_points(name, n=POINTS, noise=0.0, seed=0):
    """A toy data set: points float (n, 2), about -5…5, and classes int (n,), 0 or 1, half of each.

    ``name`` is one of `DATA_SETS`. ``noise``, 0…0.5, moves every point after it got its class by
    a normal distance of standard deviation 2.5·noise (in "gaussian" it widens the two clouds), so
    the classes overlap as it grows. Raises ValueError for other names and amounts.
    """
    if name not in DATA_SETS:
        raise ValueError(f"there is no toy data set {name!r}; there are {', '.join(DATA_SETS)}")
    if not 0 <= noise <= 0.5:
        raise ValueError(f"noise lies between 0 and 0.5, not {noise}")
    random = np.random.default_rng(seed)
    y = np.arange(n) % 2
    if name == "circle":
        radius = np.where(y == 1, random.uniform(0, 2.5, n), random.uniform(3.5, 5, n))
        angle = random.uniform(0, 2 * np.pi, n)
        x = radius[:, np.newaxis] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    elif name == "xor":
        x = random.uniform(0.3, 5, (n, 2)) * random.choice([-1, 1], (n, 1))
        x[:, 1] *= np.where(y == 1, 1, -1)
    elif name == "gaussian":
        x = np.where(y == 1, 2.0, -2.0)[:, np.newaxis] + random.normal(0, 0.7, (n, 2))
    else:
        along = (np.arange(n) // 2) / (n / 2)
        angle = 2 * np.pi * 1.75 * along + np.pi * y
        x = 5 * along[:, np.newaxis] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    x += 2.5 * noise * random.normal(size=(n, 2))       # drawn always: more noise moves the same points further
    order = random.permutation(n)
    return x[order], y[order]


class Playground(anywidget.AnyWidget):
    """A live network on a toy data set. Put it last in a cell; its knobs are also its attributes.

    Parameters
    ----------
    forward : callable
        ``forward(net, x, activation)`` returns the layers' outputs, a list that starts with
        ``x`` (n, features) and ends with the probabilities of class 1, (n, 1). ``net`` is a list
        of pairs: weights (inputs, outputs) and biases (outputs,).
    gradients : callable
        ``gradients(net, x, y, activation)`` returns what to subtract: for each layer the pair of
        the mean cross-entropy's derivatives, shaped like ``net``; ``y`` is (n, 1), 0 or 1.
    activations : sequence of str
        Names that ``forward`` and ``gradients`` understand.
    settings
        Start values of the attributes below. Raises ValueError (TraitError) for impossible ones.
    """

    _esm = Path(__file__).with_suffix(".js")
    _css = Path(__file__).with_suffix(".css")

    data_set = t.Enum(DATA_SETS, "circle").tag(sync=True)
    noise = t.Float(0.0, min=0, max=0.5).tag(sync=True)
    train_percent = t.Int(50, min=10, max=90).tag(sync=True)
    batch_size = t.Int(10, min=1, max=100).tag(sync=True)
    features = t.List(t.Enum(tuple(FEATURES)), ["x₁", "x₂"], minlen=1).tag(sync=True)
    hidden = t.List(t.Int(min=1, max=MOST_UNITS), [4, 2], maxlen=MOST_LAYERS).tag(sync=True)
    activation = t.Unicode("tanh").tag(sync=True)
    learning_rate = t.Float(0.03, min=0).tag(sync=True)
    regularisation = t.Enum(("none", "L1", "L2"), "none").tag(sync=True)
    rate = t.Float(0.0, min=0).tag(sync=True)
    seed = t.Int(0, min=0).tag(sync=True)
    choices = t.Dict().tag(sync=True)           # what the browser offers in its menus

    def __init__(self, forward, gradients, activations=("tanh", "sigmoid", "ReLU", "linear"), **settings):
        self._forward, self._gradients, self._wanted, self._running = forward, gradients, 0, None
        super().__init__(**settings, choices={
            "data_set": list(DATA_SETS), "features": list(FEATURES), "activation": list(activations),
            "learning_rate": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
            "regularisation": ["none", "L1", "L2"], "rate": [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
            "most_units": MOST_UNITS, "most_layers": MOST_LAYERS})
        ticks = (np.arange(GRID) + 0.5) / GRID * 2 * EDGE - EDGE
        self._plane = np.stack(np.meshgrid(ticks, -ticks), axis=-1).reshape(-1, 2)   # top row first
        self._new_data()
        self.on_msg(self._answer)
        self.observe(self._new_data, ["data_set", "noise", "train_percent", "seed"])
        self.observe(self._new_network, ["features", "hidden", "activation"])

    # --- the network and its data ---------------------------------------------------------

    def _new_data(self, _=None):
        x, y = toy_points(self.data_set, POINTS, self.noise, self.seed)
        cut = POINTS * self.train_percent // 100
        self.points = {"train": (x[:cut], y[:cut, np.newaxis]), "test": (x[cut:], y[cut:, np.newaxis])}
        self.history = []
        self._send_points()
        self._new_network()

    def _new_network(self, _=None):
        if self.activation not in self.choices["activation"]:
            raise t.TraitError(f"there is no activation {self.activation!r}; "
                               f"there are {', '.join(self.choices['activation'])}")
        self._inputs = {name: self._see(x) for name, (x, _) in self.points.items()}
        self._map_inputs = self._see(self._plane)
        self.reset()

    def _see(self, x):
        return np.stack([FEATURES[name](x) for name in self.features], axis=1)

    def reset(self):
        """Start again from new random weights, the same for the same `seed`."""
        self._random = np.random.default_rng(self.seed)
        widths = [self._inputs["train"].shape[1], *self.hidden, 1]
        self.net = [(self._random.normal(0, inputs ** -0.5, (inputs, outputs)), np.zeros(outputs))
                    for inputs, outputs in zip(widths, widths[1:])]
        self._seen, self._waiting, self.history = 0, [], []
        self._send_frame()

    def step(self):
        """One minibatch of gradient descent, with the regularisation that is set."""
        x, y = self._inputs["train"], self.points["train"][1]
        if not self._waiting:
            order = self._random.permutation(len(x))
            self._waiting = np.split(order, range(self.batch_size, len(x), self.batch_size))
        chosen = self._waiting.pop()
        slopes = self._gradients(self.net, x[chosen], y[chosen], self.activation)
        self.net = [(self._shrunk(w - self.learning_rate * dw), b - self.learning_rate * db)
                    for (w, b), (dw, db) in zip(self.net, slopes)]
        self._seen += len(chosen)

    def _shrunk(self, w):
        amount = self.learning_rate * self.rate
        if self.regularisation == "L2":
            return (1 - amount) * w
        if self.regularisation == "L1":         # a weight that would cross zero stays there
            return np.sign(w) * np.maximum(np.abs(w) - amount, 0)
        return w

    def train(self, epochs):
        """Train without watching: ``epochs`` passes over the training points; returns itself."""
        for _ in range(epochs):
            self.step()
            while self._waiting:
                self.step()
            self._note()
        self._send_frame()
        return self

    def loss(self, split="test"):
        """Mean cross-entropy in nats over "train" or "test"."""
        y, p = self.points[split][1], np.clip(self._probabilities(split), 1e-12, 1 - 1e-12)
        return float(-np.mean(np.where(y == 1, np.log(p), np.log(1 - p))))

    def accuracy(self, split="test"):
        """The share of points of "train" or "test" that get their own class."""
        return float(np.mean((self._probabilities(split) > 0.5) == self.points[split][1]))

    @property
    def size(self):
        """The number of weights and biases."""
        return sum(w.size + b.size for w, b in self.net)

    @property
    def epochs(self):
        """Passes over the training points so far."""
        return self._seen / len(self._inputs["train"])

    def _probabilities(self, split):
        return self._forward(self.net, self._inputs[split], self.activation)[-1]

    def _note(self):
        self.history.append((self.epochs, self.loss("train"), self.loss("test")))

    # --- the browser ----------------------------------------------------------------------

    def _answer(self, _, message, __):
        """A message from the browser: {"do": "hello" | "train" | "pause" | "step" | "reset"}.

        With "train" comes ``frames``, how many more of them the browser will take.
        """
        try:
            if message["do"] == "hello":        # a new page: tell it everything
                self._send_points()
                self._send_frame()
            elif message["do"] == "pause":
                self._wanted = 0
            elif message["do"] == "reset":
                self.reset()
            elif message["do"] == "step":
                self.train(1)
            else:
                self._wanted += message["frames"]
                if self._running is None or self._running.done():
                    self._running = asyncio.get_running_loop().create_task(self._run())
        except Exception as error:
            self._complain(error)

    async def _run(self):
        """Train and send the wanted frames; between two of them the kernel is free for other things."""
        try:
            while self._wanted > 0:
                self._wanted -= 1
                self._train_a_frame()
                await asyncio.sleep(0.001)
        except Exception as error:              # the learner's own forward or gradients, say
            self._complain(error)

    def _complain(self, error):
        self._wanted = 0
        self.send({"kind": "error", "text": f"{type(error).__name__}: {error}"})

    def _train_a_frame(self):
        end = time.perf_counter() + FRAME_SECONDS
        self.step()
        while self._waiting and time.perf_counter() < end:
            self.step()
        if not self._waiting:
            self._note()
        self._send_frame()

    def _send_points(self):
        x, y = (np.concatenate([self.points[split][i] for split in ("train", "test")]) for i in (0, 1))
        self.send({"kind": "points", "edge": EDGE, "train": len(self.points["train"][0]),
                   "losses": self.history[-1000:]}, [np.column_stack([x, y]).astype("float32").tobytes()])

    def frame(self):
        """What the browser draws: numbers as a dict; pictures and weights as three buffers.

        The buffers: the answer on the plane, uint8 (GRID, GRID), 0…255 for probability 0…1; the
        outputs of every unit before the last, features first, uint8 (units, GRID/2, GRID/2),
        0…255 for -1…1 and beyond; all weights, float32, layer after layer, row after row.
        """
        layers = [np.nan_to_num(layer) for layer in
                  self._forward(self.net, self._map_inputs, self.activation)]
        answer = (255 * layers[-1]).astype("uint8")
        units = np.concatenate([layers[0] / EDGE, *layers[1:-1]], axis=1).T.reshape(-1, GRID, GRID)
        units = np.clip(127.5 + 127.5 * units[:, ::2, ::2], 0, 255).astype("uint8")
        weights = np.concatenate([w.ravel() for w, _ in self.net]).astype("float32")
        numbers = {"kind": "frame", "epochs": self.epochs, "size": self.size, "grid": GRID,
                   "widths": [w.shape[0] for w, _ in self.net] + [1],
                   "diverged": not np.isfinite(weights).all()}
        if not numbers["diverged"]:             # NaN is no JSON
            numbers |= {"train_loss": self.loss("train"), "test_loss": self.loss("test"),
                        "test_accuracy": self.accuracy("test")}
        return numbers, [answer.tobytes(), units.tobytes(), weights.tobytes()]

    def _send_frame(self):
        numbers, buffers = self.frame()
        self.send(numbers, buffers)

    # --- the still picture ----------------------------------------------------------------

    def figure(self):
        """The network as a Matplotlib figure: every unit's picture, the weights, the answer, the losses."""
        figure = plt.figure(figsize=(7.2, 3.6))
        left, right = figure.subfigures(1, 2, width_ratios=(1.75, 1))
        self._draw_network(left.subplots())
        top, bottom = right.subplots(2, 1, height_ratios=(2.2, 1))
        self.draw_answer(top)
        top.set_title("Its answer", fontsize=10)
        if self.history:
            epochs, train, test = np.array(self.history).T
            bottom.plot(epochs, train, color=GREY, lw=1.3, label="train")
            bottom.plot(epochs, test, color=INK, lw=1.3, label="test")
            bottom.legend(fontsize=8, loc="upper right")
        bottom.set(xlabel="epoch", ylabel="loss (nats)", ylim=(0, None))
        bottom.tick_params(labelsize=8)
        return figure

    def draw_answer(self, axis):
        """Draw the probability of class 1 over the plane into ``axis``, with the points; test points ringed."""
        answer = self._forward(self.net, self._map_inputs, self.activation)[-1].reshape(GRID, GRID)
        axis.contourf(answer, np.linspace(0, 1, 11), cmap=DIVERGING, extent=(-EDGE, EDGE, EDGE, -EDGE), alpha=0.55)
        for split, rim in (("train", "white"), ("test", INK)):
            x, y = self.points[split]
            axis.scatter(*x.T, c=np.where(y[:, 0] == 1, BLUE, ORANGE), s=9, edgecolors=rim, linewidths=0.5)
        axis.set(xlim=(-EDGE, EDGE), ylim=(-EDGE, EDGE), xticks=[], yticks=[], aspect="equal")
        axis.grid(False)

    def _draw_network(self, axis):
        layers = self._forward(self.net, self._map_inputs, self.activation)
        place = lambda layer, unit, width: (1.75 * layer, (width - 1) / 2 - unit)      # noqa: E731
        for layer, (w, _) in enumerate(self.net):
            for i, j in np.ndindex(w.shape):
                ends = np.array([place(layer, i, w.shape[0]), place(layer + 1, j, w.shape[1])]).T
                axis.plot(*ends, color=BLUE if w[i, j] > 0 else ORANGE, zorder=1, solid_capstyle="round",
                          lw=min(0.3 + 1.2 * abs(w[i, j]), 5), alpha=0.8)
        for layer, outputs in enumerate(layers):
            last = layer == len(layers) - 1
            for unit, values in enumerate(outputs.T):
                x, y = place(layer, unit, outputs.shape[1])
                values = 2 * values - 1 if last else values / EDGE if layer == 0 else values
                axis.imshow(values.reshape(GRID, GRID), cmap=DIVERGING, vmin=-1, vmax=1, zorder=2,
                            extent=(x - 0.4, x + 0.4, y - 0.4, y + 0.4))
                if layer == 0:
                    axis.text(x - 0.5, y, self.features[unit], ha="right", va="center", fontsize=9)
        tallest = max(outputs.shape[1] for outputs in layers)
        axis.set(xlim=(-1.3, 1.75 * (len(layers) - 1) + 0.6), ylim=(-tallest / 2 - 0.1, tallest / 2 + 0.1))
        axis.set_title(f"{self.data_set}, {self.size} weights and biases", fontsize=10)
        axis.axis("off")

    def description(self):
        """The picture in words."""
        return (f"A network with {' and '.join(map(str, self.hidden)) or 'no'} hidden units on the {self.data_set} "
                f"data: each unit's picture of the plane, the weights as lines, and the answer, right for "
                f"{self.accuracy():.0%} of the test points after {self.epochs:.0f} epochs.")

    def _repr_mimebundle_(self, **_):
        _, origin = super()._repr_mimebundle_()     # where Colab's page finds anywidget's code
        data, metadata = live(self, *still(self.figure(), self.description()))
        return data, {**origin, **metadata}
