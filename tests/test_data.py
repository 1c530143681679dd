"""utils.data: the facts of every set, and what happens when a file is missing, broken or far away.

No test needs the network: the "origin" and the "mirror" are servers in this process.
"""
import base64
import csv
import functools
import hashlib
import io
import json
import os
import shutil
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image

from utils import data

MIRROR = os.environ.get("COURSE_DATA_MIRROR")
needs_mirror = pytest.mark.skipif(not MIRROR, reason="this set does not ship: set COURSE_DATA_MIRROR")


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    """No test touches the learner's cache, nor a mirror that it did not choose."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("COURSE_DATA_MIRROR", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path


class Server(ThreadingHTTPServer):
    """A web server on loopback with faults: `cuts`, bytes after which each answer breaks off."""

    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.cuts, self.ranges, self.served = files, [], True, []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if (content := self.server.files.get(unquote(self.path[1:]))) is None:
            return self.send_error(404)
        asked = self.headers.get("Range") if self.server.ranges else None
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        body = content[start:]
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", len(body))
        md5 = base64.b64encode(hashlib.md5(content).digest()).decode()
        self.send_header("x-goog-hash", "crc32c=AAAAAA==")
        self.send_header("x-goog-hash", f"md5={md5}")
        self.end_headers()
        if self.command == "GET":
            body = body[:self.server.cuts.pop(0)] if self.server.cuts else body
            self.server.served.append((start, len(body)))
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def serve():
    servers = []

    def start(files):
        servers.append(Server(files))
        threading.Thread(target=servers[-1].serve_forever, kwargs={"poll_interval": 0.01}).start()
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


NOWHERE = "http://127.0.0.1:9"      # nothing listens on the discard port: connection refused


def row(name, content, url=""):
    return {"file": name, "bytes": len(content), "url": url,
            "checksum": f"sha256:{hashlib.sha256(content).hexdigest()}"}


@pytest.fixture
def toy(monkeypatch):
    """A set of 20 + 10 noise pictures, 200 kB, whose file is in none of the places; its bytes."""
    pixels = np.random.default_rng(1).integers(0, 256, (30, 84, 84, 1), np.uint8)
    labels = np.arange(30, dtype=np.uint8) % 2
    buffer = io.BytesIO()
    np.savez(buffer, x_train=pixels[:20], y_train=labels[:20], x_test=pixels[20:], y_test=labels[20:])
    content = buffer.getvalue()
    monkeypatch.setitem(data.REGISTRY, "toy", data.REGISTRY["mnist"] | {
        "title": "Toy", "origin": "download it into {cache}", "validation": 5,
        "class_names": ["even", "odd"], "files": [row("toy.npz", content)]})
    return content


def origin(url):
    data.REGISTRY["toy"]["files"][0]["url"] = url


def kept():
    """Names of the files in the cache."""
    return sorted(path.name for path in data.cache().glob("*"))


def assert_toy(dataset):
    assert [len(y) for _, y in (dataset.train, dataset.validation, dataset.test)] == [15, 5, 10]


# ---- the facts of the sets -------------------------------------------------------------------------
@pytest.mark.parametrize("name, mean, std, least, most", [
    ("mnist", 0.13066, 0.30811, 5421, 6742),                # the digits are not quite balanced
    ("fashion_mnist", 0.28604, 0.35302, 6000, 6000),
])
def test_shipped_sets_are_the_canonical_ones(name, mean, std, least, most):
    dataset = data.load(name)
    shapes = [(x.shape, x.dtype, y.shape, y.dtype) for x, y in
              (dataset.train, dataset.validation, dataset.test)]
    assert shapes == [((n, 28, 28, 1), np.uint8, (n,), np.int64) for n in (55_000, 5_000, 10_000)]
    x = np.concatenate([dataset.train[0], dataset.validation[0]])       # the 60,000 of the original
    y = np.concatenate([dataset.train[1], dataset.validation[1]])
    assert (x.min(), x.max()) == (0, 255)
    assert x.mean() / 255 == pytest.approx(mean, abs=5e-6)
    assert x.std() / 255 == pytest.approx(std, abs=5e-6)
    counts = np.bincount(y)
    assert (len(counts), counts.min(), counts.max()) == (10, least, most)
    assert len(dataset.class_names) == 10
    # The same files as their authors published, header and order included.
    md5 = data.REGISTRY[name]["idx_md5"]
    header = bytes([0, 0, 8, 3]) + np.array([60_000, 28, 28], ">i4").tobytes()
    assert hashlib.md5(header + x.tobytes()).hexdigest() == md5["x_train"]
    header = bytes([0, 0, 8, 1]) + np.array([10_000], ">i4").tobytes()
    assert hashlib.md5(header + dataset.test[1].astype(np.uint8).tobytes()).hexdigest() == md5["y_test"]


def test_first_digits_and_clothes():
    assert list(data.load("mnist").train[1][:10]) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    fashion = data.load("fashion_mnist")
    first = [fashion.class_names[label] for label in fashion.test[1][:3]]
    assert first == ["Ankle boot", "Pullover", "Trouser"]


def test_morphology_is_one_tree_with_its_synapses_on_it():
    neuron = data.load("morphology")
    assert (neuron.position.shape, neuron.radius.shape, neuron.parent.shape) == ((4696, 3), (4696,), (4696,))
    assert neuron.position.dtype == neuron.radius.dtype == np.float32
    assert (neuron.parent == -1).sum() == 1 and (neuron.parent < np.arange(4696)).all()    # no loops
    assert neuron.radius.argmax() == neuron.soma
    length = np.linalg.norm(neuron.position[1:] - neuron.position[neuron.parent[1:]], axis=1)
    assert length.max() < 5                             # µm: neighbours are near
    distance = np.linalg.norm(neuron.synapse_position - neuron.position[neuron.synapse_node], axis=1)
    assert len(distance) == 3010 and distance.max() < 2
    assert neuron.synapse_is_output.sum() == 646
    inputs = neuron.synapse_region[~neuron.synapse_is_output]
    assert (inputs == "AL").mean() > 0.9                # its dendrite is in the antennal lobe
    assert "CC BY 4.0" in neuron.card.licence and repr(neuron).startswith("<A neuron's morphology: pos")


@pytest.mark.parametrize("cutoff, count, loudest", [(200, 929, 76.43), (800, 868, 71.2)])
def test_spikes_are_in_order_and_the_sound_in_decibel(cutoff, count, loudest):
    ear = data.load("spikes")
    spikes, stimulus = getattr(ear, f"spikes_{cutoff}"), getattr(ear, f"stimulus_{cutoff}")
    assert (len(spikes), spikes.dtype) == (count, np.int32)
    assert 0 <= spikes[0] and spikes[-1] < 10_000_000 and np.diff(spikes).min() > 3000      # µs
    assert (stimulus.shape, stimulus.dtype) == ((40_000,), np.float32)
    assert loudest - 1 < stimulus.max() < loudest + 0.01
    assert stimulus.std() == pytest.approx(6, abs=0.2)          # dB, as the recording's header says


def test_esco_is_text_with_an_entry_a_line():
    esco = data.load("esco")
    skills, occupations = (bytes(text).decode().splitlines() for text in (esco.skills, esco.occupations))
    assert (len(skills), len(occupations)) == (13_939, 3_658)
    assert skills[0].startswith("manage musical staff ") and all(map(str.strip, skills + occupations))
    assert "This publication uses the ESCO classification of the European Commission" in esco.card.licence


@pytest.mark.parametrize("name, question", [("google_news", "man king woman queen"),
                                            ("glove", "france paris italy rome")])
def test_word_vectors_are_in_their_words_order(name, question):
    words = data.load(name)
    place = {word: i for i, word in enumerate(words.word.tolist())}
    vector = words.vector.astype(np.float32)
    assert words.vector.dtype == np.float16 and len(place) == len(vector) and place["the"] < 20
    vector /= np.linalg.norm(vector, axis=1, keepdims=True)
    a, b, c, d = (place[word] for word in question.split())
    near = vector @ (vector[b] - vector[a] + vector[c])
    near[[a, b, c]] = -1
    assert near.argmax() == d
    if name == "google_news":
        percent = dict(zip(words.occupation, words.percent_women))
        assert (len(percent), percent["carpenter"], percent["secretary"]) == (40, 2, 95)


def test_plays_are_whole_screenplays_and_no_line_is_in_two_splits():
    plays = data.load("plays")
    assert len(plays.title) == len(set(plays.title)) == 37 and plays.start[-1] == len(plays.text)
    assert len(np.unique(plays.text)) == 65
    parts = {split: "\n".join(plays.text[start:end].tobytes().decode() for start, end, its
                              in zip(plays.start, plays.start[1:], plays.split) if its == split)
             for split in ("train", "validation", "test")}
    for text in parts.values():
        assert all(line.count("[") == line.count("]") for line in text.splitlines())
        assert "_" not in text and "*" not in text and "\n\nHAMLET\n" not in parts["validation"]
    long = {split: {line for line in text.splitlines() if len(line) > 45} for split, text in parts.items()}
    assert not long["train"] & long["validation"] and not long["train"] & long["test"]


def test_stamps_keep_photos_of_one_kind_on_one_side_of_the_split():
    stamps = data.load("stamps")
    splits = stamps.train, stamps.validation, stamps.test
    assert [x.shape for x, _ in splits] == [(n, 112, 112, 3) for n in (124, 33, 57)]
    assert all(x.dtype == np.uint8 and y.dtype == np.int64 for x, y in splits)
    assert all(np.bincount(y, minlength=6).min() >= least for (_, y), least in zip(splits, (12, 3, 5)))
    assert all((x[:, 0] == 255).all() and (x[:, :, -1] == 255).all() for x, _ in splits)     # paper
    with np.load(data.DATA / "stamps.npz") as arrays:
        photos = np.concatenate([arrays["photo_train"], arrays["photo_test"]])
    with open(data.DATA / "stamps_credits.csv", encoding="utf-8", newline="") as file:
        kinds = {row["photo"]: row["kind"] for row in csv.DictReader(file)}
    assert sorted(photos) == sorted(kinds)
    train, validation, test = ({kinds[photo] for photo in part} for part in np.split(photos, [124, 157]))
    assert not train & validation and not train & test and not validation & test


@functools.cache
def from_mirror(name, **options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_DATA_MIRROR", MIRROR)
        return data.load(name, **options)


@needs_mirror
def test_flowers():
    flowers = from_mirror("flowers")
    shapes = [(x.shape, x.dtype, y.dtype) for x, y in (flowers.train, flowers.validation, flowers.test)]
    assert shapes == [((n, 224, 224, 3), np.uint8, np.int64) for n in (600, 120, 240)]
    for (_, y), each in zip((flowers.train, flowers.validation, flowers.test), (50, 10, 20)):
        assert list(np.bincount(y)) == [each] * 12
    assert list(flowers.class_names) == sorted(flowers.class_names)
    sunflowers = flowers.train[0][flowers.train[1] == flowers.class_names.index("sunflower")]
    red, green, blue = sunflowers.mean((0, 1, 2))
    assert red > 1.5 * blue         # the labels sit on the right photos, the channels are RGB


@needs_mirror
def test_flowers_know_their_copies():
    """Seen from far away, a photo differs less from its copy than from any other photo."""
    def nearest(x, others):
        x, others = (np.float32(a[:, ::14, ::14].reshape(len(a), -1)) for a in (x, others))
        squares = (x ** 2).sum(1)[:, None] + (others ** 2).sum(1) - 2 * x @ others.T
        return squares.min(1) / x.shape[1]

    flowers = from_mirror("flowers")
    assert flowers.copied.shape == (240,) and flowers.copied.sum() == 53
    distance = nearest(flowers.test[0], flowers.train[0])
    assert (distance[flowers.copied] < 100).sum() > 15 and distance[~flowers.copied].min() > 500
    assert nearest(flowers.validation[0], flowers.train[0]).min() > 500


@needs_mirror
def test_flowers_split_is_the_one_of_the_zip(monkeypatch):
    monkeypatch.setenv("COURSE_DATA_MIRROR", MIRROR)
    names = [Path(name) for name, _ in data._members(data._find(data.REGISTRY["flowers"]))]
    for species, numbers in data.REGISTRY["flowers"]["test"].items():
        held_out = [int(name.stem[-4:]) for name in names if name.parts[:2] == ("test", species)]
        assert sorted(held_out) == numbers


@needs_mirror
def test_quickdraw():
    drawings = from_mirror("quickdraw")
    sizes = [len(x) for x, _ in (drawings.train, drawings.validation, drawings.test)]
    assert sum(sizes) == 9_570 and len(drawings.class_names) == 345
    assert sizes == [len(y) for _, y in (drawings.train, drawings.validation, drawings.test)]
    for _, y in drawings.train, drawings.validation, drawings.test:
        assert set(y) == set(range(345))
    strokes = [stroke for x, _ in (drawings.train, drawings.validation, drawings.test)
               for drawing in x for stroke in drawing]
    assert {(len(stroke), stroke.dtype) for stroke in strokes} == {(3, np.dtype(np.float32))}
    assert min(stroke[:2].min() for stroke in strokes) == 0
    assert max(stroke[:2].max() for stroke in strokes) == pytest.approx(255, abs=0.01)
    assert len(set(drawings.train[1][:100])) > 50       # shuffled
    two = from_mirror("quickdraw", words=("zebra", "cat"))
    assert two.class_names == ("zebra", "cat")
    zebras = [x for x, y in zip(*drawings.test) if drawings.class_names[y] == "zebra"]
    assert [x[0].tolist() for x, y in zip(*two.test) if y == 0] == [x[0].tolist() for x in zebras]


# ---- the flowers' archives, made here --------------------------------------------------------------
def jpeg(number, size):
    """A photo whose grey value tells its number, with a red frame outside the middle square."""
    image = Image.new("RGB", size, (200, 0, 0))
    side = min(size)
    grey = 3 * ((number - 1) % 80)
    image.paste((grey, grey, grey), ((size[0] - side) // 2, (size[1] - side) // 2,
                                     (size[0] + side) // 2, (size[1] + side) // 2))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=95, subsampling=0)
    return buffer.getvalue()


@pytest.fixture
def two_flowers(monkeypatch, places):
    """The flowers with two species; a function that makes one archive the only file of the set."""
    entry = data.REGISTRY["flowers"] | {"class_names": ["bluebell", "iris"]}
    monkeypatch.setitem(data.REGISTRY, "flowers", entry)
    data.cache().mkdir()

    def archive(name, members):
        buffer = io.BytesIO()
        if name.endswith("zip"):
            with zipfile.ZipFile(buffer, "w") as file:
                for member, content in members:
                    file.writestr(member, content)
        else:
            with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as file:
                for member, content in members:
                    info = tarfile.TarInfo(member)
                    info.size = len(content)
                    file.addfile(info, io.BytesIO(content))
        (data.cache() / name).write_bytes(buffer.getvalue())
        entry["files"] = [row(name, buffer.getvalue())]
        return data.load("flowers")

    return archive


def original():
    return [("jpg/files.txt", b"image_0001.jpg\n")] + [
        (f"jpg/image_{number:04}.jpg", jpeg(number, (60, 48) if number % 2 else (40, 52)))
        for number in range(1, 481)]


def numbers_of(split, class_names):
    """The photo numbers of a split, read back from the grey values."""
    first = {"bluebell": 241, "iris": 401}
    return [(first[class_names[y]] + round(float(x.mean()) / 3)) for x, y in zip(*split)]


def test_copies_stay_out_of_validation_and_are_marked_in_the_test(two_flowers):
    flowers = two_flowers("17flowers.tgz", original())
    copied = set(sum(data.REGISTRY["flowers"]["copies"], []))
    assert not copied & set(numbers_of(flowers.validation, flowers.class_names))
    train = set(numbers_of(flowers.train, flowers.class_names))
    marked = {*numbers_of([part[flowers.copied] for part in flowers.test], flowers.class_names)}
    assert len(marked) == flowers.copied.sum() == 8
    groups = [set(group) for group in data.REGISTRY["flowers"]["copies"]]
    assert all(any(number in group and group & train for group in groups) == (number in marked)
               for number in numbers_of(flowers.test, flowers.class_names))


def test_original_and_zip_give_the_same_split(two_flowers):
    test = data.REGISTRY["flowers"]["test"]
    full = two_flowers("17flowers.tgz", original())
    small = two_flowers("flowers.zip", [
        (f"{'test' if n in test[species] else 'train'}/{species}/image_{n:04}.jpg", jpeg(n, (224, 224)))
        for species, first in (("iris", 401), ("bluebell", 241)) for n in range(first, first + 80)])
    for split in "train", "validation", "test":
        assert getattr(full, split)[0].shape[1:] == (224, 224, 3)
        assert list(getattr(full, split)[1]) == list(getattr(small, split)[1])
        assert numbers_of(getattr(full, split), full.class_names) == \
            numbers_of(getattr(small, split), small.class_names)
    parts = [set(numbers_of(split, full.class_names)) for split in (full.train, full.validation, full.test)]
    assert [len(part) for part in parts] == [100, 20, 40] and len(set.union(*parts)) == 160
    assert parts[2] == {*test["bluebell"], *test["iris"]}
    assert len(set(full.train[1][:20])) == 2    # shuffled
    red, green, _ = full.train[0].mean((0, 1, 2))
    assert red - green < 4      # the middle square of each photo, without the red frame


@pytest.mark.parametrize("change, message", [
    (lambda members: members[:80], "lacks image_04"),
    (lambda members: members[:-1] + [("jpg/image_0480.jpg", members[-1][1][:200])],
     "image_0480.jpg in .* is not a readable photo"),
    (lambda members: members + [("../../evil.jpg", b"")], "'../../evil.jpg' points out of the archive"),
    (lambda members: members + [("/etc/evil.jpg", b"")], "points out of the archive"),
])
@pytest.mark.parametrize("name", ["f.zip", "f.tgz"])
def test_wrong_members_of_an_archive(two_flowers, places, name, change, message):
    members = [("image_%04d.jpg" % n, jpeg(n, (16, 16))) for n in [*range(241, 321), *range(401, 481)]]
    with pytest.raises(data.DataCorrupt, match=message):
        two_flowers(name, change(members))
    assert not list(places.rglob("evil.jpg"))


# ---- Quick, Draw! by word, from an origin made here ------------------------------------------------
def word_file(word, count=40):
    lines = [{"word": word, "recognized": i % 5 > 0, "key_id": str(i),
              "drawing": [[[0, 51, i], [0, 10, 20]], [[3, 255], [4, 4]]]} for i in range(count)]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


@pytest.fixture
def quickdraw(monkeypatch, serve):
    """The server of the words; the registry's Quick, Draw! points to it."""
    words = "cat", "The Eiffel Tower"
    server = serve({f"{word}.ndjson": word_file(word) for word in words})
    entry = data.REGISTRY["quickdraw"] | {"by_word": server.url}
    monkeypatch.setitem(data.REGISTRY, "quickdraw", entry)
    return server


