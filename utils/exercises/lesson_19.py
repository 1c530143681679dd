"""The exercises of lesson 19: counting weights, the rule behind the analogies, an analogy of one's own."""
from utils.data import load
from utils.exercises import exercise


@exercise("19.1",
          praise="Two tables of 10,000 × 50. What is kept in the end is the first of them; the negative samples "
                 "are rows of the second, and add nothing.",
          hints=("An embedding is a table with a row for each word.",
                 "In skip-gram each word has a vector as a centre and another as company.",
                 "Two tables, V and U, of 10,000 rows with 50 numbers."))
def two_tables(answer):
    if answer == 1_000_000:
        return None
    if answer == 500_000:
        return "that is one table; each word also has a vector as company."
    if answer in (3_000_000, 3_500_000, 6_000_000):
        return "negative samples are rows that are there already, they add no weights."
    if answer == 10_000 * 10_000:
        return "no word is joined to every other one: words meet through their 50 numbers."
    return "count the tables, their rows and their columns."


FREE_FAMILY, FREE_ALL = 159 / 420, 0.115        # right with everything allowed, measured


@exercise("19.2",
          praise="Most of the section's success hangs on the rule: with everything allowed the nearest word is "
                 "mostly one of the question's own.",
          hints=("by_section has an argument that switches the rule off.",
                 "by_section(news, exclude=False) is a table: right, asked, in the file.",
                 "The row \"family\": right divided by asked."))
def without_the_rule(answer):
    share = float(answer)
    if 1 < share <= 100:
        return "give a fraction of 1, not per cent."
    if abs(share - 373 / 420) < 0.01:
        return "that is with the rule; exclude=False switches it off."
    if abs(share - FREE_FAMILY) < 0.002:
        return None
    if abs(share - FREE_FAMILY * 420 / 506) < 0.006:
        return "divide by the questions that were asked, not by all in the file."
    if abs(share - FREE_ALL) < 0.006:
        return "that is the whole file; only the section family was asked for."
    return "that is not the share of the section's questions that are answered right with everything allowed."

SHOWN = {"doctor", "programmer", "lawyer", "nurse"}      # jobs whose analogies the lesson prints


@exercise("19.3",
          praise="That one works. And how many did not? An honest report gives both numbers, which is why the lesson "
                 "counts a whole file of questions.",
          hints=("Think of animals and their young, crafts and their tools, opposites.",
                 "The words are in small letters and must be among the 26,423: `word in news`.",
                 "Try several with answers(news.index_to_key, news.get_normed_vectors(), [(a, b, c)])."))
def own_analogy(answer):
    import numpy as np
    if isinstance(answer, str) or len(answer) != 4 or not all(isinstance(word, str) for word in answer):
        return "four words are wanted: (a, b, c, d)."
    if len(set(answer)) < 4:
        return "the four words must be different."
    data = load("google_news")
    place = {word: i for i, word in enumerate(data.word.tolist())}
    if missing := [word for word in answer if word not in place]:
        return f"the vectors do not have {missing[0]!r}."
    a, b, c, d = answer
    if c[:3] == d[:3] or a[:3] == b[:3]:
        return "that is a change of ending, which the file of questions has plenty of."
    if {"man", "woman"} <= {a, b, c, d} and {a, b, c, d} & SHOWN:
        return "the lesson showed that one; find one of your own."
    if {a, b, c, d} in _asked_sets():
        return "that one is in the file of questions."
    vector = data.vector.astype(np.float32)
    near = vector @ (vector[place[b]] - vector[place[a]] + vector[place[c]])
    near[[place[a], place[b], place[c]]] = -np.inf
    found = str(data.word[near.argmax()])
    return None if found == d else f"the vectors answer {found!r}, not {d!r}."


def _asked_sets():
    """The questions of the file that came with Word2Vec, each as a set of four words."""
    from gensim.test.utils import datapath
    with open(datapath("questions-words.txt"), encoding="utf-8") as file:
        return [set(line.lower().split()) for line in file if line[0] != ":"]
