"""The exercises of lesson 05: blind guessing, layers with connections to spare, disagreement."""
from utils.exercises import exercise


@exercise("05.1",
          praise="Three guesses of ten: chance for top-3 is three times chance for top-1. A figure means "
                 "something only against its own chance level.",
          hints=("With one guess, chance is one in ten.",
                 "The answer counts as right when the digit is among three different guesses.",
                 "Three of the ten digits are named: how likely is the right one among them?"))
def blind_top_3(answer):
    if abs(answer - 0.3) < 1e-9:
        return None
    if answer == 30:
        return "give it as a fraction of 1."
    if abs(answer - 0.1) < 1e-9:
        return "that is top-1, with a single guess."
    if abs(answer - 0.271) < 1e-3:
        return "that would be three guesses that may repeat; the three most probable digits are different ones."
    return "that is not the chance of naming the right digit among three different ones."


@exercise("05.2",
          praise="The input layer has connections to spare, 240 for every pixel, many of them at the empty "
                 "margin. The output layer's few each carry a part of the answer.",
          hints=("A mask of ones leaves a layer as it is; only one of the three masks has zeros.",
                 "by_size([dense[0]], 0.9, random)[0] is the mask of the input layer. Call write_all(dense) "
                 "before you prune the other layer.",
                 "For each layer: write_all(dense), then prune(masks), then accuracy on the "
                 "validation digits."))
def one_layer(answer):
    input_layer, output_layer = map(float, answer)
    if max(input_layer, output_layer) > 1:
        return "give accuracies as fractions of 1."
    if input_layer == output_layer:
        return "both are the same: was dense written back, and the other layer pruned?"
    if output_layer > input_layer:
        return "the output layer should suffer more. Is the order (input_layer, output_layer)?"
    if input_layer < 0.93:
        return "the input layer should hardly suffer. Were the smallest weights removed, in this layer only?"
    if output_layer > 0.95:
        return "nine tenths of the output layer's connections are not lost as lightly as that."
    return None


@exercise("05.3",
          praise="Many times more than the scores differ by: each network repairs some of the other's "
                 "mistakes. The same accuracy is not the same network.",
          hints=("Both are arrays of 10,000 digits; compare them entry by entry.",
                 "(a != b) is an array of True and False. Count the Trues.",
                 "(dense_answers != pruned_answers).sum()"))
def disagreements(answer):
    if 0 < answer < 1:
        return "a count is wanted, not a fraction."
    if answer > 5000:
        return "that many? You may have counted the digits on which they agree."
    if 50 <= answer <= 500:
        return None
    return "compare the answers themselves, digit by digit, not the two scores."
