"""What the compiled loop is told and what it keeps, as records of NumPy's."""

from typing import NamedTuple

import numpy as np

from fastdense.entry import Sums

# What the loop does next; the order in which an epoch passes through.
SHUFFLE, STEP, EVALUATE, VALIDATE, OBSERVE, DONE = range(6)

# What a forward pass is for; the last two go on from the loss to the deltas of all layers.
PREDICTING, EVALUATING, TRAINING, OBSERVING = range(4)

# Kinds of work: chunks of samples through all layers, blocks of the gradient; or samples to be
# brought to where the unrolled step of a pack reads them.
# Or some units of a layer: forward, or back to the delta of what is below it.
PROPAGATE, ACCUMULATE, LOAD, IN_TURN, FORWARD, BACKWARD = range(6)

# How a prediction is compared with its target for the accuracy.
NO_ACCURACY, PROBABILITY, LOGIT, LARGEST, SHARE = range(5)

# Rows of the curves, one column per evaluated epoch.
LOSS, ACCURACY, TEST_LOSS, TEST_ACCURACY, RUNNING_LOSS, RUNNING_PENALTY = range(6)
CURVES = 6

# Places of the sums that are taken of a dense layer at an observed epoch.
SUM = Sums(*range(len(Sums._fields)))
SUMS = len(SUM)

# Sums over samples run as this many interleaved partial sums (sample i into sum i mod 16), added
# up in ascending order: one order for every machine that vectors of any width can keep.
PARTIAL_SUMS = 16
COLUMN_MULTIPLE = 16  # samples side by side are padded to this, so chunks keep the order of sums
NUMBERS = 2  # of a layer, for its twin
DRAWN = 2  # uniform numbers of an augmentation's sample
MATRIX = 6  # numbers of where its places come from
NEVER = np.iinfo(np.int64).max  # a mini-batch that nobody comes to
POWERS = 3  # running products of an optimizer

# Layers of so few inputs, with the bias's, or last outputs have lanes over the others (narrow.py).
FEW_INPUTS = 5
FEW_OUTPUTS = 4
# Multiply-adds that take as long as one row of a square of weights that is turned.
TURNED = 6

# How a matrix product copies a large A (see matmul.py), and the scratch it needs.
PACKED_ROWS = 128  # of A that are copied together, to be read in one stream
PACK_FROM = 1 << 16  # numbers in A, beyond which its strided reads miss the caches
DEPTH = 256  # k is cut into pieces whose panel of B stays in the first-level cache
GROUP = 8 * DEPTH + 16  # from eight packed rows to the next; a power of two would thrash the cache
PACKED = PACKED_ROWS // 8 * GROUP  # numbers of scratch

# Places in the int64 memory of a team (see team.py), two cache lines apart, for its threads write
# to them.
FINISHED = 0
ENDED = 16  # of the threads that were called, none is to look for work any more
# Of each thread's share of the units: its end << 32 | the next one.
CLAIMS = 32
# Of each chunk whose gradient is taken in turn, how many blocks of it are, counted over all chunks:
# places for one chunk more than there are threads.
TURNS = 48
APART = 32  # from a thread's place to that of the next


def team_size(threads):
    """Numbers of the memory of a team."""
    return CLAIMS + APART * (threads + 1)


_i8, _f8 = np.int64, np.float64

LAYER = np.dtype(
    [
        ("n_in", _i8),
        ("n_out", _i8),
        ("fan_in", _i8),  # of a unit; its weights are (fan_in, units)
        ("units", _i8),  # outputs, or channels of them
        ("geometry", _i8),  # where its whole numbers stand
        ("weights", _i8),  # where its parameters stand: weights (n_in, n_out), and then its bias
        ("size", _i8),  # of its parameters, of which the first `penalized` have l1 and l2
        ("penalized", _i8),
        ("trained", _i8),  # by the optimizer; it keeps up those behind them itself
        ("buffers", _i8),  # where it has room beside the chunks
        # Addresses of its twin's linked kernels; 0: a dense layer, compiled into those of the loop.
        ("forward", _i8),
        ("backward", _i8),
        ("accumulate", _i8),
        ("product", _i8),  # of matrices, which the twin calls, or 0
        ("own_delta", _i8),  # the delta of its inputs is left elsewhere
        ("input_row", _i8),  # rows of the arena: each is one feature of all samples side by side
        ("output_row", _i8),
        ("slope_row", _i8),  # pre-activations, then slopes; of a linked layer what it likes
        # Where its transposed delta stands, behind the rows, by columns; -1 where none is kept.
        ("transposed", _i8),
        ("transposed_stride", _i8),  # from one sample of it to the next
        ("few_inputs", _i8),  # whether it has only FEW_INPUTS: its delta is not transposed
        ("few_outputs", _i8),  # up to FEW_OUTPUTS that whole vectors leave: theirs is not either
        ("few_place", _i8),  # where that of the few outputs stands, behind the transposed ones
        ("delta_row", _i8),  # where its delta stands before that of the layer below
        ("index", _i8),
        ("unit", _i8),  # where its units stand among those of all layers with a delta of their own
        ("needs_input_gradient", _i8),
        ("activate", _i8),  # addresses of linked kernels; 0: it has no activation, and no signals
        ("value", _i8),  # 0: the same as `activate`
        ("differentiate", _i8),  # 0: multiply by the slope
        ("block_rows", _i8),  # rows of weights whose gradient is one unit of work
        ("first_block", _i8),  # among those of all layers
        ("max_norm", _f8),  # of the weights into a unit, or 0
    ],
    align=True,
)

