"""The engines of 2017 really train, in any order in one process, without a word; and set-up says
what it skips.

Run as a program, this file is the child process: ``python tests/test_engines.py keras caffe``
trains a small net in each engine named, in that order, and prints nothing unless it fails.
"""
import ctypes
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import CalledProcessError
from types import SimpleNamespace

import numpy as np
import pytest

from utils import caffe_build, engines, keras_theano
from utils.runtime import slowness

# Both ways round for every pair. What would fail without care: Keras once TFLearn has switched
# eager mode off, Caffe once TensorFlow has run an operation, and of Theano and PyMC the second to come.
ORDERS = ["keras tflearn keras theano caffe", "caffe theano tflearn keras caffe", "theano pymc", "pymc keras theano"]
CAFFE = engines.available()["caffe"]
INSTALL_PACKAGES = caffe_build.install_packages     # tests replace it


# ---- the child process: one function an engine ---------------------------------------------------

def images(count=512):
    """Noise with a bright square in one of four corners: float32 (n, 8, 8, 1), int64 (n,)."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 4, count)
    x = random.normal(0, 0.5, (count, 8, 8, 1)).astype("float32")
    for image, label in zip(x, labels):
        row, column = np.array(divmod(label, 2)) * 4
        image[row:row + 4, column:column + 4] += 0.7
    return x, labels


def train_keras():
    from utils.engines import keras
    x, labels = images()
    keras.utils.set_random_seed(0)
    model = keras.Sequential([
        keras.layers.Conv2D(8, 3, activation="relu"), keras.layers.BatchNormalization(),
        keras.layers.Dropout(0.1), keras.layers.Flatten(), keras.layers.Dense(4)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                  metrics=["accuracy"])
    history = model.fit(x, labels, epochs=8, batch_size=32, verbose=0).history
    assert history["loss"][-1] < history["loss"][0] / 2, history
    assert history["accuracy"][-1] > 0.8, history


def train_tflearn():
    from utils.engines import tensorflow as tf
    from utils.engines import tflearn, tflearn_history
    x, labels = images()
    y = np.eye(4)[labels]
    np.random.seed(0)
    with tf.Graph().as_default():
        tf.compat.v1.set_random_seed(1)
        preprocessing = tflearn.ImagePreprocessing()
        preprocessing.add_featurewise_zero_center()
        augmentation = tflearn.ImageAugmentation()
        augmentation.add_random_crop((8, 8), padding=1)
        net = tflearn.input_data([None, 8, 8, 1], data_preprocessing=preprocessing,
                                 data_augmentation=augmentation)
        net = tflearn.conv_2d(net, 8, 3, activation="relu", regularizer="L2")
        net = tflearn.local_response_normalization(net)
        net = tflearn.batch_normalization(tflearn.max_pool_2d(net, 2))
        hidden = net = tflearn.fully_connected(net, 16, activation="tanh", weights_init="xavier")
        net = tflearn.fully_connected(tflearn.dropout(net, 0.9), 4, activation="softmax")
        net = tflearn.regression(net, optimizer=tflearn.SGD(0.3, lr_decay=0.96, decay_step=100))
        model = tflearn.DNN(net)
        history = tflearn_history(show=False)
        model.fit(x, y, n_epoch=4, batch_size=32, validation_set=(x, y), show_metric=True,
                  callbacks=history)
        history = history.history
        assert {len(values) for values in history.values()} == {4}, history
        assert history["val_loss"][-1] < history["val_loss"][0] / 2, history
        [accuracy] = model.evaluate(x, y)
        assert accuracy > 0.8 and abs(accuracy - history["val_metric"][-1]) < 1e-6

        # predict centres the very array it is given: TFLearn's way
        before = model.predict(x[:9].copy())
        with tempfile.TemporaryDirectory() as folder:
            model.save(f"{folder}/net")
            weights = model.get_weights(hidden.W)
            model.set_weights(hidden.W, 0 * weights)
            assert abs(model.predict(x[:9].copy()) - before).max() > 0.01
            model.load(f"{folder}/net")
        assert abs(model.predict(x[:9].copy()) - before).max() < 1e-6

    words = np.random.default_rng(0).integers(1, 20, (256, 5))
    first_is_large = np.eye(2)[(words[:, 0] > 9).astype(int)]
    with tf.Graph().as_default():
        tf.compat.v1.set_random_seed(1)
        net = tflearn.embedding(tflearn.input_data([None, 5]), input_dim=20, output_dim=8)
        net = tflearn.fully_connected(tflearn.lstm(net, 16), 2, activation="softmax")
        model = tflearn.DNN(tflearn.regression(net, learning_rate=0.02))
        model.fit(words, first_is_large, n_epoch=8, batch_size=32)
        assert model.evaluate(words, first_is_large)[0] > 0.8

    def trained():
        np.random.seed(0)
        with tf.Graph().as_default():
            tf.compat.v1.set_random_seed(1)
            net = tflearn.dropout(tflearn.flatten(tflearn.input_data([None, 8, 8, 1])), 0.9)
            net = tflearn.fully_connected(net, 4, activation="softmax")
            model = tflearn.DNN(tflearn.regression(net))
            model.fit(x, y, n_epoch=3)
            return model.predict(x)

    assert (trained() == trained()).all()

    with ThreadPoolExecutor() as pool:          # eager mode is a setting of threads, too
        assert tf.executing_eagerly() and pool.submit(tf.executing_eagerly).result()


def train_theano():
    from utils.engines import theano
    import theano.tensor as T
    x, labels = images()
    x, labels = x.reshape(len(x), -1), labels.astype("int32")
    random = np.random.default_rng(0)
    weights = [theano.shared(random.normal(0, 0.1, shape).astype("float32"))
               for shape in ((64, 16), (16, 4))]
    inputs, targets = T.matrix(), T.ivector()
    output = T.nnet.softmax(T.dot(T.tanh(T.dot(inputs, weights[0])), weights[1]))
    cost = T.nnet.categorical_crossentropy(output, targets).mean()
    accuracy = T.eq(T.argmax(output, axis=1), targets).mean()
    train = theano.function([inputs, targets], [cost, accuracy], updates=[
        (w, w - np.float32(0.5) * gradient) for w, gradient in zip(weights, T.grad(cost, weights))])
    costs, accuracies = zip(*(train(x, labels) for _ in range(60)))
    assert costs[-1] < costs[0] / 2 and accuracies[-1] > 0.8, (costs[-1], accuracies[-1])
    assert costs[0].dtype == "float32"

    states, _ = theano.scan(lambda word, state: T.tanh(word + state), sequences=inputs,
                            outputs_info=T.zeros((64,)))
    state = np.zeros(64)
    for word in x[:5]:
        state = np.tanh(word + state)
    assert abs(theano.function([inputs], states[-1])(x[:5]) - state).max() < 1e-5
    assert theano.config.exception_verbosity == "high"      # THEANO_FLAGS of the test below
    if not {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"} & set(os.environ):
        assert ctypes.CDLL("libopenblas.so.0").openblas_get_num_threads() == 1


def train_caffe():
    from utils.engines import caffe
    x, labels = images()
    x, labels = np.ascontiguousarray(x.transpose(0, 3, 1, 2)), labels.astype("float32")
    filler = dict(type="xavier")
    net = caffe.NetSpec()
    layers = caffe.layers
    net.data, net.label = layers.MemoryData(batch_size=32, channels=1, height=8, width=8, ntop=2)
    net.conv = layers.Convolution(net.data, num_output=8, kernel_size=3, weight_filler=filler)
    net.relu = layers.ReLU(net.conv, in_place=True)
    net.output = layers.InnerProduct(net.relu, num_output=4, weight_filler=filler)
    net.loss = layers.SoftmaxWithLoss(net.output, net.label)
    net.accuracy = layers.Accuracy(net.output, net.label)
    caffe.set_random_seed(1)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "net.prototxt").write_text(str(net.to_proto()))
        Path(folder, "solver.prototxt").write_text(
            f'net: "{folder}/net.prototxt" type: "SGD" base_lr: 0.05 lr_policy: "fixed" '
            f'momentum: 0.9 solver_mode: CPU snapshot_prefix: "{folder}/net"')
        solver = caffe.get_solver(f"{folder}/solver.prototxt")
        trained = solver.net                    # holds the arrays, which Caffe only points to
        trained.set_input_arrays(x, labels)
        losses, accuracies = [], []
        for _ in range(120):
            solver.step(1)
            losses.append(float(trained.blobs["loss"].data))
            accuracies.append(float(trained.blobs["accuracy"].data))
        assert np.mean(losses[-16:]) < losses[0] / 2, losses
        assert np.mean(accuracies[-16:]) > 0.8, accuracies
        trained.save_hdf5(f"{folder}/net.h5")   # without HDF5 in the build, this ends the process
        assert len(caffe.layer_type_list()) >= 59


def train_pymc():
    from utils.engines import pymc
    with pymc.Model():
        rate = pymc.Beta("rate", 1, 1)
        pymc.Binomial("calls", 20, rate, observed=1)
        draws = pymc.sample(500, tune=500, chains=2, random_seed=0, nuts_sampler="numpyro", progressbar=False,
                            nuts_sampler_kwargs={"chain_method": "parallel"})
    assert abs(float(draws.posterior.rate.mean()) - 2 / 22) < 0.01      # of Beta(2, 20)


def report_missing():
    """What each engine says when it cannot be imported, as JSON."""
    def answer(name):
        try:
            getattr(engines, name)
        except engines.EngineMissing as error:
            return str(error)

    for name in ("tensorflow", "theano", "caffe", "keras", "torch"):
        sys.modules[name] = None                # Python's own way to block an import
    answers = {name: answer(name) for name in ("tflearn", "theano", "caffe", "keras", "torch")}
    found = engines.available()
    engines.caffe_build.missing_for_theano = lambda: ["g++"]
    answers |= {"theano without g++": answer("theano"), "available": found,
                "available without g++": engines.available()["theano"],
                "imported": [name for name in ("tflearn", "jax", "gensim")
                             if name in sys.modules]}
    engines.caffe_build.missing_for_theano = lambda: ["libopenblas-dev"]
    answers["available without OpenBLAS"] = engines.available()["theano"]
    print(json.dumps(answers))


# ---- the tests -----------------------------------------------------------------------------------

def child(words):
    return subprocess.run(
        [sys.executable, __file__, *words.split()], capture_output=True, text=True, timeout=600 * slowness(),
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1]),
                          "THEANO_FLAGS": "exception_verbosity=high"})


@pytest.fixture(scope="module")
def children():
    """Every order at once, one a core."""
    wanted = [order if CAFFE[0] else order.replace("caffe", "") for order in ORDERS]
    with ThreadPoolExecutor(len(ORDERS)) as pool:
        return dict(zip(ORDERS, pool.map(child, wanted)))


@pytest.mark.parametrize("order", ORDERS)
def test_the_engines_train_in_any_order_without_a_word(order, children):
    done = children[order]
    assert done.returncode == 0, done.stderr
    assert done.stdout == "" and done.stderr == ""


@pytest.mark.skipif(CAFFE[0] is None, reason=CAFFE[1])
def test_caffe_is_the_one_that_set_up_builds():
    assert caffe_build.is_ready()


@pytest.fixture(scope="module")
def answers():
    done = child("missing")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_missing_engine_names_the_fix(answers):
    assert "make setup" in answers["tflearn"] and "make setup" in answers["keras"]
    assert "make setup" in answers["theano"] and "make setup EXTRAS=torch" in answers["torch"]
    assert "g++" in answers["theano without g++"]
    assert ("make setup" if CAFFE[0] else "utils.caffe_build") in answers["caffe"]


def test_available_says_what_is_here_without_importing_it(answers):
    found = answers["available"]
    assert set(found) == {*engines.LIVING, *engines.OURS}
    assert found["tflearn"] == ["0.5.0", ""] and found["tensorflow"][0]
    assert all(bool(version) != bool(fix) for version, fix in found.values())
    assert answers["imported"] == []
    version, fix = answers["available without g++"]
    assert version is None and "g++" in fix
    version, fix = answers["available without OpenBLAS"]
    assert version.startswith("1.0.5") and "libopenblas-dev" in version and not fix


def test_theano_says_why_it_cannot_join_a_pytensor_that_compiles(monkeypatch):
    compiling = SimpleNamespace(config=SimpleNamespace(cxx="/usr/bin/g++"))
    monkeypatch.setitem(sys.modules, "pytensor", compiling)
    with pytest.raises(engines.EngineMissing, match="restart the kernel and begin with `from utils.engines import pymc`"):
        engines.OURS["theano"]()


@pytest.mark.parametrize("flags", ["", "floatX=float64", "cxx=/usr/bin/g++,base_compiledir=/nowhere"])
def test_pytensor_leaves_the_c_compiler_alone(flags, monkeypatch):
    monkeypatch.setenv("PYTENSOR_FLAGS", flags)
    engines._pytensor_without_c()
    found = os.environ["PYTENSOR_FLAGS"].split(",")
    assert found[-1] == "cxx=" and set(filter(None, flags.split(","))) <= set(found)
    assert sum(flag.startswith("base_compiledir=") for flag in found) == 1


def test_an_unknown_name_is_an_ordinary_error():
    with pytest.raises(ImportError, match="torch7"):
        from utils.engines import torch7        # noqa: F401


# ---- what set-up says when it cannot compile Caffe -----------------------------------------------

@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A Debian 12 with every library and an empty cache, where Caffe is not installed yet."""
    def unexpected(*_):
        raise AssertionError("must not be called here")

    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    for name, answer in {"is_ready": False, "missing_for_theano": [], "missing_for_caffe": [],
                         "distribution": ("debian", "12")}.items():
        monkeypatch.setattr(caffe_build, name, lambda answer=answer: answer)
    for name in ("download", "build", "install", "install_packages"):
        monkeypatch.setattr(caffe_build, name, unexpected)
    return monkeypatch


