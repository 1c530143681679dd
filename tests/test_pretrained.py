"""utils.pretrained: a checkpoint is read without running anything, and the network is the published one."""
import copyreg
import io
import os
import pickle
import shutil
import subprocess
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from utils import pretrained
from utils.data import DataCorrupt, DataNotFound
from utils.pretrained import CheckpointRefused, read_checkpoint

MAGIC = 0x1950A86A20F9469CFC6C
MACHINE = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"int": 4}}


# ---- checkpoints as PyTorch writes them, written without PyTorch -----------------------------------
class Storage:
    def __init__(self, key, kind, content):
        self.key, self.kind, self.content = key, kind, content
        self.size = len(content) // np.dtype(pretrained.TYPES[kind]).itemsize


class Tensor:
    def __init__(self, storage, offset, shape, strides):
        self.state = storage, offset, shape, strides, False, OrderedDict()

    def __reduce__(self):
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self.state


@pytest.fixture(autouse=True)
def torch(monkeypatch):
    """Modules with the names that a checkpoint mentions, for writing one; reading imports nothing."""
    torch, utils = ModuleType("torch"), ModuleType("torch._utils")
    for kind in pretrained.TYPES:
        setattr(torch, kind, type(kind, (), {"__module__": "torch"}))

    def _rebuild_tensor_v2(*_):
        raise AssertionError("the module's own function was called")

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)
    return torch


class Pickler(pickle.Pickler):
    def persistent_id(self, thing):
        if isinstance(thing, Storage):
            kind = getattr(sys.modules["torch"], thing.kind)
            return ("storage", kind, thing.key, "cpu", thing.size)


def pickled(thing, protocol=2):
    buffer = io.BytesIO()
    Pickler(buffer, protocol).dump(thing)
    return buffer.getvalue()


def as_zip(tensors, storages=()):
    """The format of PyTorch 1.6 and later."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("net/data.pkl", tensors if isinstance(tensors, bytes) else pickled(tensors))
        archive.writestr("net/byteorder", "little")
        for storage in storages:
            archive.writestr(f"net/data/{storage.key}", storage.content)
    return buffer.getvalue()


def as_older(tensors, storages=(), magic=MAGIC, machine=MACHINE):
    """The format before: five pickles, then each storage's size and numbers."""
    pickles = [magic, 1001, machine, tensors, [storage.key for storage in storages]]
    return b"".join(part if isinstance(part, bytes) else pickled(part) for part in pickles) + b"".join(
        storage.size.to_bytes(8, "little") + storage.content for storage in storages)


FORMATS = pytest.mark.parametrize("packed", [as_zip, as_older])


def small_net():
    """(state dict, storages, what should be read): a transposed window, a shared storage, a scalar."""
    numbers = np.arange(24, dtype=np.float32)
    shared, counter = Storage("7", "FloatStorage", numbers.tobytes()), Storage(
        "8", "LongStorage", np.int64([1 << 20]).tobytes())
    tensors = OrderedDict(weight=Tensor(shared, 4, (5, 4), (1, 5)), bias=Tensor(shared, 0, (4,), (1,)),
                          count=Tensor(counter, 0, (), ()), empty=Tensor(shared, 24, (0, 3), (3, 1)))
    expected = {"weight": numbers[4:].reshape(4, 5).T, "bias": numbers[:4], "count": np.float32(1 << 20),
                "empty": np.zeros((0, 3), np.float32)}
    return tensors, (shared, counter), expected


@FORMATS
def test_reads_both_formats(packed, tmp_path):
    tensors, storages, expected = small_net()
    (tmp_path / "net.pth").write_bytes(packed(tensors, storages))
    read = read_checkpoint(tmp_path / "net.pth")
    assert list(read) == list(expected)
    for name, array in expected.items():
        assert read[name].dtype == np.float32 and np.array_equal(read[name], array)


