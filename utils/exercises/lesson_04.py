"""The exercises of lesson 04: counting parameters, an activation of one's own, a spiral from few points."""
import numpy as np

from utils.exercises import exercise
from utils.widgets.playground import FEATURES, toy_points

ACTIVATIONS = {"tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "ReLU": lambda z: np.maximum(z, 0),
               "linear": lambda z: z, "leaky ReLU": lambda z: np.where(z > 0, z, 0.1 * z)}


@exercise("04.1",
          praise="The first layer needs 64 of them, with only seven inputs. Pictures have thousands, "
                 "which is where lesson 09 begins.",
          hints=("Each unit has one weight for every input, and one bias.",
                 "The first hidden layer has 7 × 8 weights and 8 biases.",
                 "Second hidden layer: 8 × 6 weights and 6 biases. Third: 6 × 4 and 4. Output: 4 and 1."))
def parameters(answer):
    if answer == 151:
        return None
    if answer == 132:
        return "those are the weights; every unit also has a bias."
    if answer == 111:
        return "that is a network with two features; all seven are shown."
    return "add up layer by layer: inputs × units weights, and a bias for each unit."


@exercise("04.2",
          praise="A unit that never says exactly zero always has a slope, so it cannot die. That was the idea "
                 "of Maas, Hannun & Ng (2013), whom the talk cites for ReLU.",
          hints=("A pair: (lambda z: …, lambda a: …).",
                 "np.where(condition, there, elsewhere) chooses element by element.",
                 "The slope is 1 where the output is positive and 0.1 elsewhere; the output is positive "
                 "exactly where z is."))
def leaky_relu(answer):
    function, derivative = answer
    z = np.array([[-3.0, -0.5, 0.5], [2.0, -10.0, 4.0]])
    right = np.where(z > 0, z, 0.1 * z)
    a = np.asarray(function(z.copy()))
    if a.shape != z.shape:
        return f"the function turns shape {z.shape} into {a.shape}; it must work on each number alone."
    wrong = ~np.isclose(a, right)
    if wrong.any():
        return f"the function of {z[wrong][0]:g} is {a[wrong][0]:.3g}, and not {right[wrong][0]:g}."
    slope = np.asarray(derivative(right.copy()))
    if slope.shape != z.shape:
        return "the derivative must be an array as large as its argument."
    if not np.allclose(slope, np.where(z > 0, 1, 0.1)):
        return "the function is right, its derivative is not: 1 on one side, 0.1 on the other."
    return None


@exercise("04.3",
          praise="Lang and Witbrock needed 138 weights for their two spirals in 1988: you had the sines, "
                 "which do half of the unwinding.",
          hints=("Sines of the coordinates are the features that a spiral likes.",
                 "One hidden layer of six units that see x₁, x₂ and both sines has 37 numbers.",
                 "Fewer points make fewer steps an epoch: give it 600 epochs. Another seed may help, too."))
def smallest_spiral(playground):
    if playground.data_set != "spiral" or playground.noise != 0:
        return "the data must be the spiral, with noise 0."
    if playground.train_percent > 30:
        return "only 30 % of the points, or fewer, may be used for training."
    size = sum(w.size + b.size for w, b in playground.net)
    if size > 45:
        return f"it has {size} weights and biases; at most 45 are allowed."
    if playground.activation not in ACTIVATIONS:
        return f"this check knows the activations {', '.join(ACTIVATIONS)} only."
    right = accuracy_on_test_points(playground)
    if not right >= 0.95:
        return f"it gets {right:.1%} of the test points right; 95 % are wanted."
    return None


def accuracy_on_test_points(playground):
    """The share of the test points of its own seed that the playground's weights get right."""
    x, y = toy_points("spiral", seed=playground.seed)
    cut = len(x) * playground.train_percent // 100
    hidden = np.stack([FEATURES[name](x[cut:]) for name in playground.features], axis=1)
    for w, b in playground.net[:-1]:
        hidden = ACTIVATIONS[playground.activation](hidden @ w + b)
    w, b = playground.net[-1]
    return np.mean((hidden @ w + b > 0)[:, 0] == y[cut:])
