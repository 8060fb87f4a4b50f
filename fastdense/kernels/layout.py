"""What the compiled loop is told and what it keeps, as records of NumPy's."""

import numpy as np

DENSE, DROPOUT = range(2)  # kinds of layer

# What the loop does next; the order in which an epoch passes through.
SHUFFLE, STEP, EVALUATE, VALIDATE, OBSERVE, DONE = range(6)

# What a forward pass is for.
PREDICTING, TRAINING, OBSERVING = range(3)

# How a prediction is compared with its target for the accuracy.
NO_ACCURACY, PROBABILITY, LOGIT, LARGEST = range(4)

# Rows of the curves, one column per evaluated epoch.
LOSS, ACCURACY, TEST_LOSS, TEST_ACCURACY, RUNNING_LOSS = range(5)
CURVES = 5

# Signals of a dense layer at an observed epoch.
(
    GRADIENT_NORM,
    PARAMETER_NORM,
    UPDATE_RATIO,
    DEAD_SHARE,
    MEAN_SLOPE,
    MEAN_PREACTIVATION,
) = range(6)
SIGNALS = 6

# Sums over samples run as this many interleaved partial sums (sample i into sum i mod 16), added
# up in ascending order: one order for every machine that vectors of any width can keep.
PARTIAL_SUMS = 16
COLUMN_MULTIPLE = 16  # samples side by side are padded to this, so chunks keep the order of sums

# How a matrix product copies a large A (see matmul.py), and the scratch it needs.
PACKED_ROWS = 128  # of A that are copied together, to be read in one stream
PACK_FROM = 1 << 16  # numbers in A, beyond which its strided reads miss the caches
DEPTH = 256  # k is cut into pieces whose panel of B stays in the first-level cache
GROUP = 8 * DEPTH + 16  # from eight packed rows to the next; a power of two would thrash the cache
PACKED = PACKED_ROWS // 8 * GROUP  # numbers of scratch

_i8, _f8 = np.int64, np.float64

LAYER = np.dtype(
    [
        ("kind", _i8),
        ("n_in", _i8),
        ("n_out", _i8),
        ("padded_out", _i8),  # n_out rounded up to whole vectors: a row of the transposed delta
        ("weights", _i8),  # where its weights (n_in, n_out) and then its bias stand
        ("input_row", _i8),  # rows of the arena: each is one feature of all samples side by side
        ("output_row", _i8),
        ("slope_row", _i8),  # pre-activations, then slopes; a dropout layer's mask
        ("index", _i8),
        ("unit", _i8),  # where its units stand among all units, dense layers only
        ("needs_input_gradient", _i8),
        ("activate", _i8),  # addresses of linked kernels
        ("differentiate", _i8),  # 0: multiply by the slope
        ("keep_above", _i8),  # dropout: a random word below this drops the unit
        ("keep_scale", _f8),
    ],
    align=True,
)

PLAN = np.dtype(
    [
        ("seed", _i8),
        ("samples", _i8),
        ("test_samples", _i8),
        ("order_rows", _i8),  # 0: no explicit order
        ("visits", _i8),  # samples an epoch visits
        ("shuffle", _i8),
        ("batch", _i8),
        ("epochs", _i8),
        ("evaluate_every", _i8),
        ("observe_every", _i8),  # 0: never
        ("columns", _i8),  # samples a training chunk holds side by side
        ("stride", _i8),  # numbers from one row of a training chunk to the next
        ("block", _i8),  # likewise in an evaluation
        ("block_stride", _i8),
        ("target_row", _i8),  # rows of the arena
        ("delta_row", _i8),
        ("other_delta_row", _i8),
        ("outputs", _i8),
        ("units", _i8),  # of all dense layers together
        ("dense_layers", _i8),
        ("evaluations", _i8),  # columns of the curves
        ("labels", _i8),  # targets are labels, expanded to one-hot rows
        ("slope_factor", _f8),  # 1 / outputs where the loss is a mean over outputs
        ("accuracy", _i8),
        ("parameters", _i8),
        ("forward", _i8),  # addresses of linked kernels
        ("backward", _i8),
        ("loss", _i8),
        ("optimizer", _i8),
        ("schedule", _i8),
        ("learning_rate", _f8),
        ("l1", _f8),
        ("l2", _f8),
        ("clip_value", _f8),  # 0: none
        ("clip_norm", _f8),  # 0: none
        ("chunk_cost", _i8),  # in multiply-adds, roughly: what the budget of a call counts
        ("block_cost", _i8),
    ],
    align=True,
)

STATE = np.dtype(
    [
        ("phase", _i8),
        ("epoch", _i8),  # epochs completed; the one under way is this plus one
        ("position", _i8),  # within the phase, in samples
        ("done", _i8),  # samples of the mini-batch under way whose gradient is taken
        ("step", _i8),
        ("row", _i8),  # of the curves
        ("signal_row", _i8),
        ("correct", _i8),
    ],
    align=True,
)


def padded(count, multiple=COLUMN_MULTIPLE):
    """`count` rounded up to a multiple."""
    return -(-count // multiple) * multiple


def row_stride(count):
    """Numbers from one row to the next, for rows of `count`: padded, and never a multiple of 128.

    Rows a large power of two apart fall into few sets of the first-level cache and evict each
    other.
    """
    whole = padded(count)
    return whole + COLUMN_MULTIPLE if whole % 128 == 0 else whole
