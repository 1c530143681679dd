"""The live things: a figure with sliders, and the Playground of lesson 04.

Each shows itself twice in one output: as a widget, where a kernel is running, and as a still
picture with alternative text, in saved notebooks, on GitHub and in the web edition.
"""
import base64
import html
import io

import matplotlib.pyplot as plt
from IPython.display import display
from ipywidgets import HTML, HBox, Layout, VBox

from utils.plots import pixels, still
from utils.widgets.playground import Playground

__all__ = ["Playground", "explore"]


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

    def image(picture):
        encoded = base64.b64encode(picture).decode()
        return (f'<img alt="{html.escape(words())}" width="{width}" style="max-width:100%" '
                f'src="data:image/png;base64,{encoded}">')

    def redraw(_):
        try:
            picture = io.BytesIO()              # packed less than the still: speed is what counts here
            pixels(draw(**values()), dpi=130).save(picture, "png", compress_level=1)
            view.value = image(picture.getvalue())
        except Exception as error:
            plt.close("all")
            view.value = f"<pre>{html.escape(f'{type(error).__name__}: {error}')}</pre>"

    data, metadata = still(draw(**values()), words())
    width = metadata["image/png"]["width"]
    view = HTML(image(data["image/png"]))
    for control in controls.values():
        control.style.description_width = "initial"
        control.layout.width = "auto"
        control.layout.min_width = "300px"
        control.observe(redraw, names="value")
    row = HBox(list(controls.values()), layout=Layout(flex_flow="row wrap"))
    display({**VBox([row, view])._repr_mimebundle_(), **data}, metadata=metadata, raw=True)
