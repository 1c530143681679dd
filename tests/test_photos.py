"""utils.photos: what comes out of a camera, a phone, a chat and a broken disk, and what is kept."""
import io
import struct
import zlib
from datetime import UTC, datetime

import matplotlib.pyplot as plt
import numpy as np
import pytest
from ipywidgets import VBox
from PIL import Image

from utils import photos
from utils.data import cache, load
from utils.photos import FolderNotUsable, NotAPhoto, cached, open_photo, photos_from_folder
from utils.widgets import upload


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))


def encoded(image, kind="PNG", **settings):
    buffer = io.BytesIO()
    image.save(buffer, kind, **settings)
    return buffer.getvalue()


def half_red(size=(300, 200), mode="RGB"):
    """Left half red, right half blue."""
    image = Image.new("RGB", size, (0, 0, 255))
    image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))
    return image.convert(mode)


def is_half_red(photo):
    left, right = photo[112, 30].astype(int), photo[112, 190].astype(int)
    return left[0] > 180 > 90 > left[2] and right[2] > 180 > 90 > right[0]


@pytest.mark.parametrize("content", [
    encoded(half_red()), encoded(half_red(), "JPEG", quality=95), encoded(half_red(mode="P")),
    encoded(half_red(mode="CMYK"), "JPEG", quality=95), encoded(half_red(), "WEBP"), encoded(half_red(), "BMP"),
    encoded(half_red(mode="RGBA")), encoded(half_red((3, 2))), encoded(half_red((40, 400))),
    encoded(half_red(), "GIF"), encoded(half_red(), "TIFF"),
], ids="png jpeg palette cmyk webp bmp rgba tiny tall gif tiff".split())
def test_every_kind_of_picture_becomes_rgb_of_one_size(content):
    photo = open_photo(content)
    assert photo.shape == (224, 224, 3) and photo.dtype == np.uint8
    assert is_half_red(photo)
    assert open_photo(memoryview(content), size=64).shape == (64, 64, 3)


@pytest.mark.parametrize("orientation, turn", [(3, Image.Transpose.ROTATE_180), (6, Image.Transpose.ROTATE_90),
                                               (8, Image.Transpose.ROTATE_270)])
def test_a_phones_photo_is_turned_upright(orientation, turn):
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert is_half_red(open_photo(encoded(half_red((300, 300)).transpose(turn), "JPEG", exif=exif, quality=95)))


def test_grey_sixteen_bits_and_transparency():
    assert (open_photo(encoded(Image.new("L", (50, 50), 77))) == 77).all()
    deep = Image.fromarray(np.full((50, 50), 128 * 257, np.uint16))
    assert (open_photo(encoded(deep)) == 128).all()
    assert (open_photo(encoded(Image.new("RGBA", (50, 50), (9, 9, 9, 0)))) == 255).all()
    clear = Image.new("P", (50, 50), 0)
    assert (open_photo(encoded(clear, transparency=0)) == 255).all()


