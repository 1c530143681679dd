"""Bring an engine of 2017 up on today's Python: ``from utils.engines import tflearn``.

    from utils.engines import caffe, theano, tflearn   # in any order, in one kernel
    available()                                        # what this machine has, importing nothing

TFLearn, Theano and Caffe were last released between 2017 and 2020. They still train when a handful
of names that NumPy, Pillow and TensorFlow have since renamed or dropped are put back before the
import. Beyond that three small things in TFLearn are replaced: its display, a line that reads a
shape, and how a batch is handed from thread to thread. Everything else is as it was published, so
what a lesson shows is what these engines do. Each comes up without the chatter and the deprecation
warnings of its age. The living engines (tensorflow, keras, jax, gensim, torch) need no help; taken
from here they keep TensorFlow's start-up log out of the notebook, and say what to do when missing.

**TFLearn** wants to switch TensorFlow's eager mode off for the whole process, after which Keras
cannot train. It is kept from doing so. Everything TFLearn then happens in a graph of its own, in as
many cells as the lesson likes::

    graph = tensorflow.Graph()
    with graph.as_default():
        tensorflow.compat.v1.set_random_seed(42)
        net = tflearn.input_data([None, 784])
        ...
        model = tflearn.DNN(net)
    with graph.as_default():
        model.fit(x, y, validation_set=(x_valid, y_valid), show_metric=True,
                  callbacks=tflearn_history())

Build, fit, evaluate, save, load and set weights inside ``with graph.as_default():``. Outside of it
TFLearn finds no layers, and `fit` would leave out preprocessing and augmentation without a word.
Training is repeatable with a seed in the graph and, before every `fit`, one for NumPy, which
shuffles (`utils.runtime.set_seed`). Augmentation draws in a thread of its own: not repeatable.

**Theano** compiles with g++ and OpenBLAS; its compiled functions stay in the course's cache folder.
Settings in ``THEANO_FLAGS`` come before those made here.

**Caffe** is compiled at set-up by `utils.caffe_build`.

**PyMC** runs without a C compiler: its sampler is NumPyro's, on JAX, and PyTensor below it evaluates
the rest in Python. In C the smallest model takes 13 s to compile, with JAX 1 (findings/). It is also what
lets Theano and PyTensor, its descendant, share a kernel: both name a compiled module alike, and the
second to come fails with a bare AssertionError when both have one.
"""
import builtins
import ctypes
import importlib
import io
import logging
import os
import shlex
import shutil
import sys
import tempfile
import time
import warnings
from contextlib import contextmanager, redirect_stderr, suppress
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType

import numpy as np

from utils import caffe_build
from utils.data import cache


class EngineMissing(ImportError):
    """An engine cannot be imported here; the message says why and what to do."""

    def _render_traceback_(self):
        """In a notebook: the message alone, in place of a traceback through `utils`."""
        return [str(self)]


SET_UP = "run `make setup` in the course's folder, then restart the kernel"
TORCH_SET_UP = "optional, large: run `make setup EXTRAS=torch`, then restart the kernel"
CAFFE_SET_UP = "run `.venv/bin/python -m utils.caffe_build`, which installs it or says the command"


# ---- the engines, one function each --------------------------------------------------------------

