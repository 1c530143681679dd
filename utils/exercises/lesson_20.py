"""The exercises of lesson 20: weights of an LSTM, a cell without a forget gate, memory in use."""
from functools import lru_cache

import numpy as np

from utils.data import DATA, load
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


@lru_cache(maxsize=1)
def _letters(split):
    """The plays of a split, each as numbers 0…64."""
    plays = load("plays")
    numbers = np.searchsorted(np.unique(plays.text), plays.text)
    return [numbers[start:end] for start, end, its in zip(plays.start, plays.start[1:], plays.split) if its == split]


def _gates(z):
    i, f, g, o = np.split(z, 4, axis=-1)
    return (*(1 / (1 + np.exp(-one)) for one in (i, f)), np.tanh(g), 1 / (1 + np.exp(-o)))


@lru_cache(maxsize=8)
def _shares(bias, seed=0, units=64, time=60, batch=32):
    """What the lesson's ``flow`` returns for an LSTM of 64 fresh units with that forget bias."""
    rng = np.random.default_rng(seed)
    limit = np.sqrt(6 / (65 + 4 * units))
    W = rng.uniform(-limit, limit, (65, 4 * units))
    U = np.linalg.qr(rng.normal(size=(4 * units, units)))[0].T
    b = np.repeat([0, bias, 0, 0], units)
    rng, text = np.random.default_rng(0), np.concatenate(_letters("train"))
    letters = text[rng.integers(0, len(text) - time, batch) + np.arange(time)[:, np.newaxis]]
    into_h = rng.normal(size=(batch, units))
    h = c = np.zeros((batch, units))
    steps = []
    for row in letters:
        i, f, g, o = _gates(W[row] + h @ U + b)
        before, c = c, f * c + i * g
        h = o * np.tanh(c)
        steps.append((i, f, g, o, before, c))
    into_c, norms = 0, []
    for i, f, g, o, before, c in reversed(steps):
        into_c = into_c + into_h * o * (1 - np.tanh(c) ** 2)
        dz = np.concatenate([into_c * g * i * (1 - i), into_c * before * f * (1 - f), into_c * i * (1 - g ** 2),
                             into_h * np.tanh(c) * o * (1 - o)], axis=1)
        norms.append(np.linalg.norm(dz @ W.T, axis=1).mean())
        into_h, into_c = dz @ U.T, into_c * f
    return np.array(norms) / norms[0]


@exercise("20.2", indifferent=("transposed",),                  # a row of numbers has no other side
          praise="With the gate at 20 nothing is lost on the way through the cell, and the way through h adds to "
                 "it: at 40 characters more arrives than set out. That is not better: such a gradient grows as a "
                 "plain network's does whose U stretches. Gers and others gave the cell a gate to forget with.",
          hints=("with_forget_bias(weights, bias) returns the weights with that bias in the forget gate.",
                 "flow(lstm, lstm_backward, weights) returns the shares for 0, 1, 2 … characters back.",
                 "def arrives(bias): return flow(lstm, lstm_backward, with_forget_bias(fresh(0, blocks=4), bias))"))
def without_forgetting(answer):
    if not callable(answer):
        return "arrives is to be a function of the bias: the figure alone does not show where it is from."
    for bias in (20, 0.5):
        shares = np.asarray(answer(bias), float)
        if shares.shape != (60,):
            return f"arrives({bias}) is to return the 60 shares that flow gives; yours has the shape {shares.shape}."
        if not np.isfinite(shares).all():
            return f"arrives({bias}) holds what is no number."
        if not np.allclose(shares, _shares(bias), rtol=1e-3):
            if bias != 20 and np.allclose(shares, _shares(20), rtol=1e-3):
                return "whatever the bias, it returns the shares for 20: use the argument."
            if np.allclose(shares[::-1], _shares(bias), rtol=1e-3):
                return "that runs from far to near; distance 0 comes first."
            if np.allclose(shares, _shares(bias, seed=1), rtol=1e-3):
                return "that is the fresh network of seed 1; begin with fresh(0, blocks=4)."
            return f"with the bias {bias} other shares arrive. Is it fresh(0, blocks=4), an LSTM, the second block?"
    return None


