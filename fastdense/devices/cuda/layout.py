"""Where everything of a pack stands in the memory of a GPU.

Networks come in groups of a warp, whose threads work in step. Numbers of a network are rows of a
group: row r of the network in lane l is number `at(l, rows, r)` of an array with so many rows each.
So the threads of a warp read neighboring numbers, and from row to row it is a constant step.
"""

from collections import namedtuple

import numpy as np

WARP = 32  # threads that work in step, and networks of a group

_i8, _f8 = np.int64, np.float64

DENSE, DROPOUT, ACTIVATION, RESCALE = range(4)  # kinds of layers

LAYER = np.dtype(
    [
        ("kind", _i8),
        ("index", _i8),
        ("n_in", _i8),
        ("n_out", _i8),
        ("n_weights", _i8),
        ("weights", _i8),  # where its parameters stand: weights (n_in, n_out), and then its bias
        ("count", _i8),  # of its parameters; `size` is what NumPy calls that of a record
        ("trained", _i8),  # of these, by the optimizer
        # Rows of the arena, each of the samples of a block: inputs, outputs; pre-activations and
        # then slopes, or what other layers multiply by; deltas of the outputs and of the inputs.
        ("input_row", _i8),
        ("output_row", _i8),
        ("slope_row", _i8),
        ("delta_row", _i8),
        ("below_row", _i8),
        ("activation", _i8),  # its number among those of the network
        ("coupled", _i8),
        ("needs_input_gradient", _i8),
        ("place", _i8),  # among the dense layers
        ("unit", _i8),  # where its outputs stand among those of all dense layers
        ("max_norm", _f8),
    ],
    align=True,
)

PLAN = np.dtype(
    [
        ("budget", _i8),  # of a launch, in multiply-adds of a network
        ("until", _i8),  # epochs, after which a launch ends
        ("until_step", _i8),  # and mini-batches
        ("draws", _i8),  # of the data, whose rows follow each other
        ("samples", _i8),  # of one draw
        ("test_samples", _i8),
        ("weighted", _i8),
        ("labels", _i8),
        ("order_rows", _i8),  # given ones; 0: none
        ("shuffle", _i8),
        ("visits", _i8),
        ("batch", _i8),
        ("block", _i8),  # samples that pass through a network together
        ("epochs", _i8),
        ("steps_per_epoch", _i8),
        ("evaluate_every", _i8),
        ("tested_only", _i8),
        ("observe_every", _i8),
        ("accumulate", _i8),  # mini-batches of an update
        ("depth", _i8),
        ("dense_layers", _i8),
        ("units", _i8),  # of all dense layers
        ("features", _i8),
        ("outputs", _i8),
        ("target_row", _i8),
        ("delta_row", _i8),  # of the outputs
        ("output_row", _i8),
        ("rows", _i8),  # of the arena
        ("parameters", _i8),
        ("numbers", _i8),  # parameters and slots
        ("products", _i8),  # of a sample through the network
        ("accuracy", _i8),
        ("by_weight", _i8),  # each mini-batch is divided by its weights
        ("keep_outputs", _i8),
        ("keep_penalties", _i8),
        ("penalized", _i8),
        ("clipped", _i8),
        ("bounded", _i8),
        ("bounded_arrays", _i8),
        ("constrained", _i8),
        ("hypers", _i8),  # of the optimizer
        ("processors", _i8),  # that make a tile of a product each
        ("slope_factor", _f8),
        ("sum_factor", _f8),
    ],
    align=True,
)

# Arrays, in the order in which a kernel takes them; "state" is read and "next_state" written, for
# other threads may not have begun.
NAMES = (
    "plan", "state", "next_state", "layers", "networks", "seeds", "draws", "rates", "frozen",
    "scalars", "numbers", "parameters", "gradient", "previous", "penalties", "ends", "hyper",
    "powers", "arena", "planes", "rooms", "order", "given", "inputs", "targets", "weights",
    "test_inputs", "test_targets", "outputs", "losses", "sample_weights", "counts", "loss_hyper",
    "schedule_hyper", "running", "running_penalty", "shares", "penalty_shares", "partial", "sizes",
    "slopes", "updates", "alive", "curves", "sums",
)  # fmt: skip
Work = namedtuple("Work", NAMES)

SCALARS = 16  # of an optimizer's step, at most
HITS = 0  # the row of `counts` of all blocks together; those of a block's samples follow


def makes_view(function):
    """A decorator of functions that return a part of an array."""
    function.makes_view = True
    return function


@makes_view
def column(array, place, count):
    """`count` rows of a lane, the first of which stands at `place`, as an array of their own."""
    return array[place : place + count * WARP : WARP]


def at(lane, rows, row):
    """Where row `row` of a lane's network stands in an array that has `rows` of each."""
    return ((lane >> 5) * rows + row) * 32 + (lane & 31)
