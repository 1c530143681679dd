"""The exercises of lesson 23: log loss by hand, bins of equal number, and the error that is chance."""
import numpy as np

from utils.exercises import exercise

SAID, CAME_TRUE = np.array([0.9, 0.6, 0.2]), np.array([1, 0, 0])


def log_loss(p, y):
    return -np.mean(np.where(y == 1, np.log(p), np.log(1 - p)))


@exercise("23.1",
          praise="The second forecast, the only wrong one, costs most of it.",
          hints=("A yes costs −ln p; a no costs −ln(1 − p).",
                 "The outcomes are yes, no, no: the logarithms of 0.9, 0.4 and 0.8.",
                 "Minus the sum of the three natural logarithms, divided by three."))
def by_hand(answer):
    value, right = float(answer), log_loss(SAID, CAME_TRUE)
    if abs(value - right) < 0.003:
        return None
    if abs(value - 3 * right) < 0.01:
        return "that is the sum; log loss is the mean."
    if abs(value - right / np.log(2)) < 0.01:
        return "that is in bits; nats come from the natural logarithm."
    if abs(value - log_loss(SAID, np.ones(3))) < 0.005:
        return "two of the outcomes are no: they cost −ln(1 − p)."
    if value < 0:
        return "a cost is not negative."
    return "that is not the mean of the three costs."


def equal_curve(p, y, bins):
    runs = np.array_split(np.argsort(p), bins)
    return np.array([[values[run].mean() for run in runs] for values in (p, y)])


@exercise("23.2",
          praise="No bin is left to chance alone now, and where most forecasts are the curve has most points. The kind of "
                 "bins belongs to every ECE that you quote.",
          hints=("np.argsort(p) sorts the places of the forecasts.",
                 "np.array_split(np.argsort(p), bins) is a list of runs of places.",
                 "First row: p[run].mean() of each run; second row: y[run].mean()."))
def equal_number(answer):
    if not callable(answer):
        return "a function is wanted: equal_curve(p, y, bins)."
    random = np.random.default_rng(23)
    for n, bins in ((200, 10), (203, 7), (57, 3)):
        p = random.permutation(random.random(n) ** 2)
        y = (random.random(n) < np.sqrt(p)).astype(int)
        value, right = np.asarray(answer(p, y, bins), dtype=float), equal_curve(p, y, bins)
        if value.shape != right.shape:
            return f"two rows of {bins} columns are wanted; it gives the shape {value.shape}."
        if not np.allclose(value, right, rtol=0, atol=1e-9):
            if np.allclose(value[::-1], right):
                return "the mean forecast is the first row, what came true the second."
            if np.all(np.diff(right[0]) > 0) and not np.all(np.diff(value[0]) > 0):
                return "the bins are to run from the lowest forecasts to the highest: sort first."
            return f"with {n} forecasts and {bins} bins of equal number other means were expected."
    return None


BINS = 5, 10, 20, 40


def mean_by_chance(draws=4000):
    """The mean ECE of the calibrated forecaster, for 5, 10, 20 and 40 bins."""
    p = np.linspace(0.01, 0.99, 400)
    gaps = (np.random.default_rng(1).random((draws, 400)) < p) - p
    return [np.abs(np.add.reduceat(gaps, np.unique((p * bins).astype(int), return_index=True)[1], axis=1)).sum(axis=1)
            .mean() / 400 for bins in BINS]


@exercise("23.3",
          praise="Nobody errs here, and still the error grows with the number of bins. An ECE means little without its "
                 "bins, its examples and this figure beside it.",
          hints=("Outcomes drawn from p: random.random(400) < p.",
                 "ece(p, outcomes, bins) of the lesson takes the number of bins.",
                 "For each number of bins the mean over 4,000 draws, in the order 5, 10, 20, 40."))
def error_by_chance(answer):
    values = np.asarray(answer, dtype=float)
    if values.shape != (4,):
        return "four numbers are wanted, for 5, 10, 20 and 40 bins."
    right = np.array(mean_by_chance())
    if np.all(np.abs(values / right - 1) < 0.025):
        return None
    if np.all(np.abs(values[::-1] / right - 1) < 0.025):
        return "the order is 5, 10, 20, 40 bins."
    if np.all(values == 0):
        return "a calibrated forecaster's bins stray by chance; draw the outcomes."
    return "those are not the means over many draws (did you draw anew each time?)."
