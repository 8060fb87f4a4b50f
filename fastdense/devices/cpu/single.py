"""One network's training, by one thread or shared by several."""

from math import prod

from fastdense.devices.cpu import checkpoint
from fastdense.devices.cpu.arena import (
    BLOCK_NUMBERS,
    SMALL_NETWORK,
    SPARE,
    arena_size,
    arrange,
    chunk_columns,
    chunks_between,
    stride_of,
)
from fastdense.devices.cpu.forms import begun
from fastdense.devices.cpu.results import alone, latest_of
from fastdense.devices.cpu.session import Session, Strategy
from fastdense.devices.cpu.state import Shape, arrays_alone
from fastdense.devices.cpu.stepping import Stepper, kept
from fastdense.kernels import layout
from fastdense.kernels.layout import PACKED, padded
from fastdense.kernels.registry import kernel
from fastdense.parallel import cores

SHARED_PRODUCTS = 400_000  # parameters times samples, from which it is tried to share a step
SHARED_LAYER = 1 << 16  # multiply-adds of its product, some microsecond, to share a layer's units
MIN_COLUMNS = 16  # of a chunk that a thread does by itself
MIN_NUMBERS = 4096  # of the gradient that a thread should find to do
FAR_MORE = 3  # parameters than numbers of a thread's samples, so that threads share units
MOST = 0.9  # of the multiply-adds, which shared layers should have