def test_words_from_the_origin(quickdraw):
    drawings = data.load("quickdraw", words=["The Eiffel Tower", "cat"], per_word=30)
    assert drawings.class_names == ("The Eiffel Tower", "cat")
    assert [len(x) for x, _ in (drawings.train, drawings.validation, drawings.test)] == [42, 6, 12]
    strokes = drawings.test[0][0]
    assert strokes[0].dtype == np.float32 and strokes[0].tolist() == [[0, 51, 8], [0, 10, 20]]
    ids = [sorted(drawing[0][0, 2] for drawing, y in zip(*split) if y == 1)
           for split in (drawings.train, drawings.validation, drawings.test)]
    assert ids[1] == [7, 17, 27] and ids[2] == [8, 9, 18, 19, 28, 29]
    assert sorted(sum(ids, [])) == list(range(30))      # each drawing once; the unrecognised ones stay
    quickdraw.files.clear()
    again = data.load("quickdraw", words=["The Eiffel Tower", "cat"], per_word=30)      # from the cache
    assert again.train[1].tolist() == drawings.train[1].tolist()


def test_broken_word_in_the_cache_is_fetched_again(quickdraw):
    data.load("quickdraw", words=["cat"], per_word=10)
    path, = data.cache().glob("cat.*.ndjson")
    path.write_bytes(path.read_bytes().replace(b"51", b"99"))
    drawing = data.load("quickdraw", words=["cat"], per_word=10).test[0][0]
    assert drawing[0][0, 1] == 51
    assert len(quickdraw.served) == 2


