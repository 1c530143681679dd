"""What a network is made of and what it costs, read from the graph that TFLearn has built.

    rows = layers(net)                  # one `Layer` a layer, from the input to ``net``
    print_layers(rows)                  # aligned, with totals
    step = timed_step("10", "tested", "alexnet", batch=64, needs_gb=5)      # in a process of its own

The rows come from the graph itself, so they describe the network that will be trained and not
somebody's arithmetic about it. `timed_step` trains a lesson's own network, its cells with a given
tag, in a child process: what a full-size net takes in memory goes back to the system with it.
"""
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from utils.memory import free_gb

ROOT = Path(__file__).resolve().parents[1]
# The first operation found among a layer's own says what kind of layer it is.
KINDS = {"Conv2D": "convolution", "MatMul": "dense", "MaxPool": "max-pooling", "AvgPool": "mean pooling",
         "LRN": "LRN", "Rsqrt": "batch norm", "RandomUniform": "dropout", "Placeholder": "input"}


@dataclass(frozen=True)
class Layer:
    """One layer of a network; per image, without the batch.

    ``shape`` is the output's: (height, width, channels) or (units,). ``multiply_adds`` counts one
    for every weight at every place where it is used; biases, pooling, normalisation and activation
    functions count nothing, as in the literature. ``field`` is the receptive field: how many input
    pixels, along a side, one output value depends on (at the margin some of them lie outside);
    ``step`` is how many input pixels lie between the fields of two neighbouring output values.
    Behind a dense layer they are the whole picture and 0. ``megabytes`` is the size of the output,
    which is kept for the way back (float32, 10⁶ bytes).
    """

    name: str               # TFLearn's: "Conv2D_3"
    kind: str               # one of KINDS' values, or "other"
    shape: tuple
    parameters: int         # trainable ones, biases included
    multiply_adds: int
    field: int
    step: int
    megabytes: float
    side: int               # of the network's input, in pixels


def layers(net):
    """The layers of a TFLearn network, from its input to ``net``, as a list of `Layer`.

    ``net`` is what a TFLearn layer, or ``tflearn.regression``, returns. Heights and widths must be
    known to the graph; only the batch may be None. Where branches meet, the largest field counts.
    """
    graph = net.graph
    outputs = {tensor.name: tensor for key in graph.get_all_collection_keys()
               if str(key).startswith("layer_tensor/") for tensor in graph.get_collection(key)}
    outputs[net.name] = net
    trainable = {variable.op.name: variable for variable in graph.get_collection("trainable_variables")}
    rows = {}

    def visit(tensor):
        if tensor.name not in rows:
            operations, sources = _inside(tensor, outputs)
            before = [visit(source) for source in sources]
            rows[tensor.name] = _layer(tensor, operations, before, trainable)
        return rows[tensor.name]

    visit(net)
    return list(rows.values())


def _inside(tensor, outputs):
    """The operations of one layer, and the outputs of other layers that it starts from."""
    operations, sources, waiting = {}, {}, [tensor.op]
    while waiting:
        operation = waiting.pop()
        if operation.name in operations:
            continue
        operations[operation.name] = operation
        for source in operation.inputs:
            if source.name in outputs and source.name != tensor.name:
                sources[source.name] = source
            else:
                waiting.append(source.op)
    return list(operations.values()), list(sources.values())


def _layer(tensor, operations, before, trainable):
    """The `Layer` that ends in ``tensor``; ``before`` are the layers it starts from."""
    types = {operation.type: operation for operation in operations}
    kind = next((kind for type_, kind in KINDS.items() if type_ in types), "other")
    shape = _shape(tensor)
    field = max((layer.field for layer in before), default=1)
    step = max((layer.step for layer in before), default=1)
    side = max((layer.side for layer in before), default=shape[0])
    work = 0
    if kind == "convolution":
        kernel = _shape(types["Conv2D"].inputs[1], batch=True)
        work = int(np.prod(shape) * np.prod(kernel[:3]))
        field, step = field + (kernel[0] - 1) * step, step * types["Conv2D"].get_attr("strides")[1]
    elif kind in ("max-pooling", "mean pooling"):
        pool = types["MaxPool" if kind == "max-pooling" else "AvgPool"]
        field, step = field + (pool.get_attr("ksize")[1] - 1) * step, step * pool.get_attr("strides")[1]
    elif kind == "dense":
        work = int(np.prod(_shape(types["MatMul"].inputs[1], batch=True)))
        field, step = side, 0
    parameters = sum(trainable[operation.name].shape.num_elements()
                     for operation in operations if operation.name in trainable)
    return Layer(tensor.op.name.partition("/")[0], kind, shape, parameters, work, field, step,
                 4 * int(np.prod(shape)) / 1e6, side)


