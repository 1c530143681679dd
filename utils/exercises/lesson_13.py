"""The exercises of lesson 13: updates, a gradient's gradient, and the price of a gradient."""
import numpy as np

from utils.exercises import exercise


@exercise("13.1",
          praise="Outputs are computed first, updates afterwards. The second call sees what the first one left "
                 "behind, 11, and doubles it.",
          hints=("The first call returns 10 * 2. What does it leave in `total`?",
                 "An update takes place after the outputs have been computed.",
                 "After one call `total` is 11. The second call doubles that, and only then adds 1."))
def second_call(answer):
    if abs(float(answer) - 22) < 1e-9:
        return None
    if answer == 20:
        return "that is the first call."
    if answer == 24:
        return "that would be so if updates came before outputs."
    if answer in (11, 12):
        return "that is what `total` holds; the function returns an expression of it."
    return "follow the value of `total` from call to call."


@exercise("13.2",
          praise="It is the sigmoid's own derivative, since softplus's slope is the sigmoid. No formula was "
                 "written by hand.",
          hints=("T.grad(cost, t) is an expression like any other: it can be given to T.grad again.",
                 "slope = T.grad(T.log(1 + T.exp(t)), t), with t = T.scalar(\"t\").",
                 "theano.function([t], T.grad(slope, t))"))
def curvature(answer):
    places = np.array([-3, -1, 0, 0.5, 2, 6], dtype="float32")
    if not callable(answer):
        return "a function is wanted, made with theano.function: an expression can't be called with a number."
    found = np.array([float(answer(place)) for place in places])
    sigmoid = 1 / (1 + np.exp(-places))
    if np.allclose(found, sigmoid * (1 - sigmoid), atol=1e-4):
        return None
    if np.allclose(found, sigmoid, atol=1e-4):
        return "that is the first derivative."
    if np.allclose(found, np.log1p(np.exp(places)), atol=1e-4):
        return "that is softplus itself."
    return "at some numbers that is not the second derivative of softplus."


@exercise("13.3",
          praise="However deep the chain, the gradient costs a few times the function itself, not once per "
                 "layer and not once per weight. That is what makes learning affordable (Baur & Strassen 1983).",
          hints=("io_toposort([X, W], [cost]) is a list of operations; its length is the count.",
                 "Divide the count for [cost, T.grad(cost, W)] by the count for [cost].",
                 "Three ratios in the order of depth 1, 10, 100. Start again with h = X for each depth."))
def price_of_a_gradient(answer):
    ratios = np.asarray(answer, dtype=float)
    if ratios.shape != (3,):
        return "three ratios are wanted, for depths of 1, 10 and 100."
    if (ratios < 1).all():
        return "upside down: cost and gradient together are more operations than the cost alone."
    if (ratios > 12).any():
        return "ratios are wanted, not counts; and in each, both counts belong to the same depth."
    if np.allclose(ratios + 1, (4, 5.565, 5.951), atol=0.6):
        return "count cost and gradient together: operations that both need are counted once."
    if np.ptp(ratios) < 1e-6:
        return "they are not all the same: does the chain really grow with the depth?"
    if np.allclose(ratios, (4, 5.565, 5.951), atol=0.5):
        return None
    return "that is not what Theano writes down: a chain of `depth` layers with one W, and the sum of squares."