def said(capsys):
    caffe_build.main()                          # ends normally: the course works without Caffe
    return capsys.readouterr().out


def test_a_second_run_does_nothing(machine, capsys):
    machine.setattr(caffe_build, "is_ready", lambda: True)
    assert said(capsys) == f"Caffe {caffe_build.version()} is installed.\n"


def test_without_root_the_command_is_named(machine, capsys):
    machine.setattr(caffe_build, "missing_for_caffe", lambda: ["libboost-python-dev"])
    machine.setattr(caffe_build, "missing_for_theano", lambda: ["g++"])
    machine.setattr(caffe_build.shutil, "which", lambda name: f"/usr/bin/{name}")
    machine.setattr(caffe_build.os, "geteuid", lambda: 1000)
    text = said(capsys)
    assert "sudo apt-get install g++ libboost-python-dev && " in text
    assert "-m utils.caffe_build" in text and "Binder" in text


def test_root_installs_what_is_missing(machine, capsys, tmp_path):
    commands = []
    machine.setattr(caffe_build, "missing_for_caffe", lambda: ["libboost-python-dev"])
    machine.setattr(caffe_build.shutil, "which", lambda name: f"/usr/bin/{name}")
    machine.setattr(caffe_build.os, "geteuid", lambda: 0)
    machine.setattr(caffe_build, "install_packages", INSTALL_PACKAGES)

    def run(command, **_):
        commands.append([word for word in command if word in ("install", "update")])
        return subprocess.CompletedProcess(command, 100)

    machine.setattr(caffe_build.subprocess, "run", run)
    text = said(capsys)
    assert commands == [["install"], ["update"], ["install"]]
    assert "Installing 1 system packages" in text and str(tmp_path / "caffe" / "build.log") in text


