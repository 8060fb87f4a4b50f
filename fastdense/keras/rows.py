"""What programs give as data: arrays, lists, tables, series, tensors and data sets."""

from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from fastdense.keras.refused import refuse


@dataclass(frozen=True, eq=False)
class Rows:
    """Data to train on or to evaluate.

    Attributes
    ----------
    x : ndarray, shape (n, ...)
    y : ndarray, shape (n, columns), or None
        As numbers.
    given : ndarray or None
        The targets in the shape that they were given in.
    weights : ndarray, shape (n,), or None
    batch, shuffled : int or None, bool or None
        As a data set says.
    augmentation : tuple
        Changes of the samples, as a recipe has them.
    """

    x: np.ndarray
    y: np.ndarray | None
    given: np.ndarray | None
    weights: np.ndarray | None
    batch: int | None = None
    shuffled: bool | None = None
    augmentation: tuple = ()

    def __len__(self):
        return len(self.x)

    def part(self, which):
        """Some of the rows."""
        every = {name: getattr(self, name) for name in ("x", "y", "given", "weights")}
        parts = {name: None if one is None else one[which] for name, one in every.items()}
        return replace(self, **parts)


def array(name, values):
    """Values as an array of numbers, from whatever holds them."""
    if isinstance(values, dict):
        if len(values) != 1:
            raise refuse(f"{name} of {len(values)} parts", "models are chains, of one input")
        values = next(iter(values.values()))
    if isinstance(values, (list, tuple)) and len(values) == 1 and np.ndim(values[0]) > 1:
        values = values[0]  # a list of the inputs of a model
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    if hasattr(values, "to_numpy"):
        values = values.to_numpy()
    elif hasattr(values, "numpy") and not isinstance(values, np.ndarray):
        values = values.numpy()
    if hasattr(values, "toarray"):
        values = values.toarray()
    try:
        found = np.asarray(values)
    except ValueError:
        raise ValueError(
            f"{name} has rows of different lengths; give each row as many numbers"
        ) from None
    if found.dtype == object:
        with suppress(TypeError, ValueError):
            found = found.astype(float)
    if found.dtype.kind in "OSU":
        raise ValueError(f"{name} holds {_no_number(found)}; expected numbers")
    if found.dtype.kind not in "fiub":
        raise ValueError(f"{name} holds {found.dtype} values; expected numbers")
    if not found.size:
        raise ValueError(f"{name} is empty, of shape {found.shape}; expected at least one row")
    return found


def _no_number(values):
    """The first value of some that is no number, and where it is."""
    for place in np.ndindex(values.shape):
        try:
            float(values[place])
        except (TypeError, ValueError):
            column = f", column {place[1]}" if len(place) > 1 else ""
            value = values[place]
            value = value.item() if isinstance(value, np.generic) else value
            return f"{value!r} in row {place[0]}{column}, counted from 0"
    return "numbers that are texts"


def rows(x, y=None, sample_weight=None):
    """`Rows` of what `fit`, `evaluate` or `predict` are given."""
    if hasattr(x, "rows_of_data_set"):  # of `tf.data`, or an image generator's
        if y is not None:
            raise ValueError("a data set has its own targets; leave out y")
        return x.rows_of_data_set()
    if (
        isinstance(x, (list, tuple))
        and y is None
        and len(x) in (2, 3)
        and np.ndim(x[0]) >= 1
        and (isinstance(x, tuple))
    ):
        x, y, *rest = x
        sample_weight = rest[0] if rest else sample_weight
    if hasattr(x, "__next__") or (
        hasattr(x, "__getitem__")
        and hasattr(x, "__len__")
        and not hasattr(x, "shape")
        and not isinstance(x, (list, tuple, dict, str))
        and not hasattr(x, "to_numpy")
    ):
        return _of_batches(x)
    x = array("x", x)
    x = x[:, np.newaxis] if x.ndim == 1 else x
    given = weights = None
    if y is not None:
        given = array("y", y)
        given = given.reshape(1) if given.ndim == 0 else given
        if len(given) != len(x):
            raise ValueError(
                f"Data cardinality is ambiguous: x has {len(x)} rows and y has {len(given)}; give "
                "as many of each"
            )
    if sample_weight is not None:
        weights = array("sample_weight", sample_weight).reshape(-1).astype(float)
        if len(weights) != len(x):
            raise ValueError(f"{len(weights)} sample weights for {len(x)} rows; give one for each")
    flat = None if given is None else given.reshape(len(given), -1)
    return Rows(x, flat, given, weights)


def is_generator(x):
    """Whether it gives batches one after the other, and nobody knows how many."""
    return hasattr(x, "__next__") and not hasattr(x, "__len__")


def drawn_rows(generator, steps, epochs):
    """The rows of the batches that a generator gives in some epochs of so many steps.

    They are all drawn at once, before the first step.
    """
    if steps is None:
        raise refuse("a generator without a number of steps", "give steps_per_epoch")
    count = int(steps) * max(epochs, 1)
    batches = list(islice(generator, count))
    if len(batches) < count:
        raise ValueError(
            f"the generator ended after {len(batches)} batches; {steps} steps of {epochs} epochs "
            f"need {count}"
        )
    own = [rows(*batch) if isinstance(batch, (list, tuple)) else rows(batch) for batch in batches]
    sizes = {len(one) for one in own}
    if len(sizes) > 1:
        raise refuse(
            f"a generator of batches of {sorted(sizes)} rows", "let all batches be of one size"
        )
    return _joined(own)


def _of_batches(batches):
    """The rows of a `Sequence` of batches, which are read once."""
    if is_generator(batches):
        raise refuse("a generator here", "it has no length; give arrays, or a Sequence of batches")
    parts = [batches[number] for number in range(len(batches))]
    own = [rows(*part) for part in parts]
    return _joined(own)


def _joined(own):
    """The rows of batches, in their order."""
    size = len(own[0])
    weights = [one.weights for one in own]
    joined = rows(
        np.concatenate([one.x for one in own]),
        np.concatenate([one.given for one in own]) if own[0].given is not None else None,
        None if weights[0] is None else np.concatenate(weights),
    )
    return replace(joined, batch=size, shuffled=False)
