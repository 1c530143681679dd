"""The exercises of lesson 04: counting parameters, an activation of one's own, the smallest spiral net."""
import numpy as np

from utils.exercises import exercise


@exercise("04.1",
          praise="Most of them connect hidden units with hidden units: layers as wide as 100 would have "
                 "over ten thousand there, which is where big networks keep their weights.",
          hints=("Each unit has one weight for every input, and one bias.",
                 "The first hidden layer has 2 × 8 weights and 8 biases.",
                 "Second hidden layer: 8 × 8 weights and 8 biases. Output: 8 weights and 1 bias."))
def parameters(answer):
    if answer == 105:
        return None
    if answer == 88:
        return "those are the weights; every unit also has a bias."
    if answer == 33:
        return "that is one hidden layer of eight; there are two."
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
    a = np.asarray(function(z))
    if a.shape != z.shape:
        return f"the function turns shape {z.shape} into {a.shape}; it must work on each number alone."
    if not np.allclose(a, np.where(z > 0, z, 0.1 * z)):
        return f"the function of -3 is {a[0, 0]:.3g}, but 0.1 × (-3) is -0.3." if a[0, 0] != -0.3 else \
            "the function of 2 must be 2."
    slope = np.asarray(derivative(a))
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
                 "Learning rate 0.3 and some 400 epochs. Another seed may help, too."))
def smallest_spiral(playground):
    if playground.data_set != "spiral" or playground.noise != 0:
        return "the data must be the spiral, with noise 0."
    if playground.train_percent > 50:
        return "only half of the points, or fewer, may be used for training."
    if playground.size > 45:
        return f"it has {playground.size} weights and biases; at most 45 are allowed."
    if playground.accuracy("test") < 0.95:
        return f"it gets {playground.accuracy('test'):.1%} of the test points right; 95 % are wanted."
    return None