PLAN = np.dtype(
    [
        ("lanes", _i8),  # networks side by side: one, or groups of `group_of`
        ("draws", _i8),  # of the data, whose rows follow each other
        ("samples", _i8),  # of one draw
        ("test_samples", _i8),
        ("weighted", _i8),  # samples have weights
        ("order_rows", _i8),  # 0: no explicit order
        ("order_by_lane", _i8),  # each network of a pack has orders of its own
        ("visits", _i8),  # samples an epoch visits
        ("shuffle", _i8),
        ("fixed", _i8),  # every epoch visits the same samples in the same order
        ("batch", _i8),
        ("epochs", _i8),
        ("until", _i8),  # epochs after which a call ends
        ("until_step", _i8),  # mini-batches, likewise
        ("steps_per_epoch", _i8),
        ("evaluate_every", _i8),  # 0: never
        ("tested_only", _i8),  # of the training rows only the running loss is known
        ("keep_outputs", _i8),  # of each sample of a step, before the update
        ("keep_penalties", _i8),  # of each mini-batch, before the update; see `begin_batch`
        ("observe_every", _i8),  # 0: never
        ("threads", _i8),  # threads that share the work
        ("columns", _i8),  # samples a training chunk holds side by side
        ("stride", _i8),  # numbers from one row of a training chunk to the next
        ("chunks", _i8),  # training chunks between two gradients
        ("in_rows", _i8),  # samples of a step that stay in rows, at most
        ("block", _i8),  # samples of a chunk in an evaluation
        ("block_stride", _i8),
        ("rows", _i8),  # of an arena
        ("arena", _i8),  # numbers of the arena of one chunk
        ("scratch", _i8),  # numbers of one thread's scratch: PACKED, and a block of a gradient
        ("target_row", _i8),  # rows of the arena
        ("delta_row", _i8),
        ("other_delta_row", _i8),
        ("outputs", _i8),
        ("units", _i8),  # of all layers with a delta of their own
        ("depth", _i8),
        ("dense_layers", _i8),
        ("evaluations", _i8),  # columns of the curves
        ("labels", _i8),  # targets are labels, expanded to one-hot rows
        ("slope_factor", _f8),  # 1 / outputs where the loss is a mean over outputs
        ("sum_factor", _f8),  # of each sample where a sum over samples is descended, or 0
        ("by_weight", _i8),  # each mini-batch is divided by its weights; see `begin_batch`
        ("accumulate", _i8),  # mini-batches whose gradients are averaged for an update
        ("accuracy", _i8),
        ("parameters", _i8),
        ("products", _i8),  # of a sample through the network, or its parameters if they are more
        ("slots", _i8),  # arrays of the optimizer's
        # Numbers from the parameters to the first slot, and from slot to slot.
        ("slot_stride", _i8),
        ("blocks", _i8),  # units of work of a whole gradient
        # Whoever takes a chunk through the network also takes its gradient, when those of the
        # chunks before it are taken; activations stay with one thread.
        ("in_turn", _i8),
        # Not 0 where the samples of a step are one chunk: multiply-adds of a product over them from
        # which threads share the units of a layer.
        ("by_units", _i8),
        # Parameters are updated block by block, for they are too many for the cache or for one
        # thread; never with clip_norm, which looks at all of the gradient first.
        ("update_by_block", _i8),
        ("work", _i8),  # addresses of linked kernels
        ("loss", _i8),
        ("advance", _i8),
        ("optimizer", _i8),
        ("online", _i8),  # the update by one sample, or 0
        ("unrolled", _i8),  # the whole step of a pack, or 0
        ("schedule", _i8),
        ("pause", _i8),  # address of a function that lets other processes run
        # Whether any network has penalties, bounds its gradient's components, bounds its norm.
        ("penalized", _i8),
        ("clipped", _i8),
        ("bounded", _i8),
        ("bounded_arrays", _i8),  # that are bounded each by itself; 0: all of them together
        ("constrained", _i8),  # some layer bounds the norms of its units
        ("kept_up", _i8),  # some layer has parameters that are not trained
        ("augment", _i8),  # address of the kernel that changes the samples of a step, or 0
        ("augmentations", _i8),
        ("uniforms", _i8),  # addresses of kernels that draw numbers, where it needs them
        ("normals", _i8),
        ("height", _i8),  # of an image; rows of features are images of height and channels 1
        ("width", _i8),
        ("channels", _i8),
        ("features", _i8),
    ],
    align=True,
)

