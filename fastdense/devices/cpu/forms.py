"""The arrays of a small training, as a copy of those with which another of its kind began.

To make forty arrays, write into each what it begins with, and ask for its address takes as long as
two hundred steps of a small network.
"""

from functools import lru_cache
from itertools import accumulate

import numpy as np

from fastdense.arrays.buffers import CACHE_LINE, address, aligned
from fastdense.devices.cpu.state import arrays_alone
from fastdense.kernels.layout import NAMES, padded

GIVEN = "inputs", "targets", "weights", "test_inputs", "test_targets", "given"  # by the task
# The others, of which the last may begin as anything.
OWN = tuple(name for name in NAMES if name not in (*GIVEN, "scratch")) + ("scratch",)
GIVEN_PLACES = [NAMES.index(name) for name in GIVEN]
LARGEST = 1 << 20  # bytes that are kept for a kind of training
REMEMBERED = 32  # kinds


class Form:
    """What trainings of a kind begin with: all arrays but those of the task, in one block.

    Parameters
    ----------
    arrays : dict
        From `arrays_alone`.
    """

    def __init__(self, arrays):
        formats = [(arrays[name].dtype, arrays[name].shape) for name in OWN]
        sizes = (padded(arrays[name].nbytes, CACHE_LINE) for name in OWN)
        *places, size = accumulate(sizes, initial=0)
        self._record = np.dtype(
            {"names": OWN, "formats": formats, "offsets": places, "itemsize": size}
        )
        block, record = self._block()
        for name in OWN:
            record[name][...] = arrays[name]
        self._kept = block[: places[-1]].copy()
        places = dict(zip(OWN, places, strict=True))
        self._places = np.array([places.get(name, 0) for name in NAMES], np.int64)

    def _block(self):
        """Some memory, and the arrays in it as fields of one record."""
        block = aligned(self._record.itemsize, np.uint8, np.empty)
        return block, np.ndarray((), self._record, block)

    def begun(self, task):
        """The arrays of a training by name, and the table of their addresses."""
        block, record = self._block()
        block[: len(self._kept)] = self._kept
        record["seeds"][0] = task.recipe.seed
        record["parameters"][: task.network.size] = task.parameters
        table = self._places + address(block)
        given = dict(zip(GIVEN, _given(task), strict=True))
        for place, array in zip(GIVEN_PLACES, given.values(), strict=True):
            if array.size:  # else nobody looks there
                table[place] = address(array)
        given.update(zip(OWN, map(record.__getitem__, OWN), strict=True))
        return given, table


def _given(task):
    rows = task.inputs, task.targets, task.weights, task.test_inputs, task.test_targets
    return *rows, task.order


@lru_cache(REMEMBERED)
def _forms(*kind):
    """A list for the form of a kind of training."""
    return []


def begun(task, places, shape, strategy):
    """`arrays_alone`, and the table of their addresses; None if they are too large to be kept."""
    forms = _forms(*_kind(task), shape, strategy[:-1])
    if not forms:
        arrays = arrays_alone(task, places, shape, strategy)
        if sum(arrays[name].nbytes for name in OWN[:-1]) > LARGEST:
            return arrays, None
        forms.append(Form(arrays))
    return forms[0].begun(task)


def _kind(task):
    """What decides with what a training begins, beside its rows, its parameters and its seed."""
    recipe = vars(task.recipe) | {"seed": 0}
    hyper = recipe["loss"].hyper, recipe["optimizer"].hyper, recipe["schedule"].hyper
    hyper += tuple(choice.hyper for choice in recipe["augmentation"])
    exactly = str((recipe["learning_rate"], hyper))  # 0 and -0 are equal, but not the same
    sizes = task.batch, task.data.draws, task.rows, task.test_rows, task.order.shape
    measured = task.weights.size > 0, task.accuracy, task.evaluate_every, task.observe_every
    measured += task.evaluated, task.keep_outputs, task.keep_penalties
    return task.network, *recipe.values(), exactly, *sizes, *measured
