"""The live things: a figure with controls, a photo to upload, a line to type, a kernel to fill in, and the
Playground of lesson 04; `live` is for a lesson's own.

Each shows itself twice in one output: as a widget, where a kernel is running, and as a still
picture with alternative text, in saved notebooks, on GitHub and in the web edition.
"""
import base64
import html
import io

import matplotlib.pyplot as plt
from IPython.display import display
from ipywidgets import HTML, BoundedFloatText, Dropdown, FileUpload, HBox, Layout, Text, VBox
from traitlets import Tuple

from utils.photos import NotAPhoto, open_photo
from utils.plots import pixels, still
from utils.widgets.live import live
from utils.widgets.playground import Playground

__all__ = ["KernelGrid", "Playground", "explore", "live", "prompt", "upload"]


def _image(picture, alt, width):
    """HTML of a PNG file's bytes, ``width`` CSS pixels wide where the page has them."""
    encoded = base64.b64encode(picture).decode()
    return (f'<img alt="{html.escape(alt)}" width="{width}" style="max-width:100%" '
            f'src="data:image/png;base64,{encoded}">')


def _show_live(widgets, data, metadata):
    """Display ``widgets``, one under the other; where no kernel runs, the still picture instead."""
    data, metadata = live(VBox(widgets), data, metadata)
    display(data, metadata=metadata, raw=True)


def explore(draw, alt, **controls):
    """Show the figure that ``draw`` makes, with one control for each of its keyword arguments.

    Parameters
    ----------
    draw : callable
        ``draw(**values)`` returns a new Matplotlib figure for the controls' values.
    alt : str or callable
        Alternative text of the picture, or ``alt(**values)`` that returns it.
    controls : ipywidgets widgets
        One for each argument of ``draw``; the widget's ``description`` is its visible label.

    A control moved while the figure is being drawn waits; of several such moves only the last is
    drawn. An error in ``draw`` takes the picture's place until a control is moved again.
    """
    def values():
        return {name: control.value for name, control in controls.items()}

    def words():
        return alt(**values()) if callable(alt) else alt

    def redraw(_):
        try:
            picture = io.BytesIO()              # packed less than the still: speed is what counts here
            pixels(draw(**values()), dpi=130).save(picture, "png", compress_level=1)
            view.value = _image(picture.getvalue(), words(), width)
        except Exception as error:
            plt.close("all")
            view.value = f"<pre>{html.escape(f'{type(error).__name__}: {error}')}</pre>"

    data, metadata = still(draw(**values()), words())
    width = metadata["image/png"]["width"]
    view = HTML(_image(data["image/png"], words(), width))
    for control in controls.values():
        if hasattr(control, "style"):                   # a box of fields has none
            control.style.description_width = "initial"
        control.layout.width = "auto"
        control.layout.min_width = "300px"
        control.observe(redraw, names="value")
    row = HBox(list(controls.values()), layout=Layout(flex_flow="row wrap"))
    _show_live([row, view], data, metadata)


def upload(answer, start):
    """A button for a photo of the reader's own, and under it what ``answer`` says of the photo.

    ``answer`` takes uint8 (224, 224, 3) and returns a Matplotlib figure and a sentence: the sentence
    stands above the figure and is its alternative text. Until a photo comes it is shown what it says
    of ``start``, and that is the still picture of a saved notebook. For a file that is no photo, or an
    error in ``answer``, a sentence says so.
    """
    def uploaded(_):
        if not button.value:                            # just emptied
            return
        name, content = _taken(button)
        try:
            view.value = _page(*answer(open_photo(content)))[2]
        except Exception as problem:
            why = problem if isinstance(problem, NotAPhoto) else f"{type(problem).__name__}: {problem}"
            view.value = _status(f"{name}: {why}.")

    data, metadata, first = _page(*answer(start))
    button = FileUpload(accept="image/*", description="A photo of yours", layout=Layout(width="220px"))
    view = HTML(first)
    button.observe(uploaded, names="value")
    _show_live([button, view], data, metadata)