def test_without_the_small_set_words_come_from_the_origin(quickdraw):
    assert len(data.load("quickdraw", words=["cat"]).train[0]) == 28
    with pytest.raises(data.DataNotFound, match=r'load\("quickdraw", words='):
        data.load("quickdraw")          # 345 words of 30–100 MB are not fetched without being named


def test_words_out_of_reach(monkeypatch):
    monkeypatch.setitem(data.REGISTRY, "quickdraw", data.REGISTRY["quickdraw"] | {"by_word": NOWHERE})
    with pytest.raises(data.DataNotFound) as error:
        data.load("quickdraw", words=["cat"], per_word=10)
    for part in (f"{NOWHERE}/cat.ndjson", "md5", "COURSE_DATA_MIRROR=", "another machine",
                 str(data.cache())):
        assert part in str(error.value)


def test_strokes_are_moved_and_scaled():
    strokes = data._strokes([[[110, 210], [20.5, 20.5], [0, 16]], [[110], [70.5], [40]]])
    assert strokes[0].tolist() == [[0, 255], [0, 0], [0, 16]]
    assert strokes[1].tolist() == [[0], [127.5], [40]]
    assert data._strokes([[[7], [7]]])[0].tolist() == [[0], [0]]        # a dot has no side to scale


@pytest.mark.parametrize("options, message", [
    ({"words": ["catt"]}, "There is no word 'catt'. Did you mean 'cat'"),
    ({"per_word": 5}, "per_word needs words"),
])
def test_wrong_options(options, message):
    with pytest.raises(ValueError, match=message):
        data.load("quickdraw", **options)
    with pytest.raises(ValueError, match="are for quickdraw"):
        data.load("mnist", **options)


