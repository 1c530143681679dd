"""The exercises of lesson 01: a cell by its answers, a Haar feature, the hole for a room."""
import numpy as np

from utils.exercises import exercise


@exercise("01.1",
          praise="It wants the angle, forgives the place and does not mind the length: pooling two simple "
                 "fields a quarter cycle apart is enough for that.",
          hints=("Four kinds are in the lesson: centre-surround, simple, complex, hyper-complex.",
                 "A simple cell falls silent when the bar moves aside by three pixels; which did not?",
                 "Of the two that forgive the place, one is held back when the bar gets too long. It is "
                 "the other one."))
def kind(answer):
    if not isinstance(answer, str):
        return "answer with one word in quotation marks."
    word = answer.strip().lower().replace("‑", "-").rstrip(".")
    word = " ".join(part for part in word.split() if part not in ("a", "the", "cell", "cells"))
    if word == "complex":
        return None
    if word == "simple":
        return "a simple cell answers only while the bar lies on its own stripe."
    if word.replace("-", "").replace(" ", "") == "hypercomplex":
        return "a hyper-complex cell would answer less and less to a longer bar."
    if "surround" in word:
        return "a centre-surround cell has no favourite angle."
    return "that is none of the cells of this lesson."


@exercise("01.2", indifferent=("constant", "reversed", "transposed"),      # of a single number
          praise="Six look-ups, whatever the size of the rectangle: that is why a cascade can afford thousands "
                 "of such questions.",
          hints=("rectangle(table, y, x, height, width) is the light in a rectangle. Each half has its own x.",
                 "The right half begins at x + width // 2; both halves are width // 2 wide.",
                 "Return rectangle(table, y, x + half, height, half) - rectangle(table, y, x, height, half)."))
def edge(answer):
    if not callable(answer):
        return "give the function itself: check(\"01.2\", edge)."
    random = np.random.default_rng(1)
    for _ in range(20):
        picture = random.integers(0, 256, (40, 50))
        table = np.pad(picture.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
        y, x, height, half = (int(random.integers(low, high)) for low, high in
                              ((0, 20), (0, 20), (2, 20), (2, 14)))
        left = picture[y:y + height, x:x + half].sum()
        right = picture[y:y + height, x + half:x + 2 * half].sum()
        value = answer(table, y, x, height, 2 * half)
        if value is None or np.ndim(value):
            return "the function should return one number."
        if value == right - left:
            continue
        if value == left - right:
            return "that is left minus right."
        if value == left + right:
            return "that adds the halves; a feature compares them."
        return (f"for the rectangle at y = {y}, x = {x}, {height} high and {2 * half} wide of a random picture "
                f"it should be {right - left}, not {value}.")
    return None


@exercise("01.3",
          praise="The best hole grows with the square root of wavelength × distance: fifteen times the shoe box "
                 "asks for a hole only about four times as wide.",
          hints=("The one length in the problem is √(wavelength × distance); the best hole is a fixed multiple of it.",
                 "All in mm: 700 nm are 700e-6 mm, 3 m are 3000 mm.",
                 "best / UNIT * np.sqrt(700e-6 * 3000)"))
def hole_mm(answer):
    hole, length = float(answer), np.sqrt(700e-6 * 3000)
    if abs(hole / (1.5 * length) - 1) < 0.02:       # 1.5: the multiple that the simulation finds
        return None
    if abs(hole - length) < 0.05:
        return "that is √(wavelength × distance) itself. Which multiple of it did you measure?"
    if abs(hole / length / np.sqrt(2) - 1) < 0.01 or abs(hole / length / 1.9 - 1) < 0.01:
        return "that is a rule of thumb from the text; take the multiple that the simulation found."
    if 1.88 <= hole <= 1.98:
        return "that is the hole for green light; red waves spread more."
    if 0.4 <= hole <= 0.75:
        return "that is a hole for the shoe box; the room is deeper."
    if hole > 100:
        return "in mm, please; that would be a window."
    return "the best hole is the same multiple of √(wavelength × distance) as before; mind the units (mm)."
