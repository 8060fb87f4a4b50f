"""A trained network's outputs, ready to be asked for again and again."""

import numpy as np

from fastdense.arrays.buffers import address, aligned, buffer
from fastdense.dataset import in_dtype, rectangular, rows_of
from fastdense.devices.cpu.arena import (
    SPARE,
    arena_size,
    arrange,
    chunk_columns,
    numbers_of,
    stride_of,
)
from fastdense.devices.cpu.thread_pool import share
from fastdense.errors import FastdenseError
from fastdense.kernels import layout
from fastdense.kernels.layout import JOB, PLAN, padded
from fastdense.kernels.registry import program
from fastdense.parallel import cores

SHARED_PRODUCTS = 30_000_000  # parameters times rows, some 0.3 ms, which threads share
MIN_ROWS = 64  # for each thread
TURNED = 6  # multiply-adds that it takes to turn a number from rows to columns
LARGE_NETWORK = 1 << 18  # parameters that the second-level cache does not hold
STRIDED = 1.25  # times as long for a product that reads its weights in strides of whole rows
INPUTS, PREDICTIONS, PARAMETERS = map(layout.NAMES.index, ("inputs", "predictions", "parameters"))


class Predictor:
    """Outputs (n, outputs) of inputs (n, features), in the dtype of the parameters.

    What does not depend on the inputs is arranged once; a call for one row takes microseconds.
    """

    def __init__(self, network, parameters):
        self._network = network
        self._dtype = parameters.dtype
        self._cost_in_rows, self._cost_in_columns = _costs(network, self._dtype)
        self._free = []  # dicts of ways: in rows or columns, and by threads
        self._take(parameters)

    def _take(self, parameters):
        numbers = buffer(self._network.size + SPARE, self._dtype)
        self.parameters = numbers[: self._network.size]  # it predicts with what is written there
        self.parameters[:] = parameters
        self.place = address(numbers)

    def another(self, parameters):
        """One with parameters of its own, which predicts in the same memory."""
        other = object.__new__(Predictor)
        vars(other).update(vars(self))
        other._take(parameters)
        return other

    def __reduce__(self):
        return Predictor, (self._network, self.parameters)

    def __call__(self, inputs):
        if not (
            type(inputs) is np.ndarray
            and inputs.ndim == 2
            and inputs.dtype == self._dtype
            and inputs.flags.carray
            and len(inputs)
        ):
            inputs = in_dtype("inputs", rows_of("inputs", inputs)[0], self._dtype)
        rows, features = inputs.shape
        if features != self._network.features:
            raise FastdenseError(
                f"the network takes {self._network.features} inputs but {features} are given"
            )
        try:
            ways = self._free.pop()  # atomic
        except IndexError:  # in use by other threads, perhaps of what this process was forked from
            ways = {}
        outputs = np.empty((rows, self._network.outputs), self._dtype)
        if not self._predict(ways, inputs, outputs, rows):
            rectangular("inputs", inputs, 2)  # says which row is not finite
        self._free.append(ways)  # not after an interrupt: threads may still be at work in them
        return outputs

    def _predict(self, ways, inputs, outputs, rows):
        """Fill `outputs`; returns whether all inputs are finite."""
        threads = 1
        if rows * self._network.size >= SHARED_PRODUCTS:
            threads = min(cores(), max(rows // MIN_ROWS, 1))
        each = -(-rows // threads)
        key = self._stay_in_rows(each), threads
        way = ways.get(key)
        if way is None or (each > way.columns and not way.widest):
            way = ways[key] = _Way(self._network, self._dtype, each, *key)
        return way.predict(self, inputs, outputs, rows)

    def _stay_in_rows(self, count):
        """Whether that is faster for so many samples; columns come in whole vectors."""
        return self._cost_in_rows * count <= self._cost_in_columns * padded(count)


def _costs(network, dtype):
    """Multiply-adds of a prediction: for each sample that stays in rows, and for each column.

    In rows the lanes run over the outputs of a layer, padded to the vectors of the widest CPU. In
    columns they run over samples; inputs and outputs are turned on the way, and weights that the
    cache does not hold are packed.
    """
    if any(layer.linked and not layer.passes for layer in network.layers):
        return np.inf, 0  # for which there is no form in rows
    in_rows, in_columns = 0, TURNED * (network.features + network.outputs)
    for fan_in, layer in network.dense:
        in_rows += fan_in * padded(layer.units, layout.group_of(dtype))
        in_columns += fan_in * layer.units
    return in_rows * (STRIDED if network.size > LARGE_NETWORK else 1), in_columns


class _Way:
    """Memory for chunks of some columns, and the kernel that uses it."""

    def __init__(self, network, dtype, each, by_rows, threads):
        dtype = str(dtype)
        layers, places = arrange(network, dtype)
        self.columns = chunk_columns(each, network, places["rows"])
        self.widest = self.columns < each
        plan = np.zeros(1, PLAN)
        plan[0]["rows"] = places["rows"]
        plan[0]["depth"] = len(layers)
        plan[0]["arena"] = arena_size(places, self.columns)
        plan[0]["scratch"] = layout.PACKED
        plan[0]["lanes"] = 1
        self._job = np.zeros(1, JOB)
        job = self._job[0]
        job["purpose"] = layout.PREDICTING
        job["columns"] = self.columns
        job["stride"] = stride_of(self.columns)
        job["by_rows"] = by_rows
        arrays = {
            "plan": plan,
            "job": self._job,
            "layers": layers,
            "geometry": places["geometry"],
            "numbers": numbers_of(network, np.array([network.varied])),
            "arena": buffer(threads * plan[0]["arena"], dtype),
            "scratch": aligned(threads * layout.PACKED, dtype),
        }
        self._by_rows, self._threads = by_rows, threads
        self._arrays = arrays  # kept alive for their addresses
        # Where a prediction looks at nothing, it is given the plan.
        self._table = np.full(len(layout.NAMES), address(plan))
        for name, array in arrays.items():
            self._table[layout.NAMES.index(name)] = address(array)
        self._place = self._table.ctypes.data
        self._samples = self._job["samples"]
        self._not_finite = self._job["not_finite"]
        self._work = program("work", dtype)

    def predict(self, predictor, inputs, outputs, rows):
        """Fill `outputs` by the parameters of a predictor; returns whether inputs are finite."""
        self._samples[0] = rows
        self._not_finite[0] = 0
        self._table[PARAMETERS] = predictor.place
        self._table[INPUTS] = address(inputs)
        self._table[PREDICTIONS] = address(outputs)
        if self._threads == 1:
            self._work(self._place, 0, 0, -(-rows // self.columns))
        else:
            # Chunks that were cut for more rows may be so wide that some thread would have none.
            each = -(-rows // self._threads)
            columns = -(-each // -(-each // self.columns))
            if not self._by_rows:
                columns = padded(columns)
            self._job["columns"], self._job["stride"] = columns, stride_of(columns)
            chunks = -(-rows // columns)
            ends = [chunks * m // self._threads for m in range(self._threads + 1)]
            spans = enumerate(zip(ends, ends[1:], strict=False))
            parts = [(self._place, m, begin, end) for m, (begin, end) in spans if begin < end]
            share(self._work, parts, (self, predictor, inputs, outputs))
        return not self._not_finite[0]