def _tflearn():
    """TFLearn 0.5.0 (2020) on TensorFlow 2.

    The replacements are those of TensorFlow's upgrade table (tf_upgrade_v2) and of Pillow 10's and
    NumPy 1.20's release notes.
    """
    import PIL.Image
    import tensorflow as tf
    import tensorflow.compat.v1 as v1
    from tensorflow.python.util import nest

    _put_back_numpy_names()
    PIL.Image.ANTIALIAS = PIL.Image.LANCZOS
    nest.is_sequence = nest.is_nested

    def variance_scaling_initializer(factor, mode, uniform, seed, dtype):
        return v1.variance_scaling_initializer(
            scale=factor, mode=mode.lower(), seed=seed, dtype=dtype,
            distribution="uniform" if uniform else "truncated_normal")

    def xavier_initializer(uniform, seed, dtype):
        return variance_scaling_initializer(1.0, "FAN_AVG", uniform, seed, dtype)

    initializers = ModuleType("tensorflow.contrib.layers.python.layers.initializers")
    initializers.variance_scaling_initializer = variance_scaling_initializer
    initializers.xavier_initializer = xavier_initializer
    sys.modules[initializers.__name__] = initializers

    # TFLearn's first line is disable_v2_behavior(), which ends eager mode for the whole process. Of
    # all that it switches, TFLearn needs the variables and the conditionals of TensorFlow 1. Those
    # exist only in plain graphs, where Keras makes nothing: for Keras nothing changes.
    v1.disable_resource_variables()
    v1.disable_control_flow_v2()
    disable, v1.disable_v2_behavior = v1.disable_v2_behavior, lambda: None
    try:
        with tf.Graph().as_default():           # it makes a variable while it is imported
            import tflearn
    finally:
        v1.disable_v2_behavior = disable

    # In TensorFlow 1 a shape's entries had a .value. TFLearn asks for one in a single function,
    # which tells the size of a validation batch.
    tflearn.helpers.trainer.get_current_batch_size = \
        lambda feed, dataflow: len(next(iter(feed.values())))

    # A batch on its way is a view of the list of samples, and a thread shuffles that list for the
    # next epoch meanwhile: which samples the batch holds was left to chance, even with a seed.
    flow = tflearn.data_flow.FeedDictFlow
    next_batch_ids = flow.next_batch_ids

    def copied_batch_ids(self):
        ids = next_batch_ids(self)
        return ids if ids is False else ids.copy()      # False: no batches are left

    flow.next_batch_ids = copied_batch_ids

    # Its display redraws a terminal with escape codes, hundreds of times an epoch, and two modules
    # print. `tflearn_history` shows one line an epoch instead.
    class SilentTermLogger(tflearn.callbacks.Callback):
        def add(self, *_, **__):
            pass

    tflearn.callbacks.TermLogger = SilentTermLogger
    for module in (tflearn.helpers.trainer, tflearn.data_preprocessing):
        module.print = lambda *_, **__: None
    # Its files for TensorBoard go to /tmp/tflearn_logs, where only the first user may write.
    logs = os.path.join(tempfile.gettempdir(), f"tflearn_logs_{os.getuid()}", "")
    init = tflearn.DNN.__init__
    init.__defaults__ = tuple(logs if value == "/tmp/tflearn_logs/" else value
                              for value in init.__defaults__)
    # In a notebook TensorFlow logs more than elsewhere.
    logger = logging.getLogger("tensorflow")
    logger.setLevel(logging.WARNING)
    logger.addFilter(lambda record: "deprecated" not in record.getMessage())
    return tflearn


