"""The widgets without a browser: what they compute, what they send, what they say when it goes wrong."""
import asyncio
import io
import json
import sys
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from ipywidgets import Button, FloatSlider, Text, VBox
from PIL import Image
from traitlets import Dict, Int, List, TraitError, observe

from utils import widgets
from utils.widgets import KernelGrid, Playground, explore, live, prompt, upload
from utils.widgets.playground import DATA_SETS, GRID, toy_points


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(net, x, activation):
    layers = [x]
    for w, b in net[:-1]:
        layers.append(np.tanh(layers[-1] @ w + b))
    return [*layers, sigmoid(layers[-1] @ net[-1][0] + net[-1][1])]


def gradients(net, x, y, activation):
    layers = forward(net, x, activation)
    at_sum, slopes = (layers[-1] - y) / len(x), []
    for i in reversed(range(len(net))):
        slopes.append((layers[i].T @ at_sum, at_sum.sum(axis=0)))
        at_sum = at_sum @ net[i][0].T * (1 - layers[i] ** 2)
    return slopes[::-1]


@pytest.fixture
def sent(monkeypatch):
    """What a Playground sends to the browser: a list of (message, buffers)."""
    messages = []
    monkeypatch.setattr(Playground, "send", lambda self, message, buffers=(): messages.append((message, buffers)))
    return messages


def playground(**settings):
    return Playground(forward, gradients, ("tanh",), **settings)


@pytest.mark.parametrize("name", DATA_SETS)
def test_toy_points_are_balanced_repeatable_and_inside_the_picture(name):
    x, y = toy_points(name, 500, seed=3)
    assert x.shape == (500, 2) and y.sum() == 250
    assert np.abs(x).max() < 6
    assert np.array_equal(x, toy_points(name, 500, seed=3)[0])
    assert not np.array_equal(x, toy_points(name, 500, seed=4)[0])
    noisy = toy_points(name, 500, noise=0.4, seed=3)[0]
    assert 0.5 < np.abs(noisy - x).mean() < 1.2         # a normal distance of deviation 1


@pytest.mark.parametrize("arguments", [("circel",), ("circle", 500, 0.6), ("circle", 500, -0.1)])
def test_toy_points_refuse_what_there_is_not(arguments):
    with pytest.raises(ValueError, match="there are circle|between 0 and 0.5"):
        toy_points(*arguments)


def test_training_is_plain_minibatch_descent():
    one = playground(batch_size=100, train_percent=20, hidden=[3], learning_rate=0.2)
    before = one.net
    slopes = gradients(before, one.points["train"][0], one.points["train"][1], "tanh")
    one.step()
    for (w, b), (w0, b0), (dw, db) in zip(one.net, before, slopes):
        assert np.allclose(w, w0 - 0.2 * dw) and np.allclose(b, b0 - 0.2 * db)
    assert one.epochs == 1


def test_it_learns_and_repeats_itself():
    first, second = playground(learning_rate=0.1).train(40), playground(learning_rate=0.1).train(40)
    assert first.accuracy() > 0.9 and first.loss() == second.loss()
    assert len(first.history) == 40 and first.epochs == 40
    first.reset()
    assert first.epochs == 0 and first.history == [] and first.loss() > second.loss()


def test_l2_shrinks_and_l1_reaches_zero():
    settings = dict(hidden=[8, 8], learning_rate=0.1)
    free = playground(**settings).train(100)
    l2 = playground(**settings, regularisation="L2", rate=0.03).train(100)
    l1 = playground(**settings, regularisation="L1", rate=0.01).train(100)
    norm = lambda one: sum((w ** 2).sum() for w, _ in one.net)          # noqa: E731
    assert norm(l2) < norm(free) / 2
    assert sum((w == 0).sum() for w, _ in l1.net) > 20 and all((w != 0).all() for w, _ in l2.net)