def prompt(answer, start, question, longest=500):
    """A line to type under ``question``, and below it what ``answer`` says of it once Enter is pressed.

    ``answer`` takes the line, a str without blanks at its ends and never empty, and returns a Matplotlib
    figure and a sentence: the sentence stands above the figure and is its alternative text. It is shown
    what it says of ``start`` until another line comes, and that is the still picture of a saved notebook.
    For an empty line, one of more than ``longest`` characters, or an error in ``answer``, a sentence says so.
    """
    def typed(change):
        line = change.new.strip()
        if not line:
            view.value = _status("Type a line, then press Enter.")
            return
        if len(line) > longest:
            view.value = _status(f"That line has {len(line):,} characters; {longest} at most, please.")
            return
        try:
            view.value = _page(*answer(line))[2]
        except Exception as error:
            plt.close("all")
            view.value = _status(f"{type(error).__name__}: {error}")

    data, metadata, first = _page(*answer(start.strip()))
    line = Text(value=start, description=">>", continuous_update=False, layout=Layout(width="95%"))
    line.style.description_width = "initial"
    view = HTML(first)
    line.observe(typed, names="value")
    _show_live([HTML(f"<b>{html.escape(question)}</b>"), line, view], data, metadata)


def _status(sentence):
    """HTML of a sentence that screen readers speak when it changes."""
    return f'<p role="status">{html.escape(sentence)}</p>'


def _page(figure, sentence):
    """The pair that `still` makes of ``figure``, and the HTML that shows it under its sentence."""
    data, metadata = still(figure, sentence)
    width = metadata["image/png"]["width"]
    return data, metadata, _status(sentence) + _image(data["image/png"], sentence, width)


def _taken(button):
    """The chosen file's name and content; empties ``button``, so that the same file can be chosen again."""
    if isinstance(button.value, dict):                  # ipywidgets 7, on Colab
        (name, file), = button.value.items()
        button.metadata, button.data = [], []           # what its counter makes the value of
        button._counter = 0
        return name, file["content"]
    file, = button.value
    button.value = ()
    return file["name"], file["content"]


class KernelGrid(VBox):
    """A 3 × 3 kernel to fill in: nine number fields in a square, and a menu that fills them all.

    ``presets`` maps names to kernels, three rows of three numbers each; the first is the start.
    ``value`` is the kernel as a tuple of three tuples. It changes once for a choice from the menu
    and once for a number changed, so that `explore` draws once, too.
    """

    value = Tuple()

    def __init__(self, presets):
        self._presets = {name: tuple(tuple(map(float, row)) for row in kernel)
                         for name, kernel in presets.items()}
        self._menu = Dropdown(options=[*self._presets, "my own"], description="kernel",
                              style={"description_width": "4em"}, layout=Layout(width="270px"))
        self._fields = [[BoundedFloatText(min=-20, max=20, step=1, description=f"k{row}{column}",
                                          style={"description_width": "2em"}, layout=Layout(width="90px"))
                         for column in (1, 2, 3)] for row in (1, 2, 3)]
        self._filling = False
        super().__init__([self._menu, *map(HBox, self._fields)])
        self._fill(None)
        self._menu.observe(self._fill, names="value")
        for field in sum(self._fields, []):
            field.observe(self._read, names="value")

    def _fill(self, _):
        """Write the chosen kernel into the fields."""
        if self._menu.value in self._presets:
            self._filling = True
            for fields, row in zip(self._fields, self._presets[self._menu.value]):
                for field, number in zip(fields, row):
                    field.value = number
            self._filling = False
            self._read(None)

    def _read(self, _):
        """Take the fields' numbers as the value, and let the menu say whose they are."""
        if not self._filling:
            kernel = tuple(tuple(field.value for field in fields) for fields in self._fields)
            names = [name for name, preset in self._presets.items() if preset == kernel]
            self.value = kernel
            self._menu.value = names[0] if names else "my own"
