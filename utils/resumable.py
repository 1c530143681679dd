"""Train a Keras network for an hour or a night, in pieces: a run that is killed goes on where it was.

    train(net, batch, rate, steps=40_000, state=Path("state.npz"), validate=bits)

Every minute the weights, a stateful layer's states, the optimiser's moments, the seeds of dropout
and the position are written to one file, first under another name, so that a kill in the middle of
writing leaves the last whole file. Called again with the same arguments, `train` reads the file and
goes on; the result is the same as without the interruption. After the last step the file stays.

(Keras's own `BackupAndRestore` begins the interrupted epoch again, and keeps neither the states of
stateful layers nor the curve.)
"""
import json
import os
import time
import zipfile

import numpy as np


def train(net, batch, rate, steps, state, validate=None, reports=40, validations=10, every=60):
    """Train a compiled net for ``steps`` steps in all; return the record, a dict.

    ``batch(step)`` returns x, y and whether the states of stateful layers start afresh; it must
    depend on nothing but ``step``. ``rate(step)`` is the learning rate. ``state`` is the path of the
    file, saved every ``every`` seconds. ``validate(net)`` is a number for the record. The record has
    ``steps``, ``seconds`` of training (all pieces added), ``pieces``, how often it was started, and
    ``training`` and ``validation``, lists of (step, loss since the last report) and (step, number).
    """
    record = _restore(net, state) if state.exists() else {
        "steps": 0, "seconds": 0.0, "pieces": 0, "loss": [0.0, 0], "training": [], "validation": []}
    record["pieces"] += 1
    before, started = record["seconds"], time.monotonic()
    saved = started
    while record["steps"] < steps:
        step = record["steps"]
        x, y, fresh = batch(step)
        if fresh:
            for layer in _stateful(net):
                layer.reset_state()
        net.optimizer.learning_rate.assign(rate(step))
        net.reset_metrics()
        loss = net.train_on_batch(x, y)
        record["loss"] = [record["loss"][0] + float(np.ravel(loss)[0]), record["loss"][1] + 1]
        record["steps"] = step = step + 1
        record["seconds"] = before + time.monotonic() - started
        if step % max(1, steps // reports) == 0:
            record["training"].append([step, record["loss"][0] / record["loss"][1]])
            record["loss"] = [0.0, 0]
            print(f"step {step:,} of {steps:,}, {record['seconds']:,.0f} s: "
                  f"training loss {record['training'][-1][1]:.3f}", flush=True)
        if validate and (step == steps or step % max(1, steps // validations) == 0):
            record["validation"].append([step, float(validate(net))])
            print(f"step {step:,}: validation {record['validation'][-1][1]:.3f}", flush=True)
        if step == steps or time.monotonic() - saved > every:
            _save(net, state, record)
            saved = time.monotonic()
    return record


def _variables(net):
    states = [state for layer in _stateful(net) for state in layer.states]
    return [*net.variables, *states, *net.optimizer.variables]


def _stateful(net):
    return [layer for layer in net.layers if getattr(layer, "stateful", False)]


def _save(net, state, record):
    state.parent.mkdir(parents=True, exist_ok=True)
    part = state.with_name(f"{state.name}.part")
    with open(part, "wb") as file:
        np.savez(file, *map(np.asarray, _variables(net)), record=json.dumps(record))
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, state)


def _restore(net, state):
    """Fill the net's variables from the file; ValueError when it is of another network."""
    net.optimizer.build(net.trainable_variables)
    try:
        with np.load(state, allow_pickle=False) as arrays:
            variables, values = _variables(net), [arrays[name] for name in arrays.files if name != "record"]
            record = json.loads(str(arrays["record"]))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ValueError(f"{state} cannot be read ({error}): delete it to start afresh") from error
    shapes = [tuple(variable.shape) for variable in variables]
    if shapes != [value.shape for value in values]:
        raise ValueError(f"{state} is of another network: delete it to start afresh")
    for variable, value in zip(variables, values):
        variable.assign(value)
    return record
