"""The exercises of lesson 10: a first layer's parameters, a smaller first step, no dense layers."""
from utils.exercises import exercise


@exercise("10.1",
          praise="7 · 7 · 3 weights and one bias for each of the 96: less than half of AlexNet's first "
                 "layer, and next to nothing beside its dense layers.",
          hints=("One filter has a weight for every value in its window; a colour pixel is three values.",
                 "To its weights each filter adds a single bias.",
                 "(height · width · channels + 1) · filters"))
def first_parameters(answer):
    if answer == 7 * 7 * 3 * 96 + 96:
        return None
    if answer == 7 * 7 * 3 * 96:
        return "the biases are missing, one for each filter."
    if answer == 7 * 7 * 96 + 96:
        return "that would do for grey photos; a colour pixel is three values."
    if answer == 11 * 11 * 3 * 96 + 96:
        return "those are AlexNet's own windows of 11 × 11."
    return "count the weights of one filter, add its bias, and multiply by the number of filters."


STRIDE_TWO = 5_306_067_072


@exercise("10.2",
          praise="Nearly four times the work: the convolutions have four times as many places. The first dense "
                 "layer pays as well, and in parameters, too: a finer view is dear.",
          hints=("Copy alexnet under another name, change one number, and let layers count.",
                 "with tf.Graph().as_default(): rows = layers(finer())",
                 "sum(row.multiply_adds for row in rows)"))
def finer_steps(answer):
    if answer == STRIDE_TWO:
        return None
    if answer == 1_410_616_864:
        return "that is the network as it was, with steps of four pixels."
    if answer == 4 * 1_410_616_864:
        return "nearly: not every layer's work is exactly four times as much. Count it."
    if 1 < answer < 100:
        return "the number of multiply-adds is wanted, not how many times more."
    return "is the step 2 in the first convolution only, with 17 classes and the edges padded ('same')?"


CONVOLUTIONS = (34_944, 614_656, 885_120, 1_327_488, 884_992)


@exercise("10.3",
          praise="All the convolutions in a twentieth of the parameters. Networks since 2014 are built like "
                 "this, with a mean in place of the large dense layers (lesson 17).",
          hints=("The five convolutions together have fewer than four million parameters; what follows "
                 "them may have one.",
                 "global_avg_pool turns 8 × 8 × 256 into 256 numbers; one dense layer is enough behind it.",
                 "net = tflearn.fully_connected(tflearn.global_avg_pool(net), 17, activation='softmax')"))
def slim(answer):
    if not isinstance(answer, (list, tuple)):
        return "the rows are wanted, as layers(net) returns them."
    rows = list(answer)
    kept = tuple(row.parameters for row in rows if row.kind == "convolution")
    total = sum(row.parameters for row in rows)
    if kept != CONVOLUTIONS:
        return "the five convolutions are not the talk's; compare their parameters with the table."
    if total >= 5_000_000:
        return f"it has {total:,} parameters; fewer than five million are asked for."
    if tuple(rows[-1].shape) != (17,):
        return f"its output is {rows[-1].shape}; 17 classes want 17 numbers."
    return None
