"""Rows of PyTorch's tensors, data sets and loaders, read once; PyTorch is not imported for that.

What is given can only be one of these where PyTorch has been imported already. Images of PyTorch
are (n, channels, height, width); here the channels are the fastest.
"""

import random
import sys
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from fastdense.arrays.conversion import numbers_of
from fastdense.errors import FastdenseError, shown

CHANNELS_LAST = "images of PyTorch, channels first, are kept with their channels last"


@dataclass(frozen=True, eq=False)
class Rows:
    """What was read.

    Attributes
    ----------
    inputs, targets : ndarray
        Images with their channels last.
    batch_size : int or None
        Of a loader.
    shuffle : bool or None
    notes : tuple of str
    """

    inputs: np.ndarray
    targets: np.ndarray
    batch_size: int | None = None
    shuffle: bool | None = None
    notes: tuple = ()


def imported(name="torch"):
    """A module that was imported already, or None."""
    return sys.modules.get(name)


def is_tensor(value):
    """Whether something is a tensor of PyTorch."""
    kind = getattr(imported(), "Tensor", None)
    return kind is not None and isinstance(value, kind)


def rows_of(given):
    """The `Rows` of a data set, a loader or a pair with tensors; None of anything else.

    Raises
    ------
    FastdenseError
        A loader that leaves rows out, draws them otherwise than by a permutation, or makes its
        batches in a way of its own; or samples that are no pairs of numbers.
    """
    if isinstance(given, tuple) and len(given) == 2:
        if not any(map(is_tensor, given)):
            return None
        return _rows(*(array_of(name, one) for name, one in zip(NAMES, given, strict=True)))
    data = imported("torch.utils.data")
    if data is None:
        return None
    if isinstance(given, data.DataLoader):
        return _of_loader(given, data)
    if isinstance(given, data.Dataset):
        return _of_dataset(given, data)
    return None


NAMES = "inputs", "targets"


def channels_last(images):
    """Images (n, channels, height, width) as (n, height, width, channels); rows as they are."""
    return np.ascontiguousarray(np.moveaxis(images, 1, -1)) if images.ndim == 4 else images


def _rows(inputs, targets, batch_size=None, shuffle=None, notes=()):
    notes = (*notes, CHANNELS_LAST) if inputs.ndim == 4 else tuple(notes)
    return Rows(channels_last(inputs), targets, batch_size, shuffle, notes)


def array_of(name, values):
    """An array of a tensor, wherever it lies, or of anything else that holds numbers."""
    if is_tensor(values):
        torch = imported()
        values = values.detach().cpu()
        if values.layout != torch.strided:
            raise FastdenseError(
                f"{name} are a tensor of layout {values.layout}; make it dense by to_dense()"
            )
        if values.dtype in (torch.bfloat16, torch.float16):
            values = values.float()
        return values.resolve_conj().resolve_neg().numpy()
    return numbers_of(name, values)


def _of_loader(loader, data):
    """Of a loader: its rows, and how it puts them into mini-batches."""
    batches, sampler = loader.batch_sampler, loader.sampler
    if isinstance(loader.dataset, data.IterableDataset):
        raise _refused("an IterableDataset", "a data set that is indexed")
    if batches is None:
        raise _refused("batch_size=None", "a batch_size, as one sample is no mini-batch")
    if type(batches) is not data.BatchSampler:
        raise _refused(f"the batch sampler {type(batches).__name__}", "batch_size and shuffle")
    if loader.collate_fn is not data.default_collate:
        name = getattr(loader.collate_fn, "__name__", type(loader.collate_fn).__name__)
        raise _refused(f"the collate_fn {name}", "a data set of pairs, without collate_fn")
    rows = len(loader.dataset)
    shuffle = {data.RandomSampler: True, data.SequentialSampler: False}.get(type(sampler))
    if shuffle is None:
        raise _refused(f"the sampler {type(sampler).__name__}", "shuffle=True or shuffle=False")
    if shuffle and (sampler.replacement or sampler.num_samples != rows):
        raise _refused(
            f"a RandomSampler of {sampler.num_samples} rows with replacement="
            f"{sampler.replacement}", "shuffle=True, which visits each row once",
        )  # fmt: skip
    if loader.drop_last and rows % loader.batch_size:
        raise _refused(
            f"drop_last=True, which leaves out {rows % loader.batch_size} of {rows} rows in each "
            "epoch", "drop_last=False, or a batch_size that divides the rows",
        )  # fmt: skip
    found = _of_dataset(loader.dataset, data)
    note = f"batch_size={loader.batch_size} and shuffle={shuffle} are those of the DataLoader"
    return Rows(found.inputs, found.targets, loader.batch_size, shuffle, (*found.notes, note))


def _refused(what, instead):
    return FastdenseError(f"the DataLoader has {what}, which is not there; give it {instead}")


def _of_dataset(dataset, data):
    """All samples of a data set, in their order; no random state is other than before."""
    if isinstance(dataset, data.IterableDataset):
        raise FastdenseError("an IterableDataset has no rows to index; give a TensorDataset")
    if type(dataset) is data.TensorDataset:
        if len(dataset.tensors) != 2:
            raise FastdenseError(
                f"the TensorDataset has {len(dataset.tensors)} tensors; expected two, inputs and "
                "targets"
            )
        pairs = zip(NAMES, dataset.tensors, strict=True)
        return _rows(*(array_of(name, tensor) for name, tensor in pairs))
    if not hasattr(dataset, "__len__"):
        raise FastdenseError(
            f"the data set {type(dataset).__name__} has no length; give one that is indexed from 0"
        )
    with random_states_kept():
        samples = [_sample(dataset[index]) for index in range(len(dataset))]
    if not samples:
        raise FastdenseError(f"the data set {type(dataset).__name__} is empty; give some rows")
    inputs, targets = zip(*samples, strict=True)
    return _rows(_stacked("inputs", inputs), _stacked("targets", targets))


def _sample(sample):
    if not isinstance(sample, (tuple, list)) or len(sample) != 2:
        size = f" of {len(sample)}" if isinstance(sample, (tuple, list, dict)) else ""
        raise FastdenseError(
            f"a sample of the data set is a {type(sample).__name__}{size}; expected a pair, its "
            "input and its target"
        )
    return tuple(array_of(name, one) for name, one in zip(NAMES, sample, strict=True))


def _stacked(name, arrays):
    shapes = {array.shape for array in arrays}
    if len(shapes) > 1:
        raise FastdenseError(
            f"{name} of the data set have the shapes {shown(sorted(shapes))}; give samples of one "
            "shape"
        )
    return np.stack(arrays)


@contextmanager
def random_states_kept():
    """The global random numbers of Python, NumPy and PyTorch go on as if nothing had been drawn."""
    torch = imported()
    python, numpy = random.getstate(), np.random.get_state()
    states = (torch.get_rng_state(), _of_gpus(torch)) if torch is not None else None
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        if states is not None:
            torch.set_rng_state(states[0])
            if states[1] is not None:
                torch.cuda.set_rng_state_all(states[1])


def _of_gpus(torch):
    """The states of all GPUs, where any is in use."""
    return torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else None