def test_elsewhere_than_debian_12_binder_is_named(machine, capsys):
    machine.setattr(caffe_build, "distribution", lambda: ("ubuntu", "24.04"))
    text = said(capsys)
    assert "Boost.Python" in text and "ubuntu 24.04" in text and "Binder" in text


def test_without_a_network_the_file_is_named(machine, capsys, tmp_path):
    def download(*_):
        raise ConnectionError("no route")

    machine.setattr(caffe_build, "download", download)
    text = said(capsys)
    assert "no route" in text and caffe_build.SHA256 in text and str(tmp_path / "caffe") in text


def test_a_wrong_archive_is_not_used(machine, capsys, tmp_path):
    machine.setattr(caffe_build, "download", lambda *_: b"something else")
    assert caffe_build.SHA256 in said(capsys)
    assert not list(tmp_path.rglob("*.tar.gz"))


def test_a_failing_compiler_leaves_its_log(machine, capsys, tmp_path):
    def build(*_):
        raise CalledProcessError(1, ["g++", "-c", "core_1.cpp"])

    machine.setattr(caffe_build, "fetch", lambda folder: folder)
    machine.setattr(caffe_build, "build", build)
    text = said(capsys)
    assert "g++" in text and str(tmp_path / "caffe" / "build.log") in text