# ---- cards and names -------------------------------------------------------------------------------
def test_readme_has_the_cards_of_the_registry():
    _, _, cards = (data.DATA / "README.md").read_text("utf-8").partition("<!-- cards")
    expected = "\n".join(data.card(name)._repr_markdown_() for name in data.REGISTRY)
    assert cards.partition("-->\n")[2] == expected, "data/README.md says how to write the cards again"


def test_card_says_what_matters():
    card = data.load("mnist").card
    assert "CC BY-SA 3.0" in card.licence and "LeCun" in card.who and "yann.lecun.com" in card.source
    content = (data.DATA / "mnist.npz").read_bytes()
    assert f"{len(content):,}" in card.size and hashlib.sha256(content).hexdigest() in card.checksum
    for fact in vars(card).values():
        assert fact in card._repr_markdown_() and " ".join(fact.split()) in " ".join(str(card).split())


def test_registry_of_the_flowers():
    entry = data.REGISTRY["flowers"]
    assert entry["class_names"] == sorted(entry["test"])
    for numbers in entry["test"].values():      # 20 different ones from one species' 80
        assert len({(number - 1) // 80 for number in numbers}) == 1 and len(set(numbers)) == 20
    assert len({(numbers[0] - 1) // 80 for numbers in entry["test"].values()}) == 12
    for group in entry["copies"]:               # copies are of one species, and a photo is in one group
        assert len({(number - 1) // 80 for number in group}) == 1
    assert len(set(sum(entry["copies"], []))) == sum(map(len, entry["copies"]))


@pytest.mark.parametrize("wrong, right", [("mnits", "mnist"), ("fashion-mnist", "fashion_mnist"),
                                          ("flower", "flowers"), ("quick_draw", "quickdraw")])
def test_unknown_name(wrong, right):
    with pytest.raises(ValueError) as error:
        data.load(wrong)
    assert f"Did you mean '{right}'" in str(error.value)
    assert "mnist, fashion_mnist, flowers, quickdraw" in str(error.value)


# ---- the shipped file -------------------------------------------------------------------------------
@pytest.fixture
def repository(toy, places, monkeypatch):
    """A data/ folder that the test may break, with the toy set in it."""
    (places / "data").mkdir()
    monkeypatch.setattr(data, "DATA", places / "data")
    (places / "data" / "toy.npz").write_bytes(toy)
    return places / "data" / "toy.npz"


def test_shipped_file_is_used_in_place(repository):
    assert_toy(data.load("toy"))
    assert not data.cache().exists()


@pytest.mark.parametrize("damage", [
    lambda content: content[:-1000],
    lambda content: content[:5000] + bytes([content[5000] ^ 1]) + content[5001:],       # one bit
    lambda content: b"",
])
def test_corrupt_shipped_file_names_the_repair(repository, serve, toy, damage):
    origin(serve({"toy.npz": toy}).url + "/toy.npz")
    repository.write_bytes(damage(toy))
    with pytest.raises(data.DataCorrupt, match="git checkout -- data/toy.npz"):
        data.load("toy")


def test_missing_shipped_file(monkeypatch, places):
    monkeypatch.setattr(data, "DATA", places / "data")
    with pytest.raises(data.DataNotFound) as error:
        data.load("mnist")
    for part in ("git checkout -- data/mnist.npz", "clone the repository", "11,266,757 bytes",
                 "sha256:871fc31d"):
        assert part in str(error.value)
    assert isinstance(error.value, FileNotFoundError)


def test_object_arrays_are_refused(repository, monkeypatch):
    """An npz that would run code when unpickled: right checksum or not, it is not unpickled."""
    buffer = io.BytesIO()
    np.savez(buffer, x_train=np.array([{"a": 1}], object))
    repository.write_bytes(buffer.getvalue())
    data.REGISTRY["toy"]["files"] = [row("toy.npz", buffer.getvalue())]
    with pytest.raises(ValueError, match="allow_pickle=False"):
        data.load("toy")


# ---- download from the origin ----------------------------------------------------------------------
def test_download_once_then_from_the_cache(toy, serve, capfd):
    server = serve({"toy.npz": toy})
    origin(f"{server.url}/toy.npz")
    assert_toy(data.load("toy"))
    assert "toy.npz" in capfd.readouterr().err      # the progress bar
    assert_toy(data.load("toy"))
    assert server.served == [(0, len(toy))] and kept() == ["toy.npz"]


def test_no_network(toy, recwarn):
    origin(f"{NOWHERE}/toy.npz")
    with pytest.raises(data.DataNotFound) as error:
        data.load("toy")
    message = str(error.value)
    for part in ("toy.npz", f"{len(toy):,} bytes", hashlib.sha256(toy).hexdigest(), "no connection",
                 "COURSE_DATA_MIRROR=/folder", f"download it into {data.cache()}", "another machine"):
        assert part in message
    assert kept() == [] and not recwarn.list


def test_missing_at_the_origin(toy, serve):
    origin(serve({}).url + "/toy.npz")
    with pytest.raises(data.DataNotFound, match="404"):
        data.load("toy")
    assert kept() == []


def test_wrong_checksum_leaves_nothing_behind(toy, serve):
    origin(serve({"toy.npz": toy[:-1] + b"?"}).url + "/toy.npz")
    with pytest.raises(data.DataNotFound, match="does not match the known hash"):
        data.load("toy")
    assert kept() == []


def test_log_in_page_instead_of_the_file(toy, serve):
    origin(serve({"toy.npz": b"<html>Welcome to our wifi</html>"}).url + "/toy.npz")
    with pytest.raises(data.DataNotFound, match=f"offers 32 bytes instead of {len(toy):,}"):
        data.load("toy")
    assert kept() == []


def test_broken_line_is_taken_up_at_once(toy, serve):
    server = serve({"toy.npz": toy})
    server.cuts = [98_304, 49_152]              # multiples of the 8,192 bytes that are written at once
    origin(f"{server.url}/toy.npz")
    assert_toy(data.load("toy"))
    assert server.served == [(0, 98_304), (98_304, 49_152), (147_456, len(toy) - 147_456)]


def test_truncated_by_a_server_without_range(toy, serve):
    server = serve({"toy.npz": toy})
    server.ranges, server.cuts = False, [98_304] * 10
    origin(f"{server.url}/toy.npz")
    with pytest.raises(data.DataNotFound, match="98,304 bytes are kept, the next try goes on"):
        data.load("toy")
    assert kept() == ["toy.npz.part"]
    server.cuts = []                    # it starts again from the first byte, and that is right, too
    assert_toy(data.load("toy"))
    assert server.served[-1] == (0, len(toy)) and kept() == ["toy.npz"]


def test_interrupted_download_is_resumed(toy, serve, monkeypatch):
    server = serve({"toy.npz": toy})
    origin(f"{server.url}/toy.npz")

    class Interrupted(data.tqdm):
        def update(self, n=1):
            if n and self.n:
                raise KeyboardInterrupt         # the learner stops the cell at the second piece
            return super().update(n)

    with monkeypatch.context() as patch:
        patch.setattr(data, "tqdm", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            data.load("toy")
    assert kept() == ["toy.npz.part"]           # no other temporary file
    have = (data.cache() / "toy.npz.part").stat().st_size
    assert 0 < have < len(toy)
    assert_toy(data.load("toy"))
    assert server.served[1] == (have, len(toy) - have)      # only the rest
    assert kept() == ["toy.npz"]


@pytest.mark.parametrize("part", [b"other bytes", b"x" * 10_000_000])
def test_wrong_part_costs_no_more_than_a_new_start(toy, serve, part):
    data.cache().mkdir()
    (data.cache() / "toy.npz.part").write_bytes(part)
    origin(serve({"toy.npz": toy}).url + "/toy.npz")
    assert_toy(data.load("toy"))
    assert kept() == ["toy.npz"]


def test_broken_file_in_the_cache_is_replaced_or_removed(toy, serve):
    data.cache().mkdir()
    (data.cache() / "toy.npz").write_bytes(toy[:-3])
    with pytest.raises(data.DataNotFound, match="bytes instead of"):
        data.load("toy")
    assert kept() == []
    (data.cache() / "toy.npz").write_bytes(bytes(len(toy)))
    origin(serve({"toy.npz": toy}).url + "/toy.npz")
    assert_toy(data.load("toy"))


def test_lessons_side_by_side_download_once(toy, serve):
    server = serve({"toy.npz": toy})
    origin(f"{server.url}/toy.npz")
    results = []
    lessons = [threading.Thread(target=lambda: results.append(data.load("toy"))) for _ in range(4)]
    for lesson in lessons:
        lesson.start()
    for lesson in lessons:
        lesson.join()
    assert len(results) == 4 and len(server.served) == 1


# ---- the mirror -------------------------------------------------------------------------------------
@pytest.fixture(params=["folder", "address"])
def mirror(request, toy, places, serve, monkeypatch):
    """The two kinds of mirror, with the toy set; a function that changes its file."""
    files = {"with space/toy.npz": toy}
    folder = places / "with space"
    folder.mkdir()
    (folder / "toy.npz").write_bytes(toy)
    address = serve(files).url + "/with%20space/"
    monkeypatch.setenv("COURSE_DATA_MIRROR", str(folder) if request.param == "folder" else address)

    def change(content):
        files["with space/toy.npz"] = content
        (folder / "toy.npz").write_bytes(content)
        return folder / "toy.npz"

    return change


def test_mirror_comes_before_the_origin(mirror, toy, serve):
    server = serve({"toy.npz": toy})
    origin(f"{server.url}/toy.npz")
    assert_toy(data.load("toy"))
    assert server.served == []


@pytest.mark.parametrize("damage", [lambda content: content[::-1], lambda content: content[:1000]])
def test_corrupt_mirror_is_passed_over(mirror, toy, serve, damage):
    stick = mirror(damage(toy))
    with pytest.raises(data.DataNotFound, match="space/toy.npz: .*(wrong sha|not match|instead of)"):
        data.load("toy")
    assert kept() == []
    origin(serve({"toy.npz": toy}).url + "/toy.npz")
    assert_toy(data.load("toy"))
    assert kept() == ["toy.npz"] and stick.read_bytes() == damage(toy)      # what is not ours stays


def test_mirror_out_of_reach(toy, monkeypatch):
    for mirror, message in (NOWHERE, "no connection"), ("/no/stick", "/no/stick/toy.npz: not there"):
        monkeypatch.setenv("COURSE_DATA_MIRROR", mirror)
        with pytest.raises(data.DataNotFound, match=message):
            data.load("toy")


# ---- a cache that cannot be written ------------------------------------------------------------------
def test_unwritable_cache(toy, serve, places, monkeypatch):
    """A cache below a file cannot be made, not even by root, for whom no folder is read-only."""
    (places / "file").write_text("")
    monkeypatch.setenv("COURSE_CACHE", str(places / "file" / "cache"))
    origin(serve({"toy.npz": toy}).url + "/toy.npz")
    with pytest.raises(data.CacheNotWritable) as error:
        data.load("toy")
    for part in ("COURSE_CACHE=/some/writable/folder", f"{len(toy):,} bytes",
                 str(places / "file" / "cache")):
        assert part in str(error.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into a read-only folder")
def test_read_only_cache(toy, serve):
    data.cache().mkdir(mode=0o500)
    origin(serve({"toy.npz": toy}).url + "/toy.npz")
    with pytest.raises(data.CacheNotWritable, match="Permission denied.*COURSE_CACHE="):
        data.load("toy")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_full_cache(toy, serve):
    """Writing to /dev/full fails as on a full disk, with the kernel's own error."""
    data.cache().mkdir()
    (data.cache() / "toy.npz.part").symlink_to("/dev/full")
    origin(serve({"toy.npz": toy}).url + "/toy.npz")
    with pytest.raises(data.CacheNotWritable, match="No space left on device.*COURSE_CACHE="):
        data.load("toy")
    assert kept() == []                 # what had arrived does not fill the disk


def test_unwritable_cache_does_not_matter_to_a_mirror_folder(toy, places, monkeypatch, recwarn):
    (places / "file").write_text("")
    monkeypatch.setenv("COURSE_CACHE", str(places / "file" / "cache"))
    (places / "stick").mkdir()
    (places / "stick" / "toy.npz").write_bytes(toy)
    monkeypatch.setenv("COURSE_DATA_MIRROR", str(places / "stick"))
    assert_toy(data.load("toy"))
    assert not recwarn.list


def test_the_mark_of_computing_belongs_to_escos_skills():
    skills = bytes(data.load("esco").skills).decode().splitlines()
    computing = data.load("esco_computing").computing
    assert computing.shape == (len(skills),) and computing.sum() == 871
    marked = {skill.split()[0] for skill, mark in zip(skills, computing) if mark}
    assert {"Python", "JavaScript", "Haskell"} <= marked and "Angular" not in marked


def test_more_words_of_glove_are_none_that_glove_has():
    more, glove = data.load("glove_more"), data.load("glove")
    assert more.vector.shape == (len(more.word), 50) and not set(more.word) & set(glove.word)
    assert {"numpy", "javascript", "lakisha"} <= set(more.word)


def test_the_resumes_have_the_published_calls():
    resumes = data.load("resumes")
    black = resumes.ethnicity == "afam"
    assert (resumes.call.sum(), len(resumes.call), black.sum()) == (392, 4870, 2435)
    assert (resumes.call[black].sum(), resumes.call[~black].sum()) == (157, 235) and len(set(resumes.name)) == 36