AUGMENTATION = np.dtype(
    [
        ("place", _i8),  # addresses of linked kernels, one of which is 0
        ("values", _i8),
        ("each", _i8),  # it takes a number for every number of a sample
        ("hyper", _i8),  # where its hyper-parameters stand
    ],
    align=True,
)

STATE = np.dtype(
    [
        ("phase", _i8),
        ("epoch", _i8),  # epochs completed; the one under way is this plus one
        ("position", _i8),  # within the phase, in samples
        ("done", _i8),  # samples of the mini-batch under way whose gradient is taken
        ("unit", _i8),  # of work on the next samples that is done: chunks, and then blocks
        ("accumulated", _i8),  # mini-batches whose gradient has met no update yet
        ("step", _i8),  # mini-batches
        ("loaded", _i8),  # the arena holds a whole epoch's samples
        ("summed", _i8),  # the epoch's losses are added up: it is evaluated, or the last
        ("row", _i8),  # of the curves
        ("signal_row", _i8),
        ("effort", _i8),  # of all calls together, in the unit of a budget
    ],
    align=True,
)

# A network: the one of a training, or one of a pack, where each stands in a lane.
NETWORK = np.dtype(
    [
        ("clip_norm", _f8),  # 0: none
        # Set where the loss is not finite any more: what there was until then.
        ("ended", _i8),
        ("rows", _i8),  # of the curves
        ("signal_rows", _i8),
        ("steps", _i8),
    ],
    align=True,
)

# What the threads of a team are to do: `task` for the units of some samples.
JOB = np.dtype(
    [
        ("task", _i8),
        ("purpose", _i8),
        ("test", _i8),  # of the test rows instead of the training rows
        ("ordered", _i8),  # in the order of the epoch instead of that of the rows
        ("first", _i8),  # place of the first sample in that order
        ("samples", _i8),
        ("place", _i8),  # of the first sample in its batch
        ("columns", _i8),  # samples of a chunk
        ("stride", _i8),
        ("factor", _f8),  # of the slope of one sample's loss in what is descended
        ("loaded", _i8),  # the arena holds these samples already
        ("continued", _i8),  # the gradient goes on from that of samples before
        ("update", _i8),  # the gradient is complete: update the parameters
        ("by_rows", _i8),  # of a prediction: samples stay in rows
        ("in_rows", _i8),  # of a step, likewise
        # Of the units of a layer: its number, where the deltas stand of its outputs and its inputs,
        # and whether the layer below is dense, whose slopes are applied at once.
        ("layer", _i8),
        ("delta_row", _i8),
        ("other_row", _i8),
        ("dense_below", _i8),
        ("not_finite", _i8),  # set where inputs of a prediction are NaN or infinite
    ],
    align=True,
)


class Array(NamedTuple):
    """An array that kernels work on.

    In a pack each number of a network is a row of lanes, one for each network side by side.

    Attributes
    ----------
    name : str
    holds : dtype, NUMBER or SCALAR
        A record, a type of number, the training's own, or that of an optimizer's scalars.
    role : str
        "plan" says what is to be done, and may hold addresses of this process; "task" is what the
        task gives. Both are made from the task again. "state" is what the training has come to
        between two updates: a checkpoint must hold it, so no address may be in it. "scratch" is
        written before it is read, or holds constants.
    """

    name: str
    holds: np.dtype | str
    role: str


