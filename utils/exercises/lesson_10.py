"""The exercises of lesson 10: a first layer's parameters, a smaller first step, no dense layers."""
from utils.exercises import exercise
from utils.exercises.mutants import CHANGES


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


# The talk's convolutions: parameters, multiply-adds, receptive field, step and shape of the output.
CONVOLUTIONS = ((34_944, 113_221_152, 11, 4, (57, 57, 96)), (614_656, 516_710_400, 51, 8, (29, 29, 256)),
                (885_120, 199_065_600, 99, 16, (15, 15, 384)), (1_327_488, 298_598_400, 131, 16, (15, 15, 384)),
                (884_992, 199_065_600, 163, 16, (15, 15, 256)))


@exercise("10.3", indifferent=tuple(CHANGES),       # its function returns a network, in which nothing is changed
          praise="All the convolutions in a twentieth of the parameters. Networks since 2014 are built like "
                 "this, with a mean in place of the large dense layers (lesson 17).",
          hints=("The five convolutions together have fewer than four million parameters; what follows "
                 "them may have one.",
                 "global_avg_pool turns 8 × 8 × 256 into 256 numbers; one dense layer is enough behind it.",
                 "net = tflearn.fully_connected(tflearn.global_avg_pool(net), 17, activation='softmax')"))
def slim(answer):
    if not callable(answer):
        return "a function is wanted: slim() builds the network and returns it. Hand in slim, without brackets."
    from utils.architecture import layers
    from utils.engines import tensorflow
    with tensorflow.compat.v1.Graph().as_default():
        net = answer()
        if not hasattr(net, "graph"):
            return "it should return the network: what its last TFLearn layer gives."
        rows = layers(net)
    kept = [row for row in rows if row.kind == "convolution"]
    if [row.parameters for row in kept] != [right[0] for right in CONVOLUTIONS]:
        return "the five convolutions are not the talk's; compare their parameters with the table."
    for i, (row, right) in enumerate(zip(kept, CONVOLUTIONS), start=1):
        if (row.multiply_adds, row.field, row.step, row.shape) != right[1:]:
            return (f"convolution {i} has the right weights and looks at the wrong places: its output is "
                    f"{row.shape}, the talk's {right[4]}. Mind steps, padding and the pooling before it.")
    total = sum(row.parameters for row in rows)
    if total >= 5_000_000:
        return f"it has {total:,} parameters; fewer than five million are asked for."
    if tuple(rows[-1].shape) != (17,):
        return f"its output is {rows[-1].shape}; 17 classes want 17 numbers."
    return None
