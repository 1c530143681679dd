"""The exercises of lesson 20: weights of an LSTM, a cell without a forget gate, memory in use."""
from utils.exercises import exercise


@exercise("20.1",
          praise="Four blocks, each with 32 + 512 inputs and a bias. Nearly all of it is the matrix from state "
                 "to state, which is why a text must be read in large batches to be read fast.",
          hints=("How many sums z does one unit need? Count the gates and the candidate.",
                 "Each of the four blocks has a matrix for the 32 inputs, one for the 512 states, and biases.",
                 "4 × (32 × 512 + 512 × 512 + 512).",))
def weights_of_a_layer(answer):
    if answer == 1_116_160:
        return None
    if answer == 1_116_160 - 2048:
        return "the biases are missing: one for each unit of each block."
    if answer == 279_040:
        return "that is a plain recurrent layer, or one block; an LSTM has four."
    if answer == 3 * 279_040:
        return "three gates, yes; and the candidate needs weights of its own."
    if answer == 1_116_160 + 2048:
        return "that has two biases a unit, as PyTorch keeps them; the equations above have one."
    if answer in (4 * 32 * 512, 4 * (32 * 512 + 512)):
        return "the state goes back into the layer: 512 more inputs for each unit."
    return "that is not the number of weights of the layer described."


OPEN_GATE = {20: 0.6610, 39: 2.2394, 40: 2.4367, 41: 2.6563, 59: 14.6104}     # steps back: share, measured


@exercise("20.2",
          praise="Nothing is lost on the way through the cell, and the way through h adds to it: more arrives "
                 "than set out. Not better: the 1997 cell could only add, and its memory filled up on long "
                 "texts. That is why Gers and others gave it a gate to forget with.",
          hints=("with_forget_bias(weights, 20) returns the weights with the gate held open.",
                 "flow(lstm, lstm_backward, weights) returns the shares for 0, 1, 2 … characters back.",
                 "flow(lstm, lstm_backward, with_forget_bias(fresh(0, blocks=4), 20))[40]"))
def without_forgetting(answer):
    arrives = float(answer)
    if not arrives > 0:
        return "a norm is a positive number."
    if abs(arrives - OPEN_GATE[40]) < 0.005:
        return None
    for steps, share in OPEN_GATE.items():
        if abs(arrives - share) < 0.005:
            return f"that is the share {steps} steps back; flow counts from 0, and 40 steps are asked for."
    if arrives < 0.02:
        return "as little as with Keras's bias of 1, or less: was the bias really set, in the second block?"
    if arrives == 1:
        return "at distance 0 the share is 1 by definition; ask for the character 40 steps back."
    return "not with the gate held open all the way: is the bias 20, the seed 0, and is it 40 steps back?"


LAST_CHARACTER = 2.513, 1.856, 1.561            # measured with the checkpoint that ships
ALL_CHARACTERS, WITHOUT_ECHOES = (2.513, 1.998, 1.821), (3.418, 2.323, 2.077)


@exercise("20.3",
          praise="From 5 to 20 characters it gains a lot, from 20 to 80 still a third of a bit: it remembers words, "
                 "then lines, then what the scene is about. An n-gram's memory ends where this one begins to pay.",
          hints=("Cut with reshape: validation_text[:64_000 // k * k].reshape(-1, k).",
                 "Let it read all but the last character of each piece, and take the logits at the end of that.",
                 "p = softmax(logits); the bits are -log2 of the p of the characters pieces[:, -1]."))
def memory_in_use(answer):
    memory = [float(value) for value in answer]
    if len(memory) != 3:
        return "three figures are wanted, for k = 5, 20 and 80."
    if not all(0.5 < value < 6.1 for value in memory):
        return "bits per character lie between about 1 and 6 (log₂ 65) here. Is it log2, and one character?"
    if memory != sorted(memory, reverse=True):
        return "more to remember should cost fewer bits. Is the order 5, 20, 80?"
    def near(figures):
        return max(abs(a - b) for a, b in zip(memory, figures)) < 0.02

    if near(LAST_CHARACTER):
        return None
    if near(ALL_CHARACTERS):
        return "those are the means over all characters of the pieces; only the last one of each is asked for."
    if near(WITHOUT_ECHOES):
        return "that reads validation_text, letters without their echoes; the network expects validation_seen."
    return ("those are not this checkpoint's figures. Is it the first 64,000 characters, the state empty at each "
            "piece's start, and the last character of each?")