NUMBER = "number"  # of the training's dtype
SCALAR = "scalar"  # float64 for a network alone; in a pack of the training's dtype

# The one table of arrays: kernels take their addresses in this order.
ARRAYS = (
    Array("plan", PLAN, "plan"),
    Array("state", STATE, "state"),
    Array("job", JOB, "scratch"),
    Array("layers", LAYER, "plan"),
    Array("augmentations", AUGMENTATION, "plan"),
    Array("parameters", NUMBER, "state"),  # and behind them the optimizer's slots
    Array("geometry", _i8, "plan"),  # whole numbers of each layer
    # Room of layers beside the chunks, for each lane, or sixteen of a network alone.
    Array("buffers", NUMBER, "scratch"),
    Array("gradient", NUMBER, "state"),  # of the mini-batches that met no update yet
    Array("networks", NETWORK, "state"),
    Array("seeds", _i8, "task"),
    Array("draws", _i8, "task"),  # on which each lane is trained
    Array("numbers", _f8, "task"),  # NUMBERS of each layer, for each lane
    Array("rates", _f8, "task"),  # of each lane
    Array("frozen", NUMBER, "state"),  # not zero for a lane whose parameters stay as they are
    # The bound of a component, then l1 and 2 l2 of the weights and of the biases of each layer, all
    # for each lane.
    Array("penalties", NUMBER, "task"),
    # Of the mini-batch under way: what a sample's weight is multiplied by, and a penalty.
    Array("shares", _f8, "scratch"),
    Array("penalty_shares", NUMBER, "scratch"),
    Array("ends", _i8, "plan"),  # behind each array of parameters
    Array("scalars", SCALAR, "scratch"),  # of the optimizer's step
    Array("arena", NUMBER, "scratch"),
    Array("scratch", NUMBER, "scratch"),
    Array("inputs", NUMBER, "task"),
    Array("targets", NUMBER, "task"),
    Array("weights", _f8, "task"),
    Array("test_inputs", NUMBER, "task"),
    Array("test_targets", NUMBER, "task"),
    Array("predictions", NUMBER, "scratch"),
    Array("outputs", NUMBER, "scratch"),  # of the epoch, as its samples are visited, or of none
    Array("order", _i8, "state"),  # in which the epoch visits the samples
    Array("losses", _f8, "scratch"),  # of each sample
    Array("sample_weights", _f8, "scratch"),
    Array("correct", _i8, "scratch"),  # of each chunk and lane
    Array("hits", _i8, "state"),  # of all chunks together
    Array("loss_hyper", NUMBER, "task"),
    Array("optimizer_hyper", _f8, "task"),
    Array("powers", _f8, "state"),  # running products of the optimizer
    Array("sizes", _f8, "state"),  # of the pre-activations: sixteen partial sums a layer
    Array("team", _i8, "scratch"),
    Array("given", _i8, "task"),  # explicit orders of the samples
    Array("schedule_hyper", _f8, "task"),
    Array("augmentation_hyper", _f8, "task"),
    Array("drawn", _f8, "scratch"),  # numbers of an augmentation, for each thread
    Array("images", NUMBER, "scratch"),  # two samples on their way through them, likewise
    Array("curves", _f8, "state"),  # (CURVES, evaluations, lanes)
    Array("sums", _f8, "state"),  # (observations, layers, SUMS, lanes), which signals are made of
    Array("running", _f8, "state"),  # sums of the epoch's losses
    Array("running_penalty", _f8, "state"),  # of each lane, likewise
    Array("partial", _f8, "state"),  # sums of the evaluation or observation under way
    Array("previous", NUMBER, "state"),  # parameters before an observed update
    Array("updates", _f8, "state"),  # their relative change, of each layer
    Array("alive", np.uint8, "state"),  # a flag for each unit
    Array("slopes", _f8, "state"),  # sixteen partial sums a layer
)
NAMES = tuple(array.name for array in ARRAYS)


def dtype_of(array, dtype, packed):
    """What an `Array` holds in a training of some dtype: one network's, or a pack's."""
    if array.holds == SCALAR:
        return np.dtype(dtype if packed else _f8)
    return np.dtype(dtype if array.holds == NUMBER else array.holds)


def group_of(dtype):
    """Lanes that stay together: numbers of a cache line, which is the widest vector of any CPU."""
    return {"float32": 16, "float64": 8}[str(dtype)]


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