# ---- malicious files ---------------------------------------------------------------------------------
class Evil:
    """Pickles to a call: whoever unpickles it in the usual way executes `function(*arguments)`."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def evils(marker):
    """Objects that make the file `marker` when they are unpickled, each in another way."""
    source = f"open({str(marker)!r}, 'w').close()"
    return {"os.system": Evil(os.system, f"touch {marker}"),
            "subprocess": Evil(subprocess.check_call, ["touch", str(marker)]),
            "eval": Evil(eval, f"__import__('pathlib').Path({str(marker)!r}).touch()"),
            "exec": Evil(exec, source),
            "open": Evil(open, str(marker), "w"),
            "pathlib": Evil(Path.touch, marker),
            "state": Evil(map, exec, [source])}


NAMES = sorted(set(evils("x")) - {"state"})


@pytest.mark.parametrize("protocol", [2, 4])            # 4 names things with another opcode
@pytest.mark.parametrize("name", NAMES)
def test_the_attacks_work_on_the_usual_unpickler(name, protocol, tmp_path):
    """So that the tests below could fail."""
    pickle.loads(pickled({"weight": evils(tmp_path / "ran")[name]}, protocol))
    assert (tmp_path / "ran").exists()


@FORMATS
@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("name", [*NAMES, "state"])
def test_a_malicious_pickle_is_refused_and_nothing_runs(name, protocol, packed, tmp_path):
    tensors, storages, _ = small_net()
    tensors["evil"] = evils(tmp_path / "ran")[name]
    (tmp_path / "net.pth").write_bytes(packed(pickled(tensors, protocol), storages))
    with pytest.raises(CheckpointRefused, match="net.pth is refused: it asks for .*Nothing of it"):
        read_checkpoint(tmp_path / "net.pth")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("position", range(5))
def test_every_pickle_of_the_older_format_is_guarded(position, tmp_path):
    tensors, storages, _ = small_net()
    parts = [MAGIC, 1001, MACHINE, tensors, [storage.key for storage in storages]]
    parts[position] = Evil(os.system, f"touch {tmp_path / 'ran'}")
    (tmp_path / "net.pth").write_bytes(b"".join(map(pickled, parts)))
    with pytest.raises(CheckpointRefused, match="it asks for posix.system"):
        read_checkpoint(tmp_path / "net.pth")
    assert not (tmp_path / "ran").exists()


def test_a_bare_pickle(tmp_path):
    (tmp_path / "net.pth").write_bytes(pickled(evils(tmp_path / "ran")["os.system"]))
    with pytest.raises(CheckpointRefused, match="posix.system"):
        read_checkpoint(tmp_path / "net.pth")
    assert not (tmp_path / "ran").exists()


@FORMATS
@pytest.mark.parametrize("name", ["torch _utils.os.system", "collections OrderedDict.fromkeys",
                                  "torch.serialization load", "builtins getattr", "copyreg _reconstructor"])
def test_allowed_names_lead_nowhere_else(name, packed, tmp_path):
    """A name beside an allowed one, or a path through it: refused, too."""
    payload = b"\x80\x04c" + name.replace(" ", "\n").encode() + b"\n(X\x01\x00\x00\x00atR."
    (tmp_path / "net.pth").write_bytes(packed(payload))
    with pytest.raises(CheckpointRefused, match=f"it asks for {name.replace(' ', '.')}"):
        read_checkpoint(tmp_path / "net.pth")


def test_names_hidden_in_a_registry_are_refused(tmp_path):
    """copyreg's extension codes are names as well."""
    copyreg.add_extension("posix", "system", 240)
    try:
        (tmp_path / "net.pth").write_bytes(as_zip(b"\x80\x02\x82\xf0(X\x04\x00\x00\x00truetR."))
        with pytest.raises(CheckpointRefused, match="posix.system"):
            read_checkpoint(tmp_path / "net.pth")
    finally:
        copyreg.remove_extension("posix", "system", 240)


