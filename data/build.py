"""Make data/mnist.npz or data/fashion_mnist.npz from the four idx files of the original.

    python data/build.py mnist FOLDER        # FOLDER has train-images-idx3-ubyte[.gz] and so on

The pixels are the original's; the same zlib gives the same bytes. Prints the lines for registry.toml.
"""
import gzip
import hashlib
import io
import sys
import tomllib
import zipfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
FILES = {"x_train": "train-images-idx3-ubyte", "y_train": "train-labels-idx1-ubyte",
         "x_test": "t10k-images-idx3-ubyte", "y_test": "t10k-labels-idx1-ubyte"}


def read_idx(path, md5):
    """uint8 array of an idx file, (n, 28, 28, 1) or (n,); ValueError when it is not the original."""
    content = path.read_bytes()
    content = gzip.decompress(content) if path.suffix == ".gz" else content
    if hashlib.md5(content).hexdigest() != md5:
        raise ValueError(f"{path} is not the original: its md5, unpacked, should be {md5}")
    dimensions = content[3]
    shape = np.frombuffer(content, ">i4", dimensions, offset=4)
    pixels = np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)
    return pixels[..., np.newaxis] if dimensions == 3 else pixels


def main(name, folder):
    md5s = tomllib.loads((HERE / "registry.toml").read_text("utf-8"))[name]["idx_md5"]
    target = HERE / f"{name}.npz"
    with zipfile.ZipFile(target, "w") as archive:
        for key, file in FILES.items():
            array = read_idx(next(Path(folder).glob(f"{file}*")), md5s[key])
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            member = zipfile.ZipInfo(f"{key}.npy", (1980, 1, 1, 0, 0, 0))    # no clock in the bytes
            archive.writestr(member, buffer.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)
    content = target.read_bytes()
    print(f'file = "{target.name}"\nbytes = {len(content):_}\n'
          f'checksum = "sha256:{hashlib.sha256(content).hexdigest()}"\nurl = ""')


if __name__ == "__main__":
    main(*sys.argv[1:])
