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
    if np.shape(answer) != () or not np.isfinite(float(answer)):
        return "one number is wanted."
    if abs(float(answer) - 22) < 1e-9:
        return None
    if answer == 20:
        return "that is the first call."
    if answer == 24:
        return "that would be so if updates came before outputs."
    if answer in (11, 12):
        return "that is what `total` holds; the function returns an expression of it."
    return "follow the value of `total` from call to call."


@exercise("13.2", indifferent=("constant", "reversed", "transposed"),      # of a single number
          praise="For softplus it is the sigmoid's own derivative, since softplus's slope is the sigmoid. No "
                 "formula was written by hand, and the same two lines do for any other expression.",
          hints=("T.grad(y, t) is an expression like any other: it can be given to T.grad again.",
                 "slope = T.grad(y, t) is the first derivative of y, whatever y is.",
                 "return theano.function([t], T.grad(slope, t))"))
def curvature(answer):
    if not callable(answer):
        return "a function curvature(y, t) is wanted, which takes an expression and its variable."
    from utils.engines import theano
    T, places = theano.tensor, np.array([-3, -1, 0.5, 2, 3], dtype="float32")
    sigmoid = 1 / (1 + np.exp(-places))
    t = T.scalar("t")
    for name, y, slope, second in (("log(1 + exp(t))", T.log(1 + T.exp(t)), sigmoid, sigmoid * (1 - sigmoid)),
                                   ("t ** 3", t ** 3, 3 * places ** 2, 6 * places),
                                   ("sin(t)", T.sin(t), np.cos(places), -np.sin(places))):
        with theano.change_flags(mode="FAST_COMPILE"):          # without a C compiler: in no time
            function = answer(y, t)
        if not callable(function):
            return "curvature(y, t) must return something that can be called: theano.function makes it."
        found = np.array([np.asarray(function(place), dtype=float) for place in places])
        if np.allclose(found, second, rtol=1e-3, atol=1e-4):
            continue
        if np.allclose(found, slope, rtol=1e-3, atol=1e-4):
            return f"for {name} that is the first derivative."
        return f"for {name} that is not the second derivative: does it follow from the y that is given?"
    return None


def operations(depth):
    """The operations that Theano notes for the chain of 13.3: (of the cost, of cost and gradient)."""
    from theano.gof.graph import io_toposort

    from utils.engines import theano
    T = theano.tensor
    X, W = T.matrix("X"), T.matrix("W")
    h = X
    for _ in range(depth):
        h = T.tanh(h.dot(W))
    cost = T.sum(h ** 2)
    return len(io_toposort([X, W], [cost])), len(io_toposort([X, W], [cost, T.grad(cost, W)]))


@exercise("13.3", indifferent=("constant", "reversed", "transposed"),      # of a single number
          praise="However deep the chain, the gradient costs a few times the function itself, not once per "
                 "layer and not once per weight. That is what makes learning affordable (Baur & Strassen 1983).",
          hints=("io_toposort([X, W], [cost]) is a list of operations; its length is the count.",
                 "Divide the count for [cost, T.grad(cost, W)] by the count for [cost].",
                 "Start with h = X inside the function, and put h = T.tanh(h.dot(W)) into a loop over "
                 "range(depth)."))
def price_of_a_gradient(answer):
    if not callable(answer):
        return "a function ratio(depth) is wanted."
    for depth in (1, 10, 100, 33):
        ratio, (alone, both) = answer(depth), operations(depth)
        if np.shape(ratio) != ():
            return "ratio(depth) should return one number."
        if ratio is None or not np.isfinite(ratio):
            return f"for a depth of {depth} that is no number."
        if abs(ratio - both / alone) < 0.005 * ratio:
            continue
        if abs(ratio - alone / both) < 0.005:
            return "upside down: cost and gradient together are more operations than the cost alone."
        if ratio in (alone, both):
            return "that is a count: divide the two counts, of the same depth."
        if abs(ratio - both / alone + 1) < 0.2:
            return "count cost and gradient together: operations that both need are counted once."
        return (f"for a depth of {depth} that is not what Theano writes down: a chain of `depth` layers with "
                "one W, and the sum of squares.")
    return None