def test_reading_imports_nothing(tmp_path):
    """Not even the module that a name belongs to: importing is executing."""
    (tmp_path / "trap.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    (tmp_path / "net.pth").write_bytes(as_zip(b"\x80\x02ctrap\nname\n."))
    sys.path.insert(0, str(tmp_path))
    try:
        with pytest.raises(CheckpointRefused, match="trap.name"):
            read_checkpoint(tmp_path / "net.pth")
    finally:
        sys.path.remove(str(tmp_path))
    assert not (tmp_path / "ran").exists() and "trap" not in sys.modules


# ---- broken files ------------------------------------------------------------------------------------
@FORMATS
def test_truncated_anywhere(packed, tmp_path):
    tensors, storages, _ = small_net()
    whole = packed(tensors, storages)
    for length in range(0, len(whole), 7):
        (tmp_path / "net.pth").write_bytes(whole[:length])
        with pytest.raises(CheckpointRefused, match="net.pth"):
            read_checkpoint(tmp_path / "net.pth")


@FORMATS
def test_changed_bytes_never_end_in_another_error(packed, tmp_path):
    tensors, storages, _ = small_net()
    whole, random = packed(tensors, storages), np.random.default_rng(0)
    for _ in range(500):
        broken = bytearray(whole)
        broken[random.integers(len(whole))] = random.integers(256)
        (tmp_path / "net.pth").write_bytes(broken)
        try:
            read = read_checkpoint(tmp_path / "net.pth")
        except CheckpointRefused:
            continue
        assert all(array.dtype == np.float32 for array in read.values())    # other numbers, no harm


@FORMATS
@pytest.mark.parametrize("offset, shape, strides", [(20, (5,), (1,)), (0, (5, 5), (5, 1)), (-1, (2,), (1,)),
                                                    (5, (2,), (-1,)), (0, (2,), (10**12,)),
                                                    (0, (2, 2), (1,))])
def test_a_tensor_may_not_leave_its_storage(packed, offset, shape, strides, tmp_path):
    storage = Storage("0", "FloatStorage", bytes(4 * 24))
    tensors = {"weight": Tensor(storage, offset, shape, strides)}
    (tmp_path / "net.pth").write_bytes(packed(tensors, [storage]))
    with pytest.raises(CheckpointRefused):
        read_checkpoint(tmp_path / "net.pth")


@FORMATS
@pytest.mark.parametrize("thing", [[1, 2], {"epoch": 3}, {"state_dict": OrderedDict()}, None])
def test_not_a_state_dict(packed, thing, tmp_path):
    (tmp_path / "net.pth").write_bytes(packed(thing))
    with pytest.raises(CheckpointRefused, match="not a flat dict of tensors"):
        read_checkpoint(tmp_path / "net.pth")


def test_other_broken_files(tmp_path):
    path = tmp_path / "net.pth"
    with pytest.raises(FileNotFoundError):
        read_checkpoint(path)
    for content, message in ((as_older({}, magic=5), "magic number"),
                             (as_older({}, machine=MACHINE | {"little_endian": False}), "big-endian"),
                             (b"<html>Welcome to our wifi</html>", "not a readable"),
                             (as_zip(b""), "not a readable")):
        path.write_bytes(content)
        with pytest.raises(CheckpointRefused, match=message):
            read_checkpoint(path)


# ---- the published network, photos, names --------------------------------------------------------------
def test_published_weights():
    weights = pretrained.efficientnet_lite0_weights()
    assert len(weights) == 296 and sum(array.size for array in weights.values()) == 4_694_073
    assert weights["_fc.weight"].shape == (1000, 1280)
    assert all(np.isfinite(array).all() for array in weights.values())
    assert min(array.min() for name, array in weights.items() if name.endswith("running_var")) >= 0


def test_weights_are_verified(tmp_path, monkeypatch):
    package, file = pretrained.WEIGHTS
    copy = tmp_path / package / file
    copy.parent.mkdir(parents=True)
    shutil.copy(pretrained._in_package(package, file), copy)
    monkeypatch.setattr(pretrained, "_in_package", lambda *_: copy)
    with open(copy, "r+b") as broken:
        broken.seek(10_000_000)
        broken.write(b"!")
    with pytest.raises(DataCorrupt, match="sha256.*make setup"):
        pretrained.efficientnet_lite0_weights()


def test_missing_package_names_the_command():
    with pytest.raises(DataNotFound, match="no-such-package is not installed.*make setup"):
        pretrained._in_package("no_such_package", "file")


def test_the_network_recognises_the_photos():
    """In a process of its own: other tests look at what importing an engine does."""
    program = """
from utils.pretrained import *
photos, classes = labelled_photos()
assert photos.shape == (20, 224, 224, 3) and photos.dtype == "uint8" and classes.dtype == "int64"
network = efficientnet_lite0()
logits = network.predict(preprocess(photos), verbose=0)
top = (-logits).argsort(axis=1)[:, :5] == classes[:, None]
assert top[:, 0].sum() >= 16 and top.any(axis=1).all(), top
features = efficientnet_lite0(top=False).predict(preprocess(photos), verbose=0)
dense = network.get_layer("classes").get_weights()
assert features.shape == (20, 1280)
assert np.allclose(features @ dense[0] + dense[1], logits, atol=1e-4)
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(pretrained.__file__).parents[1])


def test_class_names():
    names = pretrained.imagenet_class_names()
    assert len(names) == len(set(names)) == 1000 and all(names)
    assert [names[i] for i in (0, 1, 243, 340, 609, 999)] == [
        "tench", "goldfish", "bull mastiff", "zebra", "jeep", "toilet tissue"]
    header = (pretrained.DATA / "imagenet_classes.txt").read_text("utf-8").split("\ntench")[0]
    assert "Source: " in header and "Licence: BSD-3-Clause" in header
