"""Texts that nobody could read are found in a figure, and only those."""
import matplotlib.pyplot as plt
import pytest

from utils.plots import illegible


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
