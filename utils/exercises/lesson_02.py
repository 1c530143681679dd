"""The exercises of lesson 02: FLOPs of a dense layer, filters for Theano, own server or cloud."""
import numpy as np

from utils.exercises import exercise


@exercise("02.1",
          praise="Two FLOPs a weight forwards, four backwards. For layers that use each weight once, six times "
                 "the weights is the whole rule.",
          hints=("How many multiply-adds does the layer take in the forward pass? One for each weight.",
                 "A multiply-add is 2 FLOPs; and backwards there are two matrix products of the same size.",
                 "6 FLOPs for each of the 1,000 × 100 weights."))
def dense_flops(answer):
    if answer == 600_000:
        return None
    if answer == 100_000:
        return "those are the weights, or the multiply-adds forwards."
    if answer == 200_000:
        return "that is the forward pass alone."
    if answer == 400_000:
        return "that leaves one part out: forwards, gradient of the weights, gradient of the inputs."
    if answer == 300_000:
        return "a multiply-add is two operations, a multiplication and an addition."
    return "count the weights, then the FLOPs that training spends on each."


@exercise("02.2",
          praise="Axes shuffled, then both picture axes reversed. A shape cannot tell you whether filters were "
                 "turned; only a comparison of numbers can.",
          hints=("Two steps: put the axes in the new order, then turn the last two round.",
                 "transpose(3, 2, 0, 1) takes axis 3 (out) first, then 2 (in), then height and width.",
                 "An axis is reversed by ::-1, here the last two of four: [:, :, ::-1, ::-1]."))
def for_theano(answer):
    # no symmetry that could hide a mistake: four different lengths, all entries different
    filters = np.arange(5 * 4 * 3 * 2, dtype="float32").reshape(5, 4, 3, 2)
    right = np.flip(np.moveaxis(filters, (3, 2), (0, 1)), (2, 3))
    given = np.asarray(answer(filters.copy()))
    if given.shape != right.shape:
        return f"filters of shape {filters.shape} should become {right.shape}, not {given.shape}."
    if np.array_equal(given, right):
        return None
    if np.array_equal(given, right[:, :, ::-1, ::-1]):
        return "the axes are in order, but the filters are not turned by 180°."
    if np.array_equal(given, right[:, :, ::-1]) or np.array_equal(given, right[..., ::-1]):
        return "that turns one axis round, a mirror image; 180° turns both height and width."
    if np.array_equal(given, right[::-1, ::-1, ::-1, ::-1]) or np.array_equal(given, right[::-1, ::-1]):
        return "the filters and channels themselves must keep their order; turn only height and width."
    return "the shape is right, the entries are not where they belong: transpose, do not reshape."


@exercise("02.3", indifferent=("constant", "reversed", "transposed"),      # of a single number
          praise="Owning pays if the card is busy, renting if it would mostly sleep. With your own prices the "
                 "number changes, the sum does not.",
          hints=("Each hour on your own card saves the rent but costs electricity.",
                 "One run saves hours_a_run * (rent - electricity) euros.",
                 "Divide the price by what one run saves, and round up with np.ceil: a run cannot be half paid."))
def runs_to_break_even(answer):
    if not callable(answer):
        return "give the function itself: check(\"02.3\", runs_to_break_even)."
    for price, rent, electricity, hours in ((700, 0.90, 0.09, 46.7), (1000, 2.0, 0.5, 13.3), (350, 0.4, 0.15, 7.1),
                                            (2500, 1.25, 0.2, 71.5), (90, 3.0, 0.3, 1.9)):
        value, right = answer(price, rent, electricity, hours), price / (hours * (rent - electricity))
        if np.ndim(value) or value is None:
            return "the function should return one number."
        if value == np.ceil(right):
            continue
        if value == np.floor(right):
            return "rounded down: after that run a rest of the price is not yet paid."
        if abs(value - right) < 1e-6:
            return "give a whole number of runs: the first after which the card has paid for itself."
        if value == np.ceil(price / (hours * rent)):
            return "your own card does not run without electricity."
        if value == np.ceil(right * hours):
            return "those are hours; how many complete runs are they?"
        return (f"for a card of {price} euros, {rent} an hour to rent and {electricity} to run, and {hours} hours a "
                f"run it should be {np.ceil(right):.0f}, not {value}.")
    return None