def _shape(tensor, batch=False):
    """The lengths of a tensor's axes, without that of the batch unless it is wanted."""
    return tuple(int(length) for length in tensor.shape.as_list()[0 if batch else 1:])


def print_layers(rows, only=None):
    """Print `Layer` rows as an aligned table with totals, 96 characters wide.

    ``only`` names the kinds to show; the totals count all. "sees" is the receptive field.
    """
    print(f"{'layer':<30}{'output':>16}{'parameters':>13}{'multiply-adds':>16}{'sees':>6}{'step':>6}{'MB':>9}")
    for row in rows:
        if only is None or row.kind in only:
            print(f"{row.name:<30}{' × '.join(map(str, row.shape)):>16}{row.parameters:>13,}"
                  f"{row.multiply_adds:>16,}{row.field:>6}{row.step or '–':>6}{row.megabytes:>9.3f}")
    print(f"{'total':<46}{sum(row.parameters for row in rows):>13,}"
          f"{sum(row.multiply_adds for row in rows):>16,}{'':>12}{sum(row.megabytes for row in rows):>9.3f}")


# ---- one real training step ----------------------------------------------------------------------

def timed_step(number, tag, build, batch, needs_gb, steps=1):
    """Time training steps of a full-size net in a child process, or say why not.

    Executes lesson ``number``'s saved cells that carry ``tag``, calls their function ``build`` in a
    new graph, which returns what ``tflearn.regression`` returns, and trains it on random pictures:
    one step to warm up, then ``steps`` that count.

    Returns a namespace: ``reason``, None or why nothing was measured (less than ``needs_gb`` free,
    or the child ended by the system); ``seconds``, a list, one a step; ``images_a_second``, from
    their median; ``peak_gb``, the child's largest memory (10⁹ bytes).
    Raises RuntimeError with the child's last words when the net itself fails.
    """
    free = free_gb()
    if free < needs_gb:
        return SimpleNamespace(reason=f"it needs {needs_gb:.1f} GB of memory, and {free:.1f} GB are free")
    command = [sys.executable, "-m", "utils.architecture", number, tag, build, str(batch), str(steps)]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if child.returncode == -9:              # SIGKILL: what the kernel does when memory runs out
        return SimpleNamespace(reason="the system ended it, most likely for want of memory")
    if child.returncode != 0:
        raise RuntimeError(f"{' '.join(command[1:])} failed:\n{child.stderr[-2000:]}")
    return SimpleNamespace(reason=None, **json.loads(child.stdout.splitlines()[-1]))


def _train_a_few_steps(number, tag, build, batch, steps):
    """What the child does; returns a dict for `timed_step`."""
    import resource

    from utils.cells import definitions
    from utils.engines import tensorflow, tflearn
    tf = tensorflow.compat.v1

    class Clock(tflearn.callbacks.Callback):
        def __init__(self):
            self.started, self.seconds = None, []

        def on_batch_begin(self, state):
            self.started = time.perf_counter()

        def on_batch_end(self, state, snapshot=False):
            self.seconds.append(time.perf_counter() - self.started)

    names, random, clock = definitions(number, tag), np.random.default_rng(0), Clock()
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(0)
        net = names[build]()
        model = tflearn.DNN(net)
        x = random.random((batch, *_shape(graph.get_collection(tf.GraphKeys.INPUTS)[0])), dtype="float32")
        y = np.eye(_shape(net)[0], dtype="float32")[random.integers(_shape(net)[0], size=batch)]
        model.fit(x, y, n_epoch=1 + steps, batch_size=batch, shuffle=False, snapshot_epoch=False,
                  callbacks=clock)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss       # kB; on macOS bytes
    seconds = clock.seconds[1:]
    return {"seconds": seconds, "images_a_second": batch / float(np.median(seconds)),
            "peak_gb": peak / (1e9 if sys.platform == "darwin" else 1e9 / 1024)}


if __name__ == "__main__":
    _number, _tag, _build, _batch, _steps = sys.argv[1:]
    print(json.dumps(_train_a_few_steps(_number, _tag, _build, int(_batch), int(_steps))))
