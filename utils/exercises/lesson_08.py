"""The exercises of lesson 08: the product's bound, a network of two bumps, tanh kept level."""
import numpy as np

from utils.exercises import exercise


@exercise("08.1",
          praise="Not even a thousandth, and that is the best case: σ′ reaches 1/4 only at z = 0. Depth "
                 "multiplies; nothing in the formula ever adds the loss back.",
          hints=("How large can σ′(z) = σ(z)(1 − σ(z)) be? Look where σ(z) = 1/2.",
                 "One pair is at most 2 · 1/4.",
                 "Ten pairs are multiplied: (1/2) to the power of ten."))
def largest_fraction(answer):
    if abs(answer - 0.5 ** 10) < 1e-6:
        return None
    if abs(answer - 1024) < 1e-6:
        return "that is how many times smaller it gets; give the fraction that arrives."
    if abs(answer - 0.25 ** 10) < 1e-9:
        return "that leaves the weights out: each pair is w times σ′."
    if abs(answer - 0.5) < 1e-9:
        return "that is one pair; ten of them are multiplied."
    if abs(answer - 5) < 1e-9:
        return "the pairs are multiplied, not added."
    return "take the largest that one pair can be, and multiply ten of them."


@exercise("08.2",
          praise="Each pair of neurons steps up and down again by the same height, and a negative height is "
                 "a dip. With four neurons more you could write the next two bumps.",
          hints=("A bump is a step by +h at its left edge and by −h at its right edge.",
                 "A neuron steps where w·x + b = 0, so b = −w · position. Take a large w, such as 200.",
                 "The positions are 0.1, 0.3, 0.6, 0.8, and the steps v are +0.5, −0.5, −0.4, +0.4."))
def two_bumps(answer):
    w, b, v = (np.asarray(part, dtype=float) for part in answer)
    if not w.shape == b.shape == v.shape == (4,):
        return "w, b and v must be lists of four numbers each."
    x = np.linspace(0, 1, 201)
    output = 0.5 * (1 + np.tanh(0.5 * (np.outer(x, w) + b))) @ v
    wanted = 0.5 * ((x > 0.1) & (x < 0.3)) - 0.4 * ((x > 0.6) & (x < 0.8))
    near_an_edge = (np.abs(x[:, np.newaxis] - [0.1, 0.3, 0.6, 0.8]) < 0.035).any(axis=1)
    error = np.where(near_an_edge, 0, np.abs(output - wanted))
    if not np.isfinite(error).all():
        return "some of the numbers are not finite."
    if error.max() <= 0.05:
        return None
    worst = error.argmax()
    return (f"at x = {x[worst]:.2f} your network says {output[worst]:.2f}, and {wanted[worst]:.1f} is wanted"
            f"{'; are the steps steep enough' if np.abs(w).max() < 60 else ''}.")


@exercise("08.3",
          praise="A little more than Glorot's: tanh flattens what it gets, and the weights must make up for "
                 "that. Where the two balance, a gradient survives thirty layers.",
          hints=("Try c = 1 and c = 2 first: the ratio of norms[0] to norms[-1] is below 1, then above.",
                 "Halve the interval: is the ratio at c = 1.5 above or below 1?",
                 "Look between 1.4 and 1.6."))
def tanh_variance(answer):
    answer = float(answer)
    if 1.38 <= answer <= 1.62:
        return None
    if 0.0138 <= answer <= 0.0162:
        return "that is the variance itself; give it as a multiple c of 1/n, with n = 100."
    if 0 < answer < 1.38:
        return "with that, the first layer still gets clearly less than the last."
    if answer > 1.62:
        return "with that, the first layer gets clearly more than the last."
    return "a variance is positive."