def png_header(width, height):
    """A PNG that only claims its size: what a decompression bomb looks like from outside."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
            + struct.pack(">I", 9) + b"IDAT" + bytes(13))


@pytest.mark.parametrize("content, why", [
    (b"", "not a picture"), (b"hello, I am a text file", "not a picture"), (b"%PDF-1.4 ...", "not a picture"),
    (encoded(half_red(), "JPEG")[:900], "broken"), (encoded(half_red())[:200], "broken"),
    (png_header(20_000, 6_000), "too large"), (png_header(60_000, 60_000), "too large"),
], ids="empty text pdf jpeg-cut png-cut huge bomb".split())
def test_what_is_no_photo_is_named(content, why):
    with pytest.raises(NotAPhoto, match=why):
        open_photo(content)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(NotAPhoto, match="cannot be opened"):
        open_photo(tmp_path / "nothing.jpg")


@pytest.fixture
def folder(tmp_path):
    """Two categories of six photos, with everything that collects in such folders."""
    root = tmp_path / "mine"
    for category, tint in (("warm", 200), ("cold", 30)):
        (root / category).mkdir(parents=True)
        for i in range(6):
            Image.new("RGB", (30, 20), (tint, i, 0)).save(root / category / f"{i}.png")
    (root / "cold" / "notes.txt").write_text("to do")
    (root / "cold" / "cut.jpg").write_bytes(encoded(half_red(), "JPEG")[:700])
    (root / "cold" / ".DS_Store").write_bytes(b"x")
    (root / "cold" / "deep").mkdir()
    Image.new("RGB", (20, 20), (1, 2, 3)).save(root / "cold" / "deep" / "6.webp")
    (root / "warm" / "again.png").write_bytes((root / "warm" / "3.png").read_bytes())
    Image.new("RGB", (40, 1)).save(root / "warm" / "dot.png")
    (root / ".ipynb_checkpoints").mkdir()
    (root / "readme.md").write_text("photos")
    return root


def test_a_folder_with_bad_files(folder):
    mine = photos_from_folder(folder)
    assert mine.class_names == ("cold", "warm")
    assert mine.x.shape == (13, 224, 224, 3) and mine.x.dtype == np.uint8
    assert list(mine.y) == [0] * 7 + [1] * 6 and mine.y.dtype == np.int64
    assert (mine.x[mine.y == 1][..., 0] == 200).all()
    assert [path.name for path in mine.paths] == [*(f"{i}.png" for i in range(6)), "6.webp",
                                                  *(f"{i}.png" for i in range(6))]
    assert {path.name: why for path, why in mine.skipped} == {
        "notes.txt": "not a picture, or of a kind that cannot be read here",
        "cut.jpg": "broken: it ends too early", "again.png": "the same photo as warm/3.png",
        "dot.png": "too small: 40 × 1 pixels"}
    assert "cold: 7 photos" in str(mine) and "skipped cold/cut.jpg: broken" in str(mine)


def test_folders_that_give_no_categories(folder, tmp_path):
    with pytest.raises(FolderNotUsable, match="There is no folder"):
        photos_from_folder(tmp_path / "nowhere")
    with pytest.raises(FolderNotUsable, match="at least two folders.* has 1"):
        photos_from_folder(folder / "cold")
    with pytest.raises(FolderNotUsable, match=r"too few have: warm \(6\).*4 files were skipped"):
        photos_from_folder(folder, at_least=7)
    (folder / "empty").mkdir()
    with pytest.raises(FolderNotUsable, match=r"empty \(0\)"):
        photos_from_folder(folder)


def test_numbers_are_computed_once_for_the_same_photos():
    calls = []

    def means(x):
        calls.append(len(x))
        return x.mean(axis=(1, 2))

    x = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), np.uint8)
    first, seconds = cached("means", x, means)
    again, then = cached("means", x, means)
    assert calls == [5] and np.array_equal(first, again) and seconds == then > 0
    cached("means", x[:4], means), cached("other", x, means), cached("means", 255 - x, means)
    assert calls == [5, 4, 5, 5]
    assert np.array_equal(cached("means", x[:, ::-1], lambda x: x)[0], x[:, ::-1])      # a view's own key


@pytest.mark.parametrize("damage", [lambda content: content[:50], lambda content: b"", lambda content: b"PK" * 99])
def test_a_broken_file_in_the_cache_is_computed_anew(damage):
    x = np.zeros((3, 2, 2, 3), np.uint8)
    cached("ones", x, lambda x: np.ones(3))
    [path] = (cache() / "bottlenecks").iterdir()
    path.write_bytes(damage(path.read_bytes()))
    assert list(cached("ones", x, lambda x: np.ones(3))[0]) == [1, 1, 1]
    assert list(cached("ones", x, lambda x: np.zeros(3))[0]) == [1, 1, 1]       # mended


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_nothing_broken_stays_when_writing_is_cut_short(monkeypatch, stop):
    def savez(file, **_):
        file.write(b"half")
        raise stop

    monkeypatch.setattr(photos.np, "savez", savez)
    x = np.zeros((3, 2, 2, 3), np.uint8)
    if stop is KeyboardInterrupt:
        with pytest.raises(KeyboardInterrupt):
            cached("ones", x, lambda x: np.ones(3))
    else:
        assert list(cached("ones", x, lambda x: np.ones(3))[0]) == [1, 1, 1]    # full disk: no harm done
    assert list((cache() / "bottlenecks").iterdir()) == []


def test_a_cache_that_cannot_be_made_is_no_obstacle(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "file"))
    assert list(cached("ones", np.zeros((3, 1, 1, 3), np.uint8), lambda x: np.ones(3))[0]) == [1, 1, 1]


@pytest.fixture
def uploaded(monkeypatch):
    """What `upload` shows: its still picture, the button, and the view under it."""
    shown, boxes = [], []
    monkeypatch.setattr("utils.widgets.display", lambda data, **more: shown.append((data, more)))
    monkeypatch.setattr("utils.widgets.VBox", lambda children: boxes.append(VBox(children)) or boxes[0])

    def answer(photo):
        if (photo == 7).all():
            raise ValueError("seven <is> bad")
        figure, axis = plt.subplots(figsize=(2, 1))
        axis.imshow(photo)
        return figure, f"This photo's brightest pixel is {photo.max()}."

    upload(answer, start=np.full((224, 224, 3), 9, np.uint8))
    [(data, more)] = shown
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == boxes[0].model_id
    return data, more["metadata"], *boxes[0].children


def put(button, name, content):
    button.value = ({"name": name, "type": "", "size": len(content), "content": memoryview(content),
                     "last_modified": datetime.now(UTC)},)


def test_an_uploaded_photo_is_answered(uploaded):
    data, metadata, button, view = uploaded
    assert metadata["image/png"]["alt"] == data["text/plain"] == "This photo's brightest pixel is 9."
    for _ in range(2):                                  # the same file twice
        put(button, "a.png", encoded(Image.new("RGB", (30, 30), (50, 60, 70))))
        assert "brightest pixel is 70" in view.value and view.value.count("<img") == 1
        view.value = ""
        assert button.value == ()


@pytest.mark.parametrize("name, content, said", [
    ("<b>.txt", b"O Rose", "&lt;b&gt;.txt: not a picture"), ("cut.jpg", encoded(half_red(), "JPEG")[:900], "broken"),
    ("7.png", encoded(Image.new("RGB", (9, 9), (7, 7, 7))), "ValueError: seven &lt;is&gt; bad")])
def test_an_upload_that_cannot_be_answered_gets_a_sentence(uploaded, name, content, said):
    *_, button, view = uploaded
    put(button, name, content)
    assert said in view.value and "<img" not in view.value


def test_credits_are_in_the_order_of_the_stamps():
    stamps, credits = load("stamps"), photos.stamp_credits()
    labels = np.concatenate([y for _, y in (stamps.train, stamps.validation, stamps.test)])
    assert [row["class"] for row in credits] == [stamps.class_names[label] for label in labels]
    assert all(row["author"] and row["licence"] for row in credits)