class Single(Session):
    """The training of a task.

    Parameters
    ----------
    task : Task
    threads : int, optional
        How many may share the work; as many as there are processors, if not given.
    shared : dict, optional
        Arrays of another training to work in, by name, in place of its own.
    """

    def __init__(self, task, threads=None, shared=None):
        network, recipe = task.network, task.recipe
        layers, places = arrange(network, recipe.dtype)
        # Samples of a chunk in an evaluation.
        block = chunk_columns(max(len(task.inputs), 2), network, places["rows"])
        bounded = recipe.clip_norm != 0
        online = task.batch == 1 and recipe.gradient_accumulation_steps == 1
        if online:
            changed = bounded, recipe.clip_value, recipe.l1, recipe.l2
            online = not (any(changed) or any(layer.regularized for layer in network.layers))

        block_numbers = places["block"]

        def strategy(threads, columns, by_block, layers, places, in_turn=False, by_units=0):
            chunks = -(-task.batch // columns)
            if not in_turn:
                chunks = chunks_between(task.batch, columns, places, network.size, threads)
            return Strategy(
                threads,
                columns,
                stride_of(columns),
                chunks,
                arena_size(places, max(block, columns)),
                places["blocks"],
                by_block and not bounded,
                in_turn,
                by_units,
                layers,
            )

        columns = chunk_columns(task.batch, network, places["rows"])
        if network.whole_batch and task.batch > 1:
            columns = padded(task.batch)
        by_block = network.size > SMALL_NETWORK or online
        strategies = [strategy(1, columns, by_block, layers, places)]
        most = 1 if network.whole_batch else _most_threads(task, threads)
        if most > 1:
            # As many chunks for each, and of the same length.
            rounds = -(-task.batch // (columns * most))
            each = max(padded(-(-task.batch // (rounds * most))), MIN_COLUMNS)
            # Each thread should find some units of the gradient to do.
            numbers = min(BLOCK_NUMBERS, network.size // (8 * most))
            shared_layers, shared_places = arrange(network, recipe.dtype, numbers)
            block_numbers = max(block_numbers, shared_places["block"])
            # In turn, the gradient passes from core to core with each chunk; else the activations
            # and deltas of the chunk do. What is less is faster; but a linked layer is one block,
            # for the whole of which the next chunk would have to wait.
            features = sum(prod(shape) for shape, _ in network.sized)
            passing = each * features
            in_turn = each < task.batch and network.size <= passing
            in_turn = in_turn and not shared_layers["accumulate"].any()
            # Where parameters are far more, each thread has some units of every layer, and reads
            # their weights only; its samples are not cut, and fill as many vectors as there are.
            by_units = columns >= task.batch and network.size > FAR_MORE * passing
            by_units = by_units and _are_units_most(shared_layers, columns)
            if by_units:
                each, in_turn = columns, False
            strategies.append(
                strategy(
                    *(most, each, True, shared_layers, shared_places),
                    in_turn=in_turn,
                    by_units=SHARED_LAYER if by_units else 0,
                )
            )
        shape = Shape(
            lanes=1,
            block=block,
            stride=stride_of(block),
            samples=max(one.chunks * max(block, one.columns) for one in strategies),
            chunks=max(one.chunks for one in strategies),
            arena=max(one.arenas * one.arena for one in strategies),
            threads=max(one.threads for one in strategies),
            scratch=padded(PACKED + block_numbers + SPARE),
        )
        if shared is None:
            arrays, table = begun(task, places, shape, strategies[0])
        else:
            arrays, table = arrays_alone(task, places, shape, strategies[0]) | shared, None
        if online:
            name = recipe.optimizer.name
            arrays["plan"][0]["online"] = kernel("online", name, recipe.dtype)
        super().__init__(task, 1, "train", arrays, strategies, table)
        self.threads = threads
        self._steppers = {}

    def result(self, final=True):
        """What `Run` takes besides the task."""
        return alone(self.results(final))

    def latest(self):
        """The last point of the curves and of the signals; see `latest_of`."""
        return latest_of(self.task, self.arrays)

    def take(self):
        """The counters and arrays of a checkpoint; see `checkpoint.take`."""
        self.settle()
        while not self.between_steps:
            self.advance(until=self.epoch, until_step=self.steps)
        network = self.arrays["networks"][0]
        return checkpoint.take(self.task, self.state[0], network, self._place)

    def put(self, counters, saved):
        """Go on from a checkpoint; see `checkpoint.put`."""
        state, network = self.state[0], self.arrays["networks"][0]
        checkpoint.put(self.task, counters, saved, state, network)
        for name, array in saved.items():
            self._place(name, array.shape)[:] = array
        self.rate = self.rate  # what it freezes
        if state["phase"] == layout.STEP:
            visited = checkpoint.order_of(self.task, self.epoch)
            self.arrays["order"][: self.task.visits] = visited

    def _place(self, name, shape):
        """Where an array of a checkpoint stands."""
        array = self.arrays["parameters" if name == "slots" else name]
        if name in ("parameters", "gradient"):
            return array[: self.task.network.size]
        if name == "slots":
            slots, stride = shape[0], int(self.arrays["plan"][0]["slot_stride"])
            places = array[stride : stride * (1 + slots)]
            return places.reshape(slots, stride)[:, : self.task.network.size]
        if name == "curves":
            return array[:, : shape[1], 0]
        if name == "sums":
            return array[: shape[0], ..., 0]
        return array.reshape(shape)

    def _slots(self):
        """Those of the optimizer, (slots, size), where they stand."""
        return self._place("slots", (int(self.arrays["plan"][0]["slots"]),))

    def gradient(self):
        """That of the loss over all rows, (size,), as the last observation found it."""
        return self.arrays["gradient"][: self.task.network.size].copy()

    @property
    def parameters(self):
        """Of the network, (size,), where they stand."""
        return self.arrays["parameters"][: self.task.network.size]

    @property
    def rate(self):
        """The learning rate; it may be set."""
        return float(self.arrays["rates"][0])

    @rate.setter
    def rate(self, rate):
        self.arrays["rates"][0] = rate
        self.arrays["frozen"][0] = rate == 0.0 or self.arrays["networks"][0]["ended"] != 0

    def optimizer_state(self):
        """Slots (slots, size), running products, and how many mini-batches there were."""
        self.finish_step()
        return self._slots().copy(), self.arrays["powers"][0].copy(), self.steps

    def restore(self, slots, powers, steps):
        """Go on with an optimizer's state."""
        self.finish_step()
        places = self._slots(), self.arrays["powers"][0]
        checkpoint.check_state(slots, powers, [place.shape for place in places])
        places[0][:], places[1][:] = slots, powers
        self.state[0]["step"] = steps

    @property
    def running_loss(self):
        """Mean loss of the epoch's samples so far, or of the last epoch's."""
        return self._running("running", layout.RUNNING_LOSS)

    @property
    def running_penalty(self):
        """Of the epoch's mini-batches so far, or of the last epoch's."""
        return self._running("running_penalty", layout.RUNNING_PENALTY)

    def _running(self, name, curve):
        self.finish_step()
        state, arrays = self.state[0], self.arrays
        if state["phase"] == layout.STEP and state["position"] > 0:
            return float(sum(arrays[name].tolist()) / state["position"])
        return float(arrays["curves"][curve, max(int(state["row"]) - 1, 0), 0])

    def restart(self, parameters):
        """Begin the only epoch again from other parameters, with no gradient so far."""
        self.settle()
        self.parameters[:] = parameters
        self.arrays["networks"][0]["ended"] = 0
        state = self.state[0]
        for name in ("epoch", "position", "done", "unit", "accumulated", "step", "row"):
            state[name] = 0
        state["phase"] = layout.SHUFFLE

    def outputs(self):
        """The rows that the steps of the epoch visited, and the outputs of each."""
        self.finish_step()
        state, visits = self.state[0], self.task.visits
        count = int(state["position"]) if state["phase"] == layout.STEP else visits
        if not self.steps:
            count = 0
        width = self.task.trained.network.outputs
        outputs = self.arrays["outputs"][: count * width].reshape(count, width)
        return self.arrays["order"][:count].copy(), outputs.copy()

    def finish_step(self):
        """Go on until no step is half done."""
        self.settle()
        while self.state[0]["unit"] != 0:
            self.advance(until=self.epoch + 1)

    def step(self, inputs, targets, weights=None):
        """One update on a mini-batch of the caller's; returns its mean loss before it."""
        self.finish_step()
        stepper = kept(self._steppers, Stepper, self, len(inputs), weights is not None)
        self.state[0]["loaded"] = 0
        return stepper.step(inputs, targets, weights)


def _are_units_most(layers, columns):
    """Whether layers whose units threads may share have most of the multiply-adds."""
    products = layers["n_in"] * layers["n_out"]
    shared = (layers["forward"] == 0) & (products * columns >= SHARED_LAYER)
    return products[shared].sum() >= MOST * products.sum()


def _most_threads(task, threads):
    """How many threads a step might keep busy."""
    size = task.network.size
    if task.batch * size < SHARED_PRODUCTS:
        return 1
    wanted = cores() if threads is None else threads
    return min(wanted, max(task.batch // MIN_COLUMNS, size // MIN_NUMBERS))