@lru_cache(maxsize=1)
def _checkpoint():
    with np.load(DATA / "checkpoints" / "screenplay_lstm.npz") as arrays:
        return [arrays[name].astype("float32") for name in arrays.files]


def _echo(text, n):
    last, answer = {}, np.full(len(text), 65)
    for end, run in enumerate(zip(*(text[i:len(text) - n + 1 + i].tolist() for i in range(n))), start=n - 1):
        if run in last and last[run] + 1 < len(text):
            answer[end] = text[last[run] + 1]
        last[run] = end
    return answer


@lru_cache(maxsize=4)
def _last_bits(k, echoes=True, count=24):
    """Number of the pieces, places of ``count`` of them, and what the checkpoint pays there; all in NumPy."""
    *tables, W, U, b, V, out = _checkpoint()
    text, total = _letters("validation")[0][:64_000 // k * k], 64_000 // k
    three, six = (_echo(text, n).reshape(-1, k) if echoes else np.zeros((total, k), int) for n in (3, 6))
    chosen = np.linspace(1, total - 2, count).astype(int)
    letters, three, six = (rows[chosen] for rows in (text.reshape(-1, k), three, six))
    h = c = np.zeros((count, len(U)), "float32")
    for end in range(3, k - 1):
        first, second, third, last = letters[:, end - 3:end + 1].T
        triple = second * 65 ** 2 + third * 65 + last
        rows = last, third * 65 + last, triple % 16_411, (first * 65 ** 3 + triple) % 16_411, three[:, end], six[:, end]
        x = sum(table[row] for table, row in zip(tables, rows))
        i, f, g, o = _gates(x @ W + h @ U + b)
        c = f * c + i * g
        h = o * np.tanh(c)
    logits = np.concatenate([h, x], axis=1) @ V + out
    logits -= logits.max(axis=1, keepdims=True)
    nats = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(count), letters[:, -1]]
    return total, chosen, nats / np.log(2)


@exercise("20.3", indifferent=("transposed",),
          praise="The mean falls by 0.66 bits from 5 characters to 20 and by 0.30 from 20 to 80: the state carries "
                 "something of use across dozens of characters. What it carries, these figures do not say.",
          hints=("Cut with reshape: validation_seen[:64_000 // k * k].reshape(-1, k).",
                 "Let it read all but the last character of each piece, and take the logits at the end of that.",
                 "p = softmax(logits); the bits are -log2 of the p of the characters pieces[:, -1] % 65."))
def memory_in_use(answer):
    if not callable(answer):
        return "last_bits is to be a function of k; print the three means for yourself."
    for k in (5, 20, 33):
        total, chosen, right = _last_bits(k)
        bits = np.asarray(answer(k), float)
        if bits.shape != (total,):
            return (f"last_bits({k}) is to return one figure for each of the {total:,} pieces; yours has the shape "
                    f"{bits.shape}.")
        if not np.isfinite(bits).all():
            return f"last_bits({k}) holds what is no number."
        if not np.allclose(bits[chosen], right, rtol=0.01, atol=0.01):
            if np.allclose(bits[chosen] / np.log2(np.e), right, rtol=0.01, atol=0.01):
                return "those are not bits: divide nats by ln 2 once, or take log2, not both."
            if np.allclose(bits[chosen] * np.log2(np.e), right, rtol=0.01, atol=0.01):
                return "those are nats; bits take log2."
            if np.allclose(bits[chosen], _last_bits(k, echoes=False)[2], rtol=0.01, atol=0.01):
                return "that reads validation_text, letters without their echoes; the network expects validation_seen."
            return (f"last_bits({k}) is not what the checkpoint pays for the last characters of the pieces. Is the "
                    "state empty at each piece's start, and are all but the last character read?")
    return None
