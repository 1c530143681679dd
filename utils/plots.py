"""The course's look: figures that everybody can read, with alternative text.

Importing this module sets Matplotlib's style. Colours are Okabe and Ito's, which people with
any common kind of colour blindness can tell apart (Okabe & Ito 2008, "Color Universal Design").
"""
import io
import os
from itertools import combinations
from unittest.mock import patch

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from IPython.display import display
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

BLUE, ORANGE, GREEN, PINK, SKY, RED, YELLOW, GREY = COLOURS = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#7F7F7F")
INK = "#26323A"

mpl.rcParams.update({
    "axes.axisbelow": True,
    "axes.edgecolor": "#8A949B",
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "figure.figsize": (7.2, 3.6),
    "font.size": 10,
    "grid.color": "#E4E8EB",
    "image.cmap": "gray_r",             # ink on paper: MNIST's 0 is background
    "legend.frameon": False,
    "lines.linewidth": 2,
    "text.color": INK,
    "xtick.color": "#5C6970",
    "ytick.color": "#5C6970",
})


def show(figure, alt):
    """Display ``figure`` once, as a sharp PNG that carries ``alt`` as its alternative text.

    ``alt`` says in a sentence or two what a sighted reader would take from the picture. It is
    what screen readers speak, what the web edition puts into ``<img alt>``, and what a reader
    sees where pictures cannot be shown.
    """
    data, metadata = still(figure, alt)
    display(data, metadata=metadata, raw=True)


def still(figure, alt):
    """The pair (data, metadata) with which `show` displays ``figure``; closes the figure."""
    if not alt or not alt.strip():
        raise ValueError("a figure needs alternative text: say in a sentence what it shows")
    picture = io.BytesIO()                      # with 256 colours of its own: a third of the bytes
    pixels(figure, dpi=160).quantize(256, dither=Image.Dither.NONE).save(picture, "png", optimize=True)
    width = round(figure.get_figwidth() * 100)          # 100 CSS pixels an inch, drawn at 160
    return ({"image/png": picture.getvalue(), "text/plain": alt},
            {"image/png": {"alt": alt, "width": width}})


def pixels(figure, dpi):
    """``figure`` drawn as an RGB Pillow image; closes the figure."""
    figure.set_dpi(dpi)
    if path := os.environ.get("COURSE_FIGURES"):            # the tests: can every word be read?
        if faults := illegible(figure):
            with open(path, "a", encoding="utf-8") as file:
                print(*faults, sep="\n", file=file)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    plt.close(figure)
    return Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])


def illegible(figure):
    """Sentences on the texts of ``figure`` that leave it or lie on one another.

    What counts is the box of each text that is drawn, less its margins; slanted texts are left out.
    """
    boxes, draw = [], Text.draw

    def note(text, renderer, *args, **kwargs):
        draw(text, renderer, *args, **kwargs)
        if text.get_visible() and text.get_text().strip() and text.get_rotation() % 90 == 0:
            box = Text.get_window_extent(text, renderer)        # an annotation's own would hold its arrow
            visible = text.get_clip_box() if text.get_clip_on() else None
            if visible is None or visible.overlaps(box):
                boxes.append((text, box))

    canvas = FigureCanvasAgg(figure)
    canvas.draw()                                           # the layout settles
    with patch.object(Text, "draw", note):
        canvas.draw()
    name = next((text.get_text() for text, _ in boxes if text.get_fontweight() == "bold"), "a figure")
    edge, faults = figure.bbox.padded(2), []
    for text, box in boxes:
        if not (edge.x0 <= box.x0 and box.x1 <= edge.x1 and edge.y0 <= box.y0 and box.y1 <= edge.y1):
            faults.append(f"{name!r}: {text.get_text()!r} leaves the figure")
    for (one, a), (other, b) in combinations(boxes, 2):
        shared = Bbox.intersection(_core(a), _core(b))
        if shared and shared.width * shared.height > 0:
            faults.append(f"{name!r}: {one.get_text()!r} lies on {other.get_text()!r}")
    return list(dict.fromkeys(faults))


def _core(box):
    """A text's box without the room that its font leaves above and below the letters."""
    return Bbox.from_extents(box.x0 + 1, box.y0 + 0.2 * box.height, box.x1 - 1, box.y1 - 0.2 * box.height)


