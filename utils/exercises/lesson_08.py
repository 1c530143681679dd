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
    answer = float(answer)
    if not np.isfinite(answer):
        return "that is not a finite number."
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
    if np.shape(answer) != (3, 4):
        return "three lists are wanted, w, b and v, of four numbers each."
    w, b, v = np.asarray(answer, dtype=float)
    if not np.isfinite([w, b, v]).all():
        return "some of the numbers are not finite."
    if (w <= 0).any():
        return "every neuron must step up here: its weight w is positive, and v makes a step down of it."
    x = np.linspace(0, 1, 201)
    output = 0.5 * (1 + np.tanh(0.5 * (np.outer(x, w) + b))) @ v
    wanted = 0.5 * ((x > 0.1) & (x < 0.3)) - 0.4 * ((x > 0.6) & (x < 0.8))
    near_an_edge = (np.abs(x[:, np.newaxis] - [0.1, 0.3, 0.6, 0.8]) < 0.035).any(axis=1)
    error = np.where(near_an_edge, 0, np.abs(output - wanted))
    if error.max() <= 0.015:
        return None
    worst = error.argmax()
    return (f"at x = {x[worst]:.2f} your network says {output[worst]:.2f}, and {wanted[worst]:.1f} is wanted"
            f"{'; are the steps steep enough' if np.abs(w).max() < 100 else ''}.")


@exercise("08.3",
          praise="About half as much again as Glorot's: tanh flattens what it gets, and the weights must make "
                 "up for that. Where the two balance, a gradient survives thirty layers.",
          hints=("Try c = 1 and c = 2 first: the ratio of norms[0] to norms[-1] is below 1, then above.",
                 "Halve the interval: is the ratio at c = 1.5 above or below 1?",
                 "Give both: c, and the thirty norms that gradient_norms returns for it, with its own seed."))
def tanh_variance(answer):
    if not isinstance(answer, (list, tuple)) or len(answer) != 2 or np.shape(answer[1]) != (30,):
        return "a pair is wanted: c, and the thirty norms that gradient_norms returns for it."
    c, norms = float(answer[0]), np.asarray(answer[1], dtype=float)
    if not (np.isfinite(c) and np.isfinite(norms).all()):
        return "some of the numbers are not finite."
    if c <= 0:
        return "a variance is positive."
    if c < 0.1:
        return "that is the variance itself; give it as a multiple c of 1/n, with n = 100."
    measured = _gradient_norms(c / 100)
    if np.abs(norms / measured - 1).max() > 0.01:
        return (f"with c = {c:g} the first of the norms is {measured[0]:.4g} here, and yours is {norms[0]:.4g}: "
                "give the norms that belong to your c.")
    ratio = measured[0] / measured[-1]
    if ratio < 0.8:
        return f"with that, the first layer gets {ratio:.2f} of the last's, more than a fifth too little."
    if ratio > 1.2:
        return f"with that, the first layer gets {ratio:.2f} times the last's, more than a fifth too much."
    return None


def _gradient_norms(variance, depth=30, width=100):
    """What the lesson's ``gradient_norms`` measures for tanh, with its seed 0."""
    random = np.random.default_rng(0)
    weights = random.normal(0, np.sqrt(variance), (depth, width, width))
    a = [random.normal(size=(width, 25))]
    for layer in weights:
        a.append(np.tanh(layer @ a[-1]))
    delta = random.normal(size=(width, 25)) * (1 - a[-1] ** 2)
    norms = [np.linalg.norm(delta)]
    for layer in reversed(range(depth - 1)):
        delta = (weights[layer + 1].T @ delta) * (1 - a[layer + 1] ** 2)
        norms.append(np.linalg.norm(delta))
    return np.array(norms[::-1])
