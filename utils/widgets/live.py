"""A widget and its still picture in one output, with ipywidgets 8 and with 7, which Colab has."""
import sys

VIEW = "application/vnd.jupyter.widget-view+json"


def live(widget, data, metadata):
    """The pair (data, metadata) that shows ``widget`` where its kernel runs, and the given pair elsewhere.

    Made from ``model_id``, which both generations of ipywidgets have; the method that gives this
    bundle is 8's alone. Colab's page knows ipywidgets' own widgets and loads others (plotly's,
    anywidget's) from a manager that has to be switched on.
    """
    if _foreign(widget) and "google.colab.output" in sys.modules:
        sys.modules["google.colab.output"].enable_custom_widget_manager()
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {VIEW: view, **data}, dict(metadata)


def _foreign(widget):
    """Whether ``widget``, or one inside it, is none of ipywidgets' own."""
    return (not widget._model_module.startswith("@jupyter-widgets/")
            or any(map(_foreign, getattr(widget, "children", ()))))