def image_grid(images, captions=None, *, columns=10, title=None, colours=None, size=0.8):
    """A figure of small pictures: ``images`` is (n, height, width) or (n, height, width, channels).

    ``captions`` (n strings) stand under the pictures, each in its own of ``colours`` (n) when
    given. ``size`` is a picture's width in inches. A grey image is drawn as ink on paper.
    """
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    height = size * (1.3 if captions is not None else 1.08)
    figure, axes = plt.subplots(rows, columns, squeeze=False,
                                figsize=(columns * size * 1.08, rows * height + (0.45 if title else 0)))
    for i, axis in enumerate(axes.flat):
        axis.axis("off")
        if i >= len(images):
            continue
        axis.imshow(images[i], interpolation="nearest")
        if captions is not None:
            axis.text(0.5, -0.06, captions[i], transform=axis.transAxes, ha="center", va="top",
                      fontsize=9, color=colours[i] if colours is not None else INK)
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    return figure


def model_graph(model):
    """A figure of a PyMC model: an arrow from each variable to those that depend on it, data in grey.

    A variable stands in the row above the first that needs it; "× 36" says that there are so many of it.
    """
    import networkx as nx               # it comes with scikit-image, and only this figure needs it
    from pymc import model_to_networkx
    graph = model_to_networkx(model)
    data = {variable.name for variable in model.observed_RVs}
    order = list(model.named_vars).index
    layers = [sorted(layer, key=order) for layer in nx.topological_generations(graph.reverse())][::-1]
    place = {name: ((i + 0.5) / len(layer), -row) for row, layer in enumerate(layers) for i, name in enumerate(layer)}
    figure, axis = plt.subplots(figsize=(7.2, 0.4 + 0.8 * len(layers)))
    box = {}
    for name, (x, y) in place.items():
        kind = graph.nodes[name]["label"].split("\n")[-1].replace("Halfnormal", "HalfNormal")
        size = graph.nodes[name].get("cluster", "").removeprefix("cluster")
        text = name.replace("_", " ") + f" × {size}" * bool(size) + f"\n{kind}"
        face = "#E4E8EB" if name in data else "white"
        box[name] = axis.text(x, y, text, ha="center", va="center", fontsize=9, zorder=3,
                              bbox=dict(boxstyle="round,pad=0.35", edgecolor=INK, facecolor=face)).get_bbox_patch()
    for start, end in graph.edges:
        axis.annotate("", place[end], place[start], zorder=1, arrowprops=dict(
            arrowstyle="-|>", color=GREY, patchA=box[start], patchB=box[end], shrinkA=0, shrinkB=3))
    axis.set(xlim=(0, 1), ylim=(0.45 - len(layers), 0.45))
    axis.axis("off")
    return figure


def predictive_check(before, after, seen, title, xlabel):
    """A figure of what a model expects of one statistic before (n,) and after (m,) its data, and what was seen."""
    figure, axis = plt.subplots(figsize=(7.2, 2.7))
    low, high = np.quantile(np.concatenate([before, after, [seen]]), [0.01, 0.99])
    bins = np.linspace(min(low, seen), max(high, seen), 60)
    for draws, colour, label in (before, GREY, "before (prior)"), (after, BLUE, "after (posterior)"):
        axis.hist(draws, bins, density=True, color=colour, alpha=0.55, label=label)
    axis.axvline(seen, color=INK, label="seen in the experiment")
    axis.set(title=title, xlabel=xlabel, ylabel="density", yticks=[])
    figure.legend(loc="outside lower center", ncols=3)
    return figure


def intervals(rows, series, *, title, xlabel, size=(7.6, 3.2)):
    """A figure of means with their intervals, a row for each of ``rows`` (n names), 0 marked.

    ``series`` maps a name to (mean, low, high), each (n,); of several, each has a colour and a legend.
    """
    figure, axis = plt.subplots(figsize=size)
    shifts = np.linspace(-0.15, 0.15, len(series)) if len(series) > 1 else [0]
    for shift, colour, (name, (mean, low, high)) in zip(shifts, COLOURS, series.items()):
        places = np.arange(len(rows)) + shift
        axis.hlines(places, low, high, color=colour)
        axis.plot(mean, places, "o", color=colour, label=name)
    axis.axvline(0, color=INK, linewidth=1)
    axis.set_yticks(range(len(rows)), rows)
    axis.set(title=title, xlabel=xlabel, ylim=(len(rows) - 0.5, -0.5))
    if len(series) > 1:
        figure.legend(loc="outside right center")
    return figure


def reliability(stated, true, low, high, *, title, ylabel):
    """A figure of what forecasts said against what came true, fractions (bins,), with a band ``low`` to ``high``."""
    figure, axis = plt.subplots(figsize=(5.2, 4.6))
    axis.fill_between(100 * stated, 100 * low, 100 * high, color="#D5DADD", label="95 % of calibrated ones")
    axis.plot([0, 100], [0, 100], color=GREY, linewidth=1, linestyle="--")
    axis.plot(100 * stated, 100 * true, "o-", color=BLUE, label="what came true")
    axis.set(title=title, xlabel="forecast, mean of the bin (%)", ylabel=ylabel)
    axis.legend(loc="upper left")
    return figure
