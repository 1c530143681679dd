"""The exercises of lesson 03: the sigmoid's slope, a NAND neuron, the squid axon's steady firing."""
import math

from utils.exercises import exercise


@exercise("03.1",
          praise="A sigmoid hands on at most a quarter of what it gets, and only at z = 0. Ten in a row leave "
                 "less than a millionth: the unstable gradient of lesson 08.",
          hints=("The factor is the slope of the sigmoid. Where is the curve steepest?",
                 "Its slope is sigmoid(z) * (1 - sigmoid(z)), and at its steepest point sigmoid(z) is one half.",
                 "One half times one half."))
def largest_slope(answer):
    if abs(answer - 0.25) < 1e-3:
        return None
    if answer == 1:
        return "that is the slope of tanh at 0, and of the ReLU."
    if answer == 0.5:
        return "that is the sigmoid's value at 0, not its slope."
    if answer == 0:
        return "that is the slope far out, where it saturates; the largest is wanted."
    return "that is not the sigmoid's steepest slope."


@exercise("03.2",
          praise="One line, the other side of it: whatever a threshold neuron computes, one with all signs turned "
                 "computes the opposite. And NAND is enough to build every other gate, a whole computer included.",
          hints=("NAND is 1 even when both inputs are 0, so the bias must be positive.",
                 "Each input has to pull the sum down: one alone not below zero, both together yes.",
                 "Take the AND neuron and turn the signs of both weights and of the bias."))
def nand(answer):
    if len(answer) != 3:
        return "give three numbers: w1, w2 and the bias b."
    w1, w2, b = map(float, answer)
    if not all(map(math.isfinite, (w1, w2, b))):
        return "weights and bias must be ordinary numbers."
    says = [int(w1 * x1 + w2 * x2 + b > 0) for x1, x2 in ((0, 0), (0, 1), (1, 0), (1, 1))]
    if says == [1, 1, 1, 0]:
        return None
    said = ", ".join(map(str, says))
    return f"for (0, 0), (0, 1), (1, 0), (1, 1) it says {said} and not 1, 1, 1, 0."


@exercise("03.3",
          praise="Below it, the neuron fires once or a few times and then stays silent; above it, it keeps "
                 "some fifty spikes a second and can do no slower. A threshold again, now for rhythms.",
          hints=("sustained_rate(hh(6)[2]) is 0, sustained_rate(hh(6.5)[2]) is not.",
                 "Try the currents of np.arange(6, 6.6, 0.1) in a loop and print the rates.",
                 "It lies between 6.2 and 6.4: look at the last spike time of hh(…)[2] for these."))
def smallest_current(answer):
    answer = float(answer)
    if 6.22 < answer < 6.42:
        return None
    if 2 < answer < 3:
        return "there it fires a single time. It should still be firing after 200 ms."
    if 3 <= answer <= 6.22:
        return "it fires there, and then falls silent. It should still be firing after 200 ms."
    if 6.42 <= answer <= 12:
        return "it goes on firing there, but also with less."
    return "that is not where the Hodgkin–Huxley neuron starts to go on firing."
