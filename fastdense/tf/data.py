"""`tf.data` for arrays: shuffled and cut into batches."""

import sys
from dataclasses import replace

import numpy as np

from fastdense.keras.refused import refuse, refusing
from fastdense.keras.rows import rows
from fastdense.keras.tensors import tensor

AUTOTUNE = -1


class Dataset:
    """Rows of arrays, and how they are to be visited."""

    def __init__(self, arrays, single, batch=None, shuffled=False, drop=False):
        self._arrays, self._single = arrays, single
        self._batch, self._shuffled, self._drop = batch, shuffled, drop

    @classmethod
    def from_tensor_slices(cls, tensors, name=None):
        single = not isinstance(tensors, tuple)
        for one in (tensors,) if single else tensors:
            if isinstance(one, dict):
                raise refuse(
                    f"a data set of {len(one)} inputs by name",
                    "models are chains, of one input; give the columns as one array",
                )
        arrays = tuple(np.asarray(one) for one in ((tensors,) if single else tensors))
        if len({len(one) for one in arrays}) > 1:
            raise ValueError(f"arrays of {[len(one) for one in arrays]} rows; give as many of each")
        return cls(arrays, single)

    @classmethod
    def range(cls, *places, name=None):
        return cls((np.arange(*places),), True)

    @classmethod
    def zip(cls, *datasets):
        datasets = datasets[0] if len(datasets) == 1 else datasets
        return cls(tuple(one._arrays[0] for one in datasets), False)

    def _but(self, **changes):
        own = {"batch": self._batch, "shuffled": self._shuffled, "drop": self._drop}
        return Dataset(self._arrays, self._single, **(own | changes))

    def shuffle(self, buffer_size=None, seed=None, reshuffle_each_iteration=True, name=None):
        if self._batch is not None:
            raise refuse("shuffle behind batch", "it would shuffle batches; shuffle first")
        count = len(self._arrays[0])
        if buffer_size is not None and buffer_size < count:
            print(
                f"fastdense.tf: note: shuffle({buffer_size}) of {count} rows shuffles all of them",
                file=sys.stderr,
            )
        return self._but(shuffled=True)

    def batch(self, batch_size, drop_remainder=False, **_):
        return self._but(batch=int(batch_size), drop=drop_remainder)

    def prefetch(self, buffer_size=None, name=None):
        return self

    def cache(self, filename="", name=None):
        return self

    def repeat(self, count=None, name=None):
        """The rows again and again; `steps_per_epoch` says how many of them an epoch visits."""
        if count not in (None, -1, 1):
            raise refuse(f"repeat({count})", "epochs of fit say how often the rows are visited")
        return self

    def take(self, count, name=None):
        return self._rows(slice(None, count * (self._batch or 1)))

    def skip(self, count, name=None):
        return self._rows(slice(count * (self._batch or 1), None))

    def _rows(self, which):
        changed = self._but()
        changed._arrays = tuple(one[which] for one in self._arrays)
        return changed

    def map(self, function, num_parallel_calls=None, **_):
        """Apply a function of NumPy arrays to each row."""
        parts = [
            function(*(tensor(one[i]) for one in self._arrays)) for i in range(len(self._arrays[0]))
        ]
        single = not isinstance(parts[0], tuple)
        arrays = zip(*((part,) if single else part for part in parts), strict=True)
        changed = self._but()
        changed._arrays, changed._single = tuple(np.stack(one) for one in arrays), single
        return changed

    def rows_of_data_set(self):
        if self._batch is None:
            raise ValueError("the data set has no batches; give it .batch(size)")
        arrays = self._arrays
        if self._drop:
            count = len(arrays[0]) // self._batch * self._batch
            if count < len(arrays[0]) and self._shuffled:
                raise refuse("drop_remainder of shuffled rows", "leave it out")
            arrays = tuple(one[:count] for one in arrays)
        return replace(rows(*arrays), batch=self._batch, shuffled=self._shuffled)

    def __len__(self):
        count = len(self._arrays[0])
        if self._batch is None:
            return count
        return count // self._batch if self._drop else -(-count // self._batch)

    def __iter__(self):
        count, size = len(self._arrays[0]), self._batch or 1
        order = np.random.permutation(count) if self._shuffled else np.arange(count)
        for first in range(0, count, size):
            chosen = order[first : first + size]
            part = tuple(
                tensor(one[chosen] if self._batch else one[chosen[0]]) for one in self._arrays
            )
            yield part[0] if self._single else part

    def as_numpy_iterator(self):
        for part in self:
            yield np.asarray(part) if self._single else tuple(np.asarray(one) for one in part)


__getattr__ = refusing(
    "tf.data", {"read files by NumPy or pandas": "TFRecordDataset TextLineDataset"}
)