def _theano():
    """Theano 1.0.5 (2020)."""
    if "pytensor" in sys.modules and sys.modules["pytensor"].config.cxx:
        raise EngineMissing("PyTensor, PyMC's engine, came into this kernel with its C compiler, and so Theano cannot "
                            "join it: restart the kernel and begin with `from utils.engines import pymc`, or take a "
                            "kernel for each.")
    _pytensor_without_c()           # whoever imports PyMC later, with or without this module
    missing = caffe_build.missing_for_theano()
    slow = "libopenblas-dev" in missing
    if set(missing) - {"libopenblas-dev"}:
        raise EngineMissing(f"Theano cannot compile here: {_apt(missing)}")

    # They stay: Theano asks NumPy for them again whenever it compiles a function.
    _put_back_numpy_names()
    # theano.scan prefers a loop in C, written for Python 3.7, and takes its own Python loop where
    # the module with it cannot be imported.
    sys.modules["theano.scan_module.scan_perform_ext"] = None
    import pkg_resources    # noqa: F401    theano.scan does later: let it warn now, unheard
    flags = {"floatX": "float32", "base_compiledir": cache() / "theano", "compile.wait": 1,
             "blas.ldflags": "" if slow else "-lopenblas"}
    ours = ",".join(f"{name}={shlex.quote(str(value))}" for name, value in flags.items())
    theirs = os.environ.get("THEANO_FLAGS", "")
    os.environ["THEANO_FLAGS"] = f"{ours},{theirs}"         # of two values the last one counts
    import theano
    # Notebooks that run side by side wait for each other's compiler; that is no news.
    logging.getLogger("theano.gof.compilelock").setLevel(logging.WARNING)
    if slow:                                    # `available` says so, once
        logging.getLogger("theano.tensor.blas_headers").setLevel(logging.ERROR)
    elif not {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"} & set(os.environ):
        # Theano convolves image by image, in products too small to share: on a busy machine threads
        # that wait for each other make training several times slower.
        with suppress(OSError, AttributeError):
            ctypes.CDLL("libopenblas.so.0").openblas_set_num_threads(1)
    return theano


def _caffe():
    """BVLC Caffe 1.0 (2017), silent but for errors unless ``GLOG_minloglevel`` says otherwise."""
    problem = caffe_build.problem()
    if problem:
        raise EngineMissing(f"{problem}: {CAFFE_SET_UP}.")
    os.environ.setdefault("GLOG_minloglevel", "2")
    import caffe
    return caffe


def _keras():
    """Keras; in the environment of `utils.keras_theano` Keras 2.3.1 (2019), which calls Theano."""
    if version("keras") == "2.3.1":
        import collections
        import collections.abc

        for name in ("Iterable", "Mapping", "Sequence"):        # moved for good in Python 3.10
            setattr(collections, name, getattr(collections.abc, name))
        os.environ["KERAS_BACKEND"] = "theano"
        os.environ.setdefault("KERAS_HOME", str(cache() / "keras-theano"))      # else it writes ~/.keras
        _theano()
        with redirect_stderr(io.StringIO()):            # "Using Theano backend."
            return importlib.import_module("keras")
    return importlib.import_module("keras")


def _pytensor_without_c():
    """Let PyTensor, if it comes, leave the C compiler alone; of two settings in its flags the last one counts."""
    theirs = os.environ.get("PYTENSOR_FLAGS", "")
    flags = [flag for flag in theirs.split(",") if flag] + ["cxx="]
    if "base_compiledir" not in theirs:
        flags.insert(0, f"base_compiledir={cache() / 'pytensor'}")
    os.environ["PYTENSOR_FLAGS"] = ",".join(flags)


def _pymc():
    """PyMC 5, ready to sample with NumPyro: four chains side by side, where JAX has not started yet."""
    _pytensor_without_c()
    import numpyro
    numpyro.set_host_device_count(4)
    import pymc
    for name in ("pymc", "pytensor"):           # "NUTS: [gap]", "no C compiler", and that JAX is experimental
        logging.getLogger(name).setLevel(logging.ERROR)
    return pymc


OURS = {"pymc": _pymc, "tflearn": _tflearn, "theano": _theano, "caffe": _caffe, "keras": _keras}
LIVING = ("tensorflow", "jax", "gensim", "torch")


def __getattr__(name):
    """Import an engine when it is first asked for (PEP 562).

    Raises:
        EngineMissing: it cannot be imported; the message names the fix.
    """
    if name not in OURS and name not in LIVING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        with quiet():
            engine = OURS[name]() if name in OURS else importlib.import_module(name)
    except EngineMissing:
        raise
    except ImportError as error:
        fix = TORCH_SET_UP if name == "torch" else SET_UP
        raise EngineMissing(f"{name} cannot be imported ({error}): {fix}.") from error
    globals()[name] = engine
    return engine


def _put_back_numpy_names():
    """Python's own bool and complex under NumPy's old aliases, which NumPy 1.24 dropped."""
    for name in ("bool", "complex"):
        if name not in vars(np):                # hasattr would ask NumPy, and NumPy would warn
            setattr(np, name, getattr(builtins, name))


@contextmanager
def quiet():
    """Discard what imports print and warn, the C++ side's messages too; errors still come through.

    Python's streams are left alone, because log handlers made during an import keep the stream
    they find; only the process's file descriptors are turned away, where C++ writes.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    saved = [(number, os.dup(number)) for number in (1, 2)]
    disabled = logging.root.manager.disable
    try:
        for number, _ in saved:
            os.dup2(nowhere, number)
        logging.disable(logging.WARNING)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
        for number, copy in saved:
            os.dup2(copy, number)
            os.close(copy)
        os.close(nowhere)


# ---- what this machine has -----------------------------------------------------------------------

def available():
    """What this machine has, as ``{engine: (version, fix)}``; nothing is imported for it.

    The version is None where an engine is missing, and `fix` then says what to do.
    """
    return {"tensorflow": _installed(SET_UP, "tensorflow", "tensorflow-cpu"),
            "keras": _installed(SET_UP, "keras"),
            "jax": _installed(SET_UP, "jax"),
            "tflearn": _installed(SET_UP, "tflearn"),
            "theano": _theano_available(),
            "caffe": _caffe_available(),
            "gensim": _installed(SET_UP, "gensim"),
            "pymc": _installed(SET_UP, "pymc"),
            "torch": _installed(TORCH_SET_UP, "torch")}


def _installed(fix, *distributions):
    for name in distributions:
        try:
            return version(name), ""
        except PackageNotFoundError:
            pass
    return None, fix


def _theano_available():
    found, fix = _installed(SET_UP, "theano")
    missing = caffe_build.missing_for_theano()
    if found and missing == ["libopenblas-dev"]:
        return f"{found}, slow without OpenBLAS: {_apt(missing)}", ""
    return (None, _apt(missing)) if found and missing else (found, fix)


def _caffe_available():
    problem = caffe_build.problem()
    if problem:
        return None, f"{problem}: {CAFFE_SET_UP}"
    return version("bvlc-caffe").partition("+")[0], ""


def _apt(packages):
    if not shutil.which("apt-get"):
        return f"install your system's equivalents of Debian's {' '.join(packages)}"
    return f"run `sudo apt-get install {' '.join(packages)}`"


# ---- TFLearn's training, watched -----------------------------------------------------------------

def tflearn_history(show=True):
    """A callback for TFLearn's ``DNN.fit`` that keeps what Keras's History keeps.

    After training, ``history`` is a dict of lists with one entry an epoch: "loss", "metric",
    "val_loss", "val_metric" and "seconds". "metric" is the one given to ``tflearn.regression`` and
    needs ``show_metric=True``; the val_ entries need a ``validation_set``. TFLearn's "loss" and
    "metric" are moving averages over the last batches of the epoch, its "loss" without the
    regularisers, and read with or without the very last batch, as it happens; val_ entries are
    means over the whole validation set, and repeatable.

    Args:
        show: print one line an epoch.
    """
    from utils.engines import tflearn

    class History(tflearn.callbacks.Callback):
        def __init__(self):
            self.history = {}

        def on_epoch_begin(self, state):
            self.started = time.perf_counter()

        def on_epoch_end(self, state):
            figures = {"loss": state.loss_value, "metric": state.acc_value,
                       "val_loss": state.val_loss, "val_metric": state.val_acc,
                       "seconds": time.perf_counter() - self.started}
            figures = {name: float(value) for name, value in figures.items() if value is not None}
            for name, value in figures.items():
                self.history.setdefault(name, []).append(value)
            if show:
                seconds = figures.pop("seconds")
                texts = (f"{name} {value:.4f}" for name, value in figures.items())
                print(f"epoch {state.epoch}: {', '.join(texts)} ({seconds:.1f} s)", flush=True)

    return History()