def test_a_change_of_data_or_layers_starts_afresh_and_a_learning_rate_does_not():
    one = playground().train(3)
    one.learning_rate = 1.0
    assert one.epochs == 3
    one.hidden = [5]
    assert one.epochs == 0 and one.size == 2 * 5 + 5 + 5 + 1
    one.train_percent = 20
    assert len(one.points["train"][0]) == 100 and len(one.points["test"][0]) == 400
    one.features = ["x₁²", "x₁", "x₂"]
    assert one.net[0][0].shape == (3, 5)


@pytest.mark.parametrize("settings", [{"data_set": "square"}, {"noise": 0.9}, {"hidden": [9]}, {"hidden": [0]},
                                      {"hidden": [2] * 6}, {"features": []}, {"features": ["x₃"]},
                                      {"activation": "ReLU"}, {"regularisation": "L3"}, {"train_percent": 100}])
def test_impossible_settings_are_refused(settings):
    with pytest.raises(TraitError):
        playground(**settings)


def test_a_frame_is_complete_and_small(sent):
    one = playground(hidden=[8] * 5)
    numbers, (answer, units, weights) = one.frame()
    json.dumps(numbers, allow_nan=False)
    assert numbers["widths"] == [2, 8, 8, 8, 8, 8, 1]
    assert len(answer) == GRID ** 2 and len(units) == 42 * (GRID // 2) ** 2
    assert np.frombuffer(weights, "float32").size == 2 * 8 + 4 * 64 + 8
    assert len(answer) + len(units) + len(weights) < 50_000


def test_the_picture_has_the_plane_the_right_way_up():
    one = playground(hidden=[])
    one.net = [(np.array([[0.0], [5.0]]), np.zeros(1))]         # class 1 above, class 0 below
    answer = np.frombuffer(one.frame()[1][0], "uint8").reshape(GRID, GRID)
    assert answer[0].min() > 250 and answer[-1].max() < 5
    one.net = [(np.array([[5.0], [0.0]]), np.zeros(1))]         # class 1 on the right
    answer = np.frombuffer(one.frame()[1][0], "uint8").reshape(GRID, GRID)
    assert answer[:, -1].min() > 250 and answer[:, 0].max() < 5


def test_it_answers_the_browser(sent):
    one = playground()
    sent.clear()
    one._answer(one, {"do": "hello"}, [])
    assert [message["kind"] for message, _ in sent] == ["points", "frame"]
    points = np.frombuffer(sent[0][1][0], "float32").reshape(-1, 3)
    assert len(points) == 500 and sent[0][0]["train"] == 250
    one._answer(one, {"do": "step"}, [])
    assert sent[-1][0]["epochs"] == 1
    one._answer(one, {"do": "reset"}, [])
    assert sent[-1][0]["epochs"] == 0


def test_it_sends_as_many_frames_as_the_browser_takes_and_stops_when_told(sent):
    one = playground()

    async def browse():
        sent.clear()
        one._answer(one, {"do": "train", "frames": 4}, [])
        await asyncio.sleep(0.3)
        assert len(sent) == 4
        one._answer(one, {"do": "train", "frames": 1000}, [])
        await asyncio.sleep(0.1)
        one._answer(one, {"do": "pause"}, [])
        await asyncio.sleep(0.05)
        stopped = len(sent)
        await asyncio.sleep(0.1)
        assert 4 < len(sent) == stopped < 1004
    asyncio.run(browse())


def test_an_error_in_the_learners_network_reaches_the_page(sent):
    one = playground()
    one._gradients = lambda *_: 1 / 0
    one._answer(one, {"do": "step"}, [])
    assert sent[-1][0] == {"kind": "error", "text": "ZeroDivisionError: division by zero"}


def test_weights_beyond_all_bounds_are_said_so(sent):
    one = playground()
    one.net = [(w * np.nan, b) for w, b in one.net]
    one._answer(one, {"do": "hello"}, [])
    assert sent[-1][0]["diverged"] and "train_loss" not in sent[-1][0]
    json.dumps(sent[-1][0], allow_nan=False)


def test_the_still_says_in_words_what_it_shows():
    data, metadata = playground().train(2)._repr_mimebundle_()
    assert {"image/png", "text/plain", "application/vnd.jupyter.widget-view+json"} <= set(data)
    assert metadata["image/png"]["alt"] == data["text/plain"]
    assert "4 and 2 hidden units" in data["text/plain"]


@pytest.fixture
def shown(monkeypatch):
    """What `explore` displays, and the HTML widget that holds its picture."""
    views, displayed = [], []

    class View(widgets.HTML):
        def __init__(self, *arguments, **settings):
            super().__init__(*arguments, **settings)
            views.append(self)
    monkeypatch.setattr(widgets, "HTML", View)
    monkeypatch.setattr(widgets, "display", lambda *arguments, **settings: displayed.append((arguments, settings)))
    return views, displayed


def draw(gain):
    figure, axis = plt.subplots(figsize=(2, 1))
    axis.plot([0, 1], [0, 1 / gain])
    return figure


def test_explore_redraws_with_its_own_alternative_text(shown):
    gain = FloatSlider(value=1, min=0, max=4, description="gain")
    explore(draw, lambda gain: f'a line of "slope" {gain:.1f}', gain=gain)
    (view,), [((data,), settings)] = shown
    assert data["text/plain"] == 'a line of "slope" 1.0' == settings["metadata"]["image/png"]["alt"]
    before = view.value
    gain.value = 2.0
    assert view.value != before and "a line of &quot;slope&quot; 2.0" in view.value
    assert not plt.get_fignums()


def test_explore_says_what_went_wrong_and_recovers(shown):
    gain = FloatSlider(value=1, min=0, max=4)
    explore(draw, "a line through the origin", gain=gain)
    (view,), _ = shown
    gain.value = 0
    assert "ZeroDivisionError" in view.value
    gain.value = 3
    assert "<img" in view.value


def test_kernel_grid_changes_its_value_once_a_choice_and_once_a_number():
    grid = KernelGrid({"as it is": [(0, 0, 0), (0, 1, 0), (0, 0, 0)], "blur": [(1, 1, 1)] * 3})
    seen = []
    grid.observe(lambda change: seen.append(change.new), names="value")
    assert grid.value == ((0, 0, 0), (0, 1, 0), (0, 0, 0))
    menu, *rows = grid.children
    menu.value = "blur"
    assert seen == [((1, 1, 1),) * 3] and rows[2].children[0].value == 1
    rows[2].children[0].value = -5                      # row 3, column 1
    assert len(seen) == 2 and grid.value[2] == (-5, 1, 1) and menu.value == "my own"
    rows[2].children[0].value = 1
    assert menu.value == "blur" and rows[2].children[0].description == "k31"


def test_explore_takes_a_kernel_grid_for_a_control(shown):
    grid = KernelGrid({"as it is": [(0, 0, 0), (0, 1, 0), (0, 0, 0)], "blur": [(1, 1, 1)] * 3})
    explore(lambda kernel: draw(1 + sum(map(sum, kernel))), lambda kernel: f"the sum {sum(map(sum, kernel)):.0f}",
            kernel=grid)
    (view,), _ = shown
    assert "the sum 1" in view.value
    grid.children[0].value = "blur"
    assert "the sum 9" in view.value


@pytest.fixture(params=[8, 7])
def generation(request, monkeypatch):
    """ipywidgets 8 as it is, and 7 as far as its widgets lack a method."""
    if request.param == 7:
        monkeypatch.delattr("ipywidgets.Widget._repr_mimebundle_")
    return request.param


def test_a_widget_shows_in_both_generations_of_ipywidgets(generation, shown):
    explore(draw, "a line through the origin", gain=FloatSlider(value=1))
    _, [((data,), settings)] = shown
    view = data["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] and (view["version_major"], view["version_minor"]) == (2, 0)
    assert "image/png" in data and settings["metadata"]["image/png"]["alt"] == "a line through the origin"


@pytest.fixture
def colab_page(monkeypatch):
    """Colab's module: whether the page was asked for widgets that are not ipywidgets' own."""
    page = SimpleNamespace(asked=0, _widgets=SimpleNamespace(_installed_url=None))

    def enable_custom_widget_manager():
        page.asked, page._widgets._installed_url = page.asked + 1, "https://example.org/manager.js"
    page.enable_custom_widget_manager = enable_custom_widget_manager
    monkeypatch.setitem(sys.modules, "google.colab.output", page)
    return page


def test_colabs_page_is_asked_for_third_party_widgets_only(colab_page):
    data, metadata = live(VBox([Text()]), {"text/plain": "a field"}, {})
    assert data["text/plain"] == "a field" and metadata == {} and not colab_page.asked

    class Chart(Button):
        """plotly's figure, as far as this goes."""
        _model_module = "jupyterlab-plotly"
    live(VBox([Text(), VBox([Chart()])]), {}, {})
    assert colab_page.asked == 1


def test_colabs_page_is_told_where_the_playground_comes_from(colab_page):
    data, metadata = playground()._repr_mimebundle_()
    where = metadata["application/vnd.jupyter.widget-view+json"]["colab"]["custom_widget_manager"]["url"]
    assert where == "https://example.org/manager.js" and metadata["image/png"]["alt"] == data["text/plain"]


class FileUploadOf7(Text):
    """A fake of ipywidgets 7's FileUpload: the value is a dict, made from two lists when the counter moves."""
    value, metadata, data, _counter = Dict(read_only=True), List(), List(), Int()

    @observe("_counter")
    def count(self, _):
        self.set_trait("value", {metadata["name"]: {"metadata": metadata, "content": content}
                                 for metadata, content in zip(self.metadata, self.data)})

    def choose(self, name, content):
        with self.hold_trait_notifications():           # as a message from the page arrives
            self.metadata, self.data, self._counter = [{"name": name}], [content], self._counter + 1


def test_a_photo_can_be_uploaded_with_ipywidgets_7_and_once_more(shown, monkeypatch):
    buttons, photos = [], []
    monkeypatch.setattr(widgets, "FileUpload", lambda **_: buttons.append(FileUploadOf7()) or buttons[0])
    upload(lambda photo: photos.append(photo.max()) or (draw(1), f"The brightest pixel is {photo.max()}."),
           start=np.full((224, 224, 3), 9, "uint8"))
    picture = io.BytesIO()
    Image.new("RGB", (30, 30), (50, 60, 70)).save(picture, "png")
    for times in (1, 2):
        buttons[0].choose("a.png", picture.getvalue())
        assert photos == [9] + times * [70] and buttons[0].value == {}
        assert "brightest pixel is 70" in shown[0][0].value
    buttons[0].choose("a.txt", b"O Rose")
    assert "a.txt: not a picture" in shown[0][0].value


def test_a_line_typed_at_the_prompt_is_answered(generation, shown, monkeypatch):
    lines = []
    monkeypatch.setattr(widgets, "Text", lambda **settings: lines.append(Text(**settings)) or lines[0])
    prompt(lambda line: (draw(1 / (line != "?")), f"“{line}” has {len(line)} letters"), " abc ", "Give me a line:")
    question, view = shown[0]
    _, [((data,), settings)] = shown
    assert data["text/plain"] == "“abc” has 3 letters" == settings["metadata"]["image/png"]["alt"]
    assert "Give me a line:" in view.value + question.value and data["application/vnd.jupyter.widget-view+json"]
    answer = next(one for one in shown[0] if "letters" in one.value)
    for typed, said in ((" <b> ", "“&lt;b&gt;” has 3 letters"), ("  ", "press Enter"), ("?", "ZeroDivisionError"),
                        ("a" * 501, "501 characters; 500 at most"), ("again", "5 letters")):
        lines[0].value = typed
        assert said in answer.value
    assert lines[0].description == ">>" and not lines[0].continuous_update and not plt.get_fignums()
