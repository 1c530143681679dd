"""Texts that nobody could read are found in a figure, and only those."""
import matplotlib.pyplot as plt
import numpy as np
import pytest

from utils.plots import illegible, intervals, model_graph, predictive_check, reliability


@pytest.fixture
def figure():
    figure, axis = plt.subplots()
    axis.plot([0, 1], [0, 1], label="a line")
    axis.set(title="A title", xlabel="x", ylabel="y", xlim=(0, 1))
    axis.legend()
    yield figure
    plt.close(figure)


def test_a_plain_figure_is_legible(figure):
    assert illegible(figure) == []


def test_a_text_that_leaves_the_figure_is_found(figure):
    figure.text(0.95, 0.5, "much too long a sentence")
    assert illegible(figure) == ["'A title': 'much too long a sentence' leaves the figure"]


def test_two_texts_on_one_another_are_found(figure):
    [axis] = figure.axes
    axis.text(0.5, 0.5, "first")
    axis.text(0.52, 0.51, "second")
    assert illegible(figure) == ["'A title': 'first' lies on 'second'"]


def test_what_is_clipped_away_hidden_or_slanted_counts_for_nothing(figure):
    [axis] = figure.axes
    axis.text(3, 0.5, "outside the axes", clip_on=True)
    axis.text(0.5, 0.5, "seen")
    axis.text(0.5, 0.5, "hidden", visible=False)
    axis.text(0.5, 0.5, "slanted", rotation=45)
    axis.annotate("far away", (0.1, 0.9), (0.8, 0.3), arrowprops={"arrowstyle": "-"})       # its arrow crosses "seen"
    assert illegible(figure) == []


def test_a_model_is_drawn_with_its_sizes_and_every_word_legible():
    from utils.engines import pymc
    with pymc.Model() as model:
        spread = pymc.HalfNormal("spread_name", 1)
        pymc.Normal("measured", pymc.Normal("everyone", 0, 1), spread, observed=np.zeros(36))
    figure = model_graph(model)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert {"spread name\nHalfNormal", "everyone\nNormal", "measured × 36\nNormal"} <= set(texts)
    assert illegible(figure) == []
    plt.close(figure)


def test_a_predictive_check_shows_what_was_seen():
    figure = predictive_check(np.linspace(0, 1, 99), np.linspace(0.4, 0.5, 99), 3.0, "A title", "calls")
    [axis] = figure.axes
    assert axis.lines[0].get_xdata()[0] == 3.0 and axis.get_xlim()[1] > 3 and illegible(figure) == []
    plt.close(figure)


def test_intervals_stand_in_the_order_of_their_rows_with_a_legend_for_several():
    mean, low, high = [0.1, -0.2], [0.0, -0.4], [0.3, 0.1]
    for series in ({"a": (mean, low, high)}, {"a": (mean, low, high), "b": (high, mean, high)}):
        figure = intervals(["first", "second"], series, title="A title", xlabel="points")
        [axis] = figure.axes
        assert [label.get_text() for label in axis.get_yticklabels()] == ["first", "second"]
        assert axis.yaxis_inverted() and len(axis.collections) == len(series) == max(1, 2 * len(figure.legends))
        ends = axis.collections[0].get_segments()[1][:, 0]
        assert list(ends) == [-0.4, 0.1] and illegible(figure) == []
        plt.close(figure)


def test_a_reliability_curve_is_drawn_in_per_cent():
    stated, true = np.array([0.1, 0.5, 0.9]), np.array([0.2, 0.4, 0.95])
    figure = reliability(stated, true, true - 0.1, np.minimum(true + 0.1, 1), title="A title", ylabel="came true (%)")
    [axis] = figure.axes
    assert axis.lines[1].get_xydata().tolist() == [[10, 20], [50, 40], [90, 95]] and illegible(figure) == []
    plt.close(figure)
