"""The exercises of lesson 03: a sigmoid's slope, a NAND neuron, the squid axon's steady firing."""
import math

import numpy as np
from scipy.integrate import solve_ivp
from scipy.special import exprel

from utils.exercises import exercise


@exercise("03.1",
          praise="The surer a sigmoid neuron is, the less it hands on; at most a quarter, when it answers one half. "
                 "Ten in a row leave less than a millionth: the unstable gradient of lesson 08.",
          hints=("The factor is the slope of the sigmoid at this point. You need not know z.",
                 "Its slope is sigmoid(z) * (1 - sigmoid(z)), and sigmoid(z) is the answer.",
                 "Nine tenths of one tenth."))
def slope_where_it_answers_nine_tenths(answer):
    if abs(answer - 0.09) < 1e-3:
        return None
    if abs(answer - 0.25) < 1e-3:
        return "that is its steepest slope, where it answers one half."
    if abs(answer - 0.19) < 1e-3:
        return "that would be a tanh neuron's slope where it answers 0.9."
    if abs(answer - 0.9) < 1e-3:
        return "that is its answer, not its slope."
    return "that is not the sigmoid's slope where it answers 0.9."


@exercise("03.2",
          praise="One line, the other side of it: whatever a threshold neuron computes, one with all signs turned "
                 "computes the opposite. And NAND is enough to build every other gate, a whole computer included.",
          hints=("NAND is 1 even when both inputs are 0, so the bias must be positive.",
                 "Each input has to pull the sum down: one alone not below zero, both together yes.",
                 "Take the AND neuron and turn the signs of both weights and of the bias."),
          # only the sign of the sum counts, so any positive factor of all three numbers is as right
          indifferent=("double", "half", "5 % more", "5 % less", "in percent", "as a fraction"))
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
    if not 0 <= answer <= 100:
        return "give the current in µA/cm², between 0 and 100."
    times = spikes(answer)
    if np.sum(times > 200) < 2:
        return f"there the spikes end: {len(times)} in all. It should still be firing after 200 ms."
    if np.sum(spikes(answer - 0.1) > 200) >= 2:
        return "it goes on firing there, but also with 0.1 less."
    return None


def spikes(current):
    """Spike times (ms) of the lesson's Hodgkin–Huxley neuron in 400 ms of ``current`` (µA/cm²)."""
    def rates(v):
        opening = 1 / exprel(-(v + 40) / 10), 0.07 * np.exp(-(v + 65) / 20), 0.1 / exprel(-(v + 55) / 10)
        closing = 4 * np.exp(-(v + 65) / 18), 1 / (1 + np.exp(-(v + 35) / 10)), np.exp(-(v + 65) / 80) / 8
        return np.array(opening), np.array(closing)

    def slopes(t, state):
        v, m, h, n = state
        opening, closing = rates(v)
        inward = current - 120 * m**3 * h * (v - 50) - 36 * n**4 * (v + 77) - 0.3 * (v + 54.387)
        return [inward, *(opening - (opening + closing) * state[1:])]

    def crossing(t, state):
        return state[0]

    crossing.direction = 1
    opening, closing = rates(-65.0)
    return solve_ivp(slopes, (0, 400), [-65.0, *(opening / (opening + closing))], method="LSODA", events=crossing,
                     max_step=0.5, rtol=1e-7, atol=1e-7).t_events[0]
