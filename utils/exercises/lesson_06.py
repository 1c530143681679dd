"""The exercises of lesson 06: a slope by hand, BP1 for the quadratic cost, the largest learning rate."""
import numpy as np

from utils.exercises import exercise


def number(answer):
    """``answer`` as a float, in whatever form one number comes; NaN for anything else."""
    try:
        one = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        return np.nan
    return float(one.reshape(-1)[0]) if one.size == 1 else np.nan


@exercise("06.1",
          praise="BP1 gives the plain mistake, because the cross-entropy cancels the flat sigmoid; BP4 "
                 "multiplies it by what came in through this connection.",
          hints=("Two equations are enough: BP1 for the neuron's error, then BP4 for the weight.",
                 "With the cross-entropy BP1 is simply a − y.",
                 "BP4: the neuron's error times the activation at the other end of the weight."))
def slope_by_hand(answer):
    answer = number(answer)
    if np.isnan(answer):
        return "one number is wanted, the slope."
    if abs(answer - 0.27) < 1e-6:
        return None
    if abs(answer + 0.27) < 1e-6:
        return "the slope has the other sign: a larger weight makes this answer, and the cost, larger."
    if abs(answer - 0.9) < 1e-6:
        return "that is the neuron's error, BP1. A weight's slope needs BP4 as well."
    if abs(answer - 0.0243) < 1e-6:
        return "that is the slope with the quadratic cost, where σ'(z) has not cancelled."
    if abs(answer - 0.081) < 1e-6:
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
    right = (a - y) * a * (1 - a)
    given = answer(z.copy(), a.copy(), y.copy())
    if given is None:
        return "the function returns nothing yet."
    given = np.asarray(given, dtype=float)
    if given.shape != right.shape:
        return f"the error should have the shape of a, {right.shape}, and yours has {given.shape}."
    if np.allclose(given, -right):
        return "the sign is wrong: the error is positive where the answer is too large."
    if np.allclose(given, a - y):
        return "a − y is the cross-entropy's error. With the quadratic cost σ'(z) stays."
    if np.allclose(given, (a - y) * z * (1 - z)):
        return "σ'(z) is not z(1 − z)."
    if not np.allclose(given, right, rtol=1e-6, atol=1e-12):
        return "for random z and y it returns something other than ∇ₐC ⊙ σ'(z)."
    blind = answer(np.full_like(z, np.nan), a.copy(), y.copy())        # a and y alone have to do
    if blind is None or not np.allclose(np.asarray(blind, dtype=float), right, rtol=1e-6, atol=1e-12):
        return "right, but it still looks at z: a and y alone have to do."
    return None


@exercise("06.3",
          praise="Beyond 2 divided by the largest eigenvalue, the largest curvature of the bowl, SGD climbs. "
                 "With momentum 0.9 the limit would be 1.9 times as large.",
          hints=("descend(SGD(η), lambda w: H @ w, (1, 1), 1000)[-1] is where it ends: 0 or very far away.",
                 "Between 0.1 and 1 the end changes from 0 to enormous. Halve the interval until you have it.",
                 "2 / np.linalg.eigvalsh(H).max() is where it tips; cut that off after two decimals."))
def largest_rate(answer):
    bowl = np.array([[3, 1], [1, 2]])
    largest_curvature = np.linalg.eigvalsh(bowl).max()
    answer = number(answer)
    if np.isnan(answer):
        return "one number is wanted, a learning rate."
    if answer <= 0:
        return "a learning rate is positive."
    if abs(answer - largest_curvature) < 0.01:
        return "that is the largest curvature, not yet the learning rate."

    def factor(rate):
        """What a step multiplies the distance by, in the worst direction."""
        return np.abs(1 - rate * np.linalg.eigvalsh(bowl)).max()
    if abs(factor(answer) - 1) < 1e-5:
        return "exactly there it goes to and fro for ever. Take a little less: two decimals, cut off."
    if factor(answer) > 1:
        return "at that rate it does not arrive: every step ends farther away than it began."
    if factor(np.floor(100 * answer + 1 + 1e-9) / 100) < 1:
        return "it arrives at that rate, but also at larger ones of two decimals."
    return None
