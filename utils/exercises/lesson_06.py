"""The exercises of lesson 06: a slope by hand, BP1 for the quadratic cost, the largest learning rate."""
import numpy as np

from utils.exercises import exercise


@exercise("06.1",
          praise="BP1 gives the plain mistake, 0.9, because the cross-entropy cancels the flat sigmoid; BP4 "
                 "multiplies it by what came in through this connection.",
          hints=("Two equations are enough: BP1 for the neuron's error, then BP4 for the weight.",
                 "With the cross-entropy BP1 is simply a − y.",
                 "BP4: the neuron's error times the activation at the other end of the weight."))
def slope_by_hand(answer):
    if abs(answer - 0.45) < 1e-9:
        return None
    if abs(answer + 0.45) < 1e-9:
        return "the slope has the other sign: a larger weight makes this answer, and the cost, larger."
    if abs(answer - 0.9) < 1e-9:
        return "that is the neuron's error, BP1. A weight's slope needs BP4 as well."
    if abs(answer - 0.0405) < 1e-9:
        return "that is the slope with the quadratic cost, where σ'(z) has not cancelled."
    if abs(answer - 0.081) < 1e-9:
        return "that is BP1 with the quadratic cost; the cross-entropy was asked for, and then BP4."
    return "the error of the neuron times the activation that the weight passes on gives another number."


@exercise("06.2",
          praise="σ'(z) is a(1 − a), and nothing cancels: near a = 0 and a = 1 the error vanishes, however "
                 "wrong the answer is. That was the deaf neuron.",
          hints=("BP1 is ∇ₐC ⊙ σ'(z). For the quadratic cost, ∇ₐC is a − y.",
                 "σ'(z) = σ(z)(1 − σ(z)), and σ(z) is a.",
                 "return (a - y) * a * (1 - a)"))
def quadratic_error(answer):
    if not callable(answer):
        return "hand over the function itself, by its name without parentheses."
    random = np.random.default_rng(0)
    z, y = random.normal(0, 2, (10, 7)), random.random((10, 7))
    a = 1 / (1 + np.exp(-z))
    given = answer(z, a, y)
    if given is None:
        return "the function returns nothing yet."
    given, right = np.asarray(given, dtype=float), (a - y) * a * (1 - a)
    if given.shape != right.shape:
        return f"the error should have the shape of a, {right.shape}, and yours has {given.shape}."
    if np.allclose(given, right, rtol=1e-6, atol=1e-12):
        return None
    if np.allclose(given, -right):
        return "the sign is wrong: the error is positive where the answer is too large."
    if np.allclose(given, a - y):
        return "a − y is the cross-entropy's error. With the quadratic cost σ'(z) stays."
    if np.allclose(given, (a - y) * z * (1 - z)):
        return "σ'(z) is not z(1 − z)."
    return "for random z and y it returns something other than ∇ₐC ⊙ σ'(z)."


@exercise("06.3",
          praise="Beyond 2 divided by the largest eigenvalue, the largest curvature of the bowl, SGD climbs. "
                 "With momentum 0.9 the limit would be 1.9 times as large.",
          hints=("descend(SGD(η), lambda w: H @ w, (1, 1), 1000)[-1] is where it ends: 0 or very far away.",
                 "Between 0.1 and 1 the end changes from 0 to enormous. Halve the interval until you have it.",
                 "2 / np.linalg.eigvalsh(H).max()"))
def largest_rate(answer):
    largest_curvature = np.linalg.eigvalsh([[4, 1], [1, 2]]).max()
    limit = 2 / largest_curvature
    if answer <= 0:
        return "a learning rate is positive."
    if abs(answer - largest_curvature) < 0.01:
        return "that is the largest curvature, not yet the learning rate."
    if answer > limit + 0.001:
        return "at that rate it does not arrive: every step ends farther away than it began."
    if answer < limit - 0.012:
        return "it arrives at that rate, but also at larger ones."
    return None
