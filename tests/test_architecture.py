"""The layer table against arithmetic by hand, and the full-size step's manners."""
import subprocess

import pytest

import utils.cells
from utils import architecture
from utils.architecture import _train_a_few_steps, layers, print_layers, timed_step
from utils.engines import tensorflow, tflearn


@pytest.fixture(autouse=True)
def graph():
    with tensorflow.Graph().as_default() as graph:
        yield graph


def lenet():
    net = tflearn.input_data(shape=[None, 28, 28, 1])
    net = tflearn.conv_2d(net, 6, 5, padding="same", activation="tanh")
    net = tflearn.avg_pool_2d(net, 2)
    net = tflearn.conv_2d(net, 16, 5, padding="valid", activation="tanh")
    net = tflearn.max_pool_2d(net, 2)
    net = tflearn.fully_connected(net, 120, activation="tanh")
    net = tflearn.dropout(net, 0.5)
    net = tflearn.fully_connected(net, 10, activation="softmax")
    return tflearn.regression(net, optimizer="sgd", loss="categorical_crossentropy")


def alexnet(classes, edges):
    net = tflearn.input_data(shape=[None, 227, 227, 3])
    for filters, window, strides, pooled in ((96, 11, 4, True), (256, 5, 1, True), (384, 3, 1, False),
                                             (384, 3, 1, False), (256, 3, 1, True)):
        net = tflearn.conv_2d(net, filters, window, strides=strides, activation="relu",
                              padding=edges if strides == 4 else "same")
        if pooled:
            net = tflearn.local_response_normalization(tflearn.max_pool_2d(net, 3, strides=2, padding=edges))
    for _ in range(2):
        net = tflearn.dropout(tflearn.fully_connected(net, 4096, activation="tanh"), 0.5)
    return tflearn.fully_connected(net, classes, activation="softmax")


def test_a_small_net_adds_up_by_hand():
    rows = layers(lenet())
    assert [row.kind for row in rows] == ["input", "convolution", "mean pooling", "convolution",
                                          "max-pooling", "dense", "dropout", "dense"]
    assert [row.shape for row in rows] == [(28, 28, 1), (28, 28, 6), (14, 14, 6), (10, 10, 16),
                                           (5, 5, 16), (120,), (120,), (10,)]
    assert [row.parameters for row in rows] == [0, 156, 0, 2416, 0, 48_120, 0, 1210]
    assert [row.multiply_adds for row in rows] == [0, 784 * 150, 0, 100 * 2400, 0, 48_000, 0, 1200]
    assert [row.field for row in rows] == [1, 5, 6, 14, 16, 28, 28, 28]
    assert [row.step for row in rows] == [1, 1, 2, 2, 4, 0, 0, 0]
    assert rows[1].megabytes == pytest.approx(28 * 28 * 6 * 4 / 1e6)


def test_the_table_is_aligned_and_its_totals_count_what_is_not_shown(capsys):
    print_layers(layers(lenet()), only=("convolution", "dense"))
    lines = capsys.readouterr().out.splitlines()
    assert len({len(line) for line in lines}) == 1 and len(lines) == 6
    assert "51,902" in lines[-1] and "406,800" in lines[-1]


@pytest.mark.parametrize("edges, classes, parameters, multiply_adds", [
    ("valid", 1000, 62_378_344, 1_135_256_096),     # Krizhevsky et al. 2012, without their two groups
    ("same", 17, 87_711_121, 1_410_616_864)])       # TFLearn's example
def test_alexnet_adds_up(edges, classes, parameters, multiply_adds):
    rows = layers(alexnet(classes, edges))
    assert sum(row.parameters for row in rows) == parameters
    assert sum(row.multiply_adds for row in rows) == multiply_adds
    fields = [row.field for row in rows if row.kind in ("convolution", "max-pooling")]
    assert fields == [11, 19, 51, 67, 99, 131, 163, 195]
    assert sum(row.kind == "LRN" for row in rows) == 3


def test_batch_normalisation_and_branches():
    net = tflearn.input_data(shape=[None, 32, 32, 3])
    shortcut = tflearn.batch_normalization(tflearn.conv_2d(net, 8, 3, strides=2, bias=False))
    branch = tflearn.conv_2d(tflearn.conv_2d(net, 8, 3, strides=2), 8, 3)
    net = tflearn.global_avg_pool(tflearn.activation(tflearn.merge([shortcut, branch], "elemwise_sum"), "relu"))
    rows = {row.name: row for row in layers(net)}
    assert rows["BatchNormalization"].parameters == 16 and rows["BatchNormalization"].kind == "batch norm"
    assert rows["Conv2D"].parameters == 216
    assert rows["Relu"].field == 3 + 2 * 2 and rows["Relu"].step == 2


def test_two_nets_in_one_graph_are_told_apart():
    tflearn.fully_connected(tflearn.input_data(shape=[None, 8, 8, 1]), 3)
    assert len(layers(lenet())) == 8


def test_too_little_memory_is_a_reason_and_starts_no_process(monkeypatch):
    monkeypatch.setattr(architecture, "free_gb", lambda: 1.25)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("a process was started"))
    assert timed_step("10", "tested", "alexnet", 64, 5).reason == "it needs 5.0 GB of memory, and 1.2 GB are free"


@pytest.mark.parametrize("code", [-9, 1])
def test_a_child_killed_for_memory_is_a_reason_and_a_broken_net_an_error(monkeypatch, code):
    ended = subprocess.CompletedProcess([], code, "", "ValueError: no such layer")
    monkeypatch.setattr(architecture, "free_gb", lambda: 100)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: ended)
    if code == -9:
        assert "memory" in timed_step("10", "tested", "alexnet", 64, 5).reason
    else:
        with pytest.raises(RuntimeError, match="no such layer"):
            timed_step("10", "tested", "alexnet", 64, 5)


def test_the_step_really_trains_and_is_timed(monkeypatch):
    monkeypatch.setattr(utils.cells, "definitions", lambda number, tag: {"lenet": lenet})
    measured = _train_a_few_steps("10", "tested", "lenet", batch=8, steps=2)
    assert len(measured["seconds"]) == 2 and measured["images_a_second"] > 0 and measured["peak_gb"] > 0.05