def test_a_cached_wheel_is_installed_without_compiling(machine, capsys, tmp_path):
    wheel = tmp_path / "caffe" / f"bvlc_caffe-{caffe_build.version()}-cp311-cp311-any.whl"
    wheel.parent.mkdir()
    wheel.touch()
    ready = iter([False, True])
    machine.setattr(caffe_build, "is_ready", lambda: next(ready))
    machine.setattr(caffe_build, "install", lambda path: path == wheel)
    assert "is installed" in said(capsys)


def test_a_cache_that_cannot_be_written_is_named(machine, capsys, tmp_path):
    (tmp_path / "file").touch()
    machine.setenv("COURSE_CACHE", str(tmp_path / "file"))
    assert "COURSE_CACHE" in said(capsys)


if __name__ == "__main__":
    sys.ps1 = ">>> "                            # as in a notebook, where TensorFlow logs more
    for engine in sys.argv[1:]:
        report_missing() if engine == "missing" else globals()[f"train_{engine}"]()


# ---- Keras on Theano -----------------------------------------------------------------------------

KERAS_ON_THEANO = pytest.mark.skipif(bool(keras_theano.problem()), reason=keras_theano.problem())


@KERAS_ON_THEANO
def test_the_second_kernel_is_keras_that_calls_theano():
    from jupyter_client.manager import run_kernel
    said = []
    with run_kernel(kernel_name="keras-theano") as client:
        client.execute_interactive(
            "from utils.engines import keras\nprint(keras.__version__, keras.backend.backend())", timeout=300 * slowness(),
            output_hook=lambda message: said.append(message["content"].get("text", "")))
    assert "".join(said).split() == ["2.3.1", "theano"]


@KERAS_ON_THEANO
def test_a_failure_over_there_is_heard_here():
    with pytest.raises(RuntimeError, match="no_such_function"):
        keras_theano.run("14", "no_such_function", [])


def test_without_the_second_environment_the_command_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(keras_theano, "READY", tmp_path / "set-up")
    assert "make keras-theano" in keras_theano.problem()
