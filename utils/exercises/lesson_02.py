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


@exercise("02.3",
          praise="Owning pays if the card is busy, renting if it would mostly sleep. With your own prices the "
                 "number changes, the sum does not.",
          hints=("How many hours does one run take on that card? The function hours knows.",
                 "Each hour on your own card saves the rent but costs electricity: 0.90 − 0.3 × 0.30 euros.",
                 "Divide 700 by what one run saves, and round up: a run cannot be half paid."))
def runs_to_break_even(answer):
    if answer != int(answer):
        return "give a whole number of runs: the first after which the card has paid for itself."
    if 19 <= answer <= 20:
        return None
    if answer in (16, 17, 18):
        return "close. Does your own card run without electricity? And was the number rounded up?"
    if 860 <= answer <= 870 or 770 <= answer <= 790:
        return "those are hours; how many does one run take?"
    if answer in (5, 6):
        return "at 30 % utilisation a run takes longer than at the card's peak."
    return "divide the price of the card by what one run saves (its hours times rent minus electricity)."
