"""Photos from anywhere, made fit for a network, and what a network made of them, kept for next time.

    from utils.photos import cached, open_photo, photos_from_folder
    mine = photos_from_folder("my_photos")      # one folder a category inside: my_photos/cats, …
    mine.x, mine.y, mine.class_names            # uint8 (n, 224, 224, 3), int64 (n,), names
    mine.skipped                                # [(file, why)], what could not be used
    photo = open_photo("cat.jpg")               # uint8 (224, 224, 3)
    numbers, seconds = cached("cats", mine.x, network.predict)
"""
import csv
import hashlib
import io
import os
import tempfile
import time
import warnings
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from utils.data import DATA, cache

SIZE = 224
MEGAPIXELS = 100            # more than any camera's photo; a small file can claim to have far more
SMALLEST = 16               # pixels along a side: what is smaller in a folder is an icon or a dot


class NotAPhoto(ValueError):
    """A file that cannot be read as a picture; the message says why, in a few words."""


class FolderNotUsable(ValueError):
    """A folder that gives no categories to learn; the message says what is missing."""


def open_photo(file, size=SIZE, smallest=1):
    """A picture file (path, bytes or binary file) as uint8 (size, size, 3), RGB: its middle square.

    A phone's photo is turned upright as its EXIF note says. Transparent parts become white; grey
    pictures, palettes, CMYK and 16 bits a channel become RGB; of an animation the first frame counts.

    Raises:
        NotAPhoto: it is no picture, a broken one, one of more than 100 megapixels, or one with a side
            of fewer than ``smallest`` pixels.
    """
    file = io.BytesIO(file) if isinstance(file, (bytes, bytearray, memoryview)) else file
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")             # Pillow warns where we refuse
            with Image.open(file) as picture:
                if picture.width * picture.height > 1e6 * MEGAPIXELS:
                    raise NotAPhoto(f"too large: {picture.width:,} × {picture.height:,} pixels")
                if min(picture.size) < smallest:
                    raise NotAPhoto(f"too small: {picture.width} × {picture.height} pixels")
                return np.asarray(ImageOps.fit(_rgb(ImageOps.exif_transpose(picture)), (size, size)))
    except NotAPhoto:
        raise
    except Image.DecompressionBombError:
        raise NotAPhoto("too large") from None
    except Image.UnidentifiedImageError:
        raise NotAPhoto("not a picture, or of a kind that cannot be read here") from None
    except OSError as error:
        why = f"cannot be opened ({error.strerror})" if error.strerror else "broken: it ends too early"
        raise NotAPhoto(why) from None
    except Exception as error:                          # broken bytes can make a decoder raise anything
        raise NotAPhoto(f"broken ({type(error).__name__})") from None


def _rgb(picture):
    """``picture`` in RGB; what was transparent is white paper now."""
    if picture.mode.startswith("I"):                    # 16 bits: Pillow would cut them off at 255
        return Image.fromarray(np.uint8(np.asarray(picture, np.float32) / 257)).convert("RGB")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    picture = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")


@dataclass(frozen=True, eq=False, repr=False)
class Photos:
    """What `photos_from_folder` found: `x` uint8 (n, size, size, 3), `y` int64 (n,), `class_names`,
    the photos' `paths` and the files `skipped`, pairs (path, why)."""

    x: np.ndarray
    y: np.ndarray
    class_names: tuple
    paths: tuple
    skipped: tuple

    def __str__(self):
        counts = np.bincount(self.y, minlength=len(self.class_names))
        lines = [f"{name}: {count} photos" for name, count in zip(self.class_names, counts)]
        return "\n".join(lines + [f"skipped {path.parent.name}/{path.name}: {why}"
                                  for path, why in self.skipped])

    __repr__ = __str__


def photos_from_folder(folder, at_least=5, size=SIZE):
    """The photos of a folder with one folder a category in it, each as `open_photo` returns it.

    Every file is tried, whatever its name says; those that are no photos, or smaller than 16 pixels,
    are skipped and listed with the reason, and so is a photo that is there twice. Hidden files and
    folders are left alone, folders inside a category are searched. The order is that of the names: the
    same on every machine.

    Raises:
        FolderNotUsable: there is no such folder, or fewer than two categories in it, or one with
            fewer than ``at_least`` usable photos.
    """
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise FolderNotUsable(f"There is no folder {folder}.")
    categories = sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != ".")
    if len(categories) < 2:
        raise FolderNotUsable(
            f"{folder} needs at least two folders in it, one for each category, such as {folder.name}/cats "
            f"and {folder.name}/dogs; it has {len(categories)}.")
    photos, labels, paths, skipped, seen = [], [], [], [], {}
    for label, category in enumerate(categories):
        files = (path for path in sorted(category.rglob("*")) if path.is_file() and
                 not any(part[0] == "." for part in path.relative_to(category).parts))
        for path in files:
            try:
                photo = open_photo(path, size, SMALLEST)
            except NotAPhoto as problem:
                skipped.append((path, str(problem)))
                continue
            if (twin := seen.setdefault(photo.tobytes(), path)) != path:
                skipped.append((path, f"the same photo as {twin.parent.name}/{twin.name}"))
                continue
            photos.append(photo), labels.append(label), paths.append(path)
    counts = np.bincount(labels, minlength=len(categories)) if labels else [0] * len(categories)
    if few := [f"{path.name} ({count})" for path, count in zip(categories, counts) if count < at_least]:
        bad = f" {len(skipped)} files were skipped, the first because it is {skipped[0][1]}." if skipped else ""
        raise FolderNotUsable(f"At least {at_least} usable photos a category are needed; too few have: "
                              f"{', '.join(few)}.{bad}")
    return Photos(np.stack(photos), np.array(labels, np.int64), tuple(path.name for path in categories),
                  tuple(paths), tuple(skipped))


def cached(name, photos, compute):
    """``(compute(photos), seconds)``, computed once for the same ``name`` and photos, then read.

    ``name`` says what is computed, such as the network's name. The file is in the course's cache
    folder; its name has the photos' checksum, so that other photos never get its numbers. It appears
    whole or not at all: a kernel killed meanwhile, or a full disk, leaves no broken file. Where nothing
    can be kept the numbers are returned all the same. ``seconds`` is how long the computing took, then.
    """
    photos = np.ascontiguousarray(photos)
    key = hashlib.sha256(f"{name} {photos.shape} {photos.dtype}".encode())
    key.update(photos)
    folder = cache() / "bottlenecks"
    path = folder / f"{name}-{key.hexdigest()[:20]}.npz"
    with suppress(OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):    # not there, or not ours
        with np.load(path, allow_pickle=False) as file:
            return file["numbers"], float(file["seconds"])
    started = time.perf_counter()
    numbers = np.asarray(compute(photos))
    seconds = time.perf_counter() - started
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
        try:
            with open(handle, "wb") as file:
                np.savez(file, numbers=numbers, seconds=seconds)
            os.replace(part, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(part)
            raise
    return numbers, seconds


def stamp_credits():
    """A dict (photo, class, kind, author, licence) for each photo of ``load("stamps")``: train,
    validation and test, one after the other. ``kind`` is what a photo shows: of a kind there can be
    several, and all are on the same side of the split."""
    with open(DATA / "stamps_credits.csv", encoding="utf-8", newline="") as file:
        rows = {row["photo"]: row for row in csv.DictReader(file)}
    with np.load(DATA / "stamps.npz", allow_pickle=False) as arrays:
        return [rows[photo] for part in ("train", "test") for photo in arrays[f"photo_{part}"]]
