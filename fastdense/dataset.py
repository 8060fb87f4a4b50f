"""Data to train on, checked once: inputs, targets, sample weights, test rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from fastdense import catalogue
from fastdense.arrays import loaders
from fastdense.arrays.chunks import blocks, first_not_finite
from fastdense.arrays.conversion import numbers_of
from fastdense.errors import FastdenseError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

SIGNS = "; for -1 and 1 give (y + 1) / 2, which is 0 and 1"


def rectangular(name, values, dimensions):
    """Check that values are finite real numbers in rows and columns; a vector is one column."""
    array = numbers_of(name, values)
    if array.ndim == 1:
        array = array[:, np.newaxis]
    if array.ndim != dimensions:
        raise FastdenseError(f"{name} have {array.ndim} dimensions; expected rows and columns")
    if array.size == 0:
        raise FastdenseError(f"{name} are empty, of shape {array.shape}; expected at least one row")
    row = first_not_finite(array)
    if row is not None:
        raise FastdenseError(
            f"{name} hold NaN or infinity in row {row}, counted from 0; remove or replace such rows"
        )
    return array


def rows_of(name, values):
    """Samples as rows (n, features), and the shape of one: of images that of an image."""
    array = numbers_of(name, values)
    if array.ndim > 4:
        raise FastdenseError(
            f"{name} have {array.ndim} dimensions; expected rows and columns, or images of "
            "(n, height, width, channels)"
        )
    if array.ndim > 2 and array.size:
        rows = array.reshape(len(array), -1)
        return rectangular(name, rows, 2), array.shape[1:]
    rows = rectangular(name, array, 2)
    return rows, rows.shape[1:]


def inputs_of(data):
    """What a network takes of some data: a number of features, or the shape of an image."""
    if len(data.shape) == 1:
        return data.shape[0]
    return data.shape if len(data.shape) == 3 else (*data.shape, 1)


def in_dtype(name, array, dtype):
    """The array itself where it is aligned and C-contiguous in `dtype`, else a copy that is."""
    if array.dtype == dtype and array.flags.c_contiguous and array.flags.aligned:
        return array
    with np.errstate(over="ignore"):
        converted = np.require(array, dtype, ["C_CONTIGUOUS", "ALIGNED"])
    if converted.dtype != array.dtype and first_not_finite(converted) is not None:
        raise FastdenseError(
            f'{name} hold numbers beyond the range of {dtype}; scale them, or use dtype="float64"'
        )
    return converted


@dataclass(frozen=True, eq=False)
class Data:
    """Rows to train on, and optionally rows to test on.

    Parameters
    ----------
    inputs : array_like, shape (n, features), (n,), or of images (n, height, width, channels)
        Images are kept as rows, the channels fastest.
    targets : array_like, shape (n, outputs) or (n,)
        Real numbers, probabilities or one-hot rows, as the loss expects; class labels 0, 1, 2, ...
        for nll and the sparse losses; -1 and 1, or 0 and 1, for the hinge losses.
    weights : array_like, shape (n,), optional
        How much each sample counts; the loss is sum(w * loss) / n, as in Keras.
    test : (inputs, targets), optional
    notes : sequence of str
        What the user should know about how these rows were read, in sentences.

    Raises
    ------
    FastdenseError
        Empty or ragged data, NaN, infinity, or numbers of rows that do not agree.
    """

    inputs: np.ndarray
    targets: np.ndarray
    weights: np.ndarray | None = None
    test: tuple[np.ndarray, np.ndarray] | None = None
    notes: tuple[str, ...] = field(default=(), kw_only=True)
    beyond = ""  # which cell of a file float32 cannot hold, in words
    classes: ClassVar[tuple[str, ...]] = ()  # words of a file that its labels stand for
    shape: ClassVar[tuple[int, ...]]  # of a sample, as it was given
    drawn = False  # by a generator, so that there are others like it
    draws = 1  # of these rows, one behind the other; see `Draws`

    if TYPE_CHECKING:

        def __init__(
            self,
            inputs: ArrayLike,
            targets: ArrayLike,
            weights: ArrayLike | None = None,
            test: tuple[ArrayLike, ArrayLike] | None = None,
            *,
            notes: Sequence[str] = (),
        ) -> None: ...

    def __post_init__(self) -> None:
        put = object.__setattr__
        inputs, shape = rows_of("inputs", self.inputs)
        put(self, "inputs", inputs)
        put(self, "shape", shape)
        put(self, "targets", rectangular("targets", self.targets, 2))
        _same_rows("inputs", self.inputs, "targets", self.targets)
        if self.weights is not None:
            weights = rectangular("sample weights", self.weights, 2)
            _same_rows("inputs", self.inputs, "sample weights", weights)
            if weights.shape[1] != 1 or weights.min() < 0 or weights.max() == 0:
                raise FastdenseError(
                    "sample weights must be one number per row, none negative and not all zero"
                )
            weights = in_dtype("sample weights", weights[:, 0], np.dtype(np.float64))
            put(self, "weights", weights)
        if self.test is not None:
            if not isinstance(self.test, (list, tuple)) or len(self.test) != 2:
                raise FastdenseError("test rows are a pair (inputs, targets)")
            inputs, _ = rows_of("test inputs", self.test[0])
            targets = rectangular("test targets", self.test[1], 2)
            _same_rows("test inputs", inputs, "test targets", targets)
            for name, ours, theirs in (
                ("features", self.inputs, inputs),
                ("outputs", self.targets, targets),
            ):
                if ours.shape[1] != theirs.shape[1]:
                    raise FastdenseError(
                        f"test rows have {theirs.shape[1]} {name}; training rows {ours.shape[1]}"
                    )
            put(self, "test", (inputs, targets))

    @classmethod
    def of(cls, given: "Data | tuple[ArrayLike, ArrayLike] | Any") -> "Data":
        """`given` itself, or a tuple (inputs, targets) as Data.

        PyTorch's tensors, data sets and data loaders are read, too: once, all rows. Their images
        are (n, channels, height, width), and are kept with their channels last.
        """
        if isinstance(given, cls):
            return given
        read = loaders.rows_of(given)
        if read is not None:
            return cls(read.inputs, read.targets, notes=read.notes)
        if isinstance(given, tuple) and len(given) == 2:
            return cls(*given)
        raise FastdenseError(
            f"{type(given).__name__} is not data; give a Data or a tuple (inputs, targets)"
        )

    def __len__(self) -> int:
        return len(self.inputs)

    def draw(self, number: int) -> "Data":
        """One of the draws."""
        return self

    def outputs_for(self, loss: str) -> int:
        """Width of the output that a loss needs on these targets."""
        if catalogue.get("losses", loss).targets != "label":
            return self.targets.shape[1]
        low, high = float(self.targets.min()), float(self.targets.max())
        if low and _whole(self.targets):
            unseen = "; or set network.outputs, if some classes do not occur here" * (low > 0)
            raise FastdenseError(
                f"labels run from {low:g} to {high:g}{_shift(self.targets, low, high)}{unseen}"
            )
        return max(int(high), 0) + 1


class Draws(Data):
    """Several data sets of the same shapes, drawn independently: their rows one behind the other.

    Parameters
    ----------
    parts : sequence of Data
    """

    parts: tuple[Data, ...]

    def __init__(self, parts: Sequence[Data]) -> None:
        shapes = {
            (one.inputs.shape, one.targets.shape, one.weights is None, one.test is None)
            for one in parts
        }
        if len(shapes) > 1:
            raise FastdenseError(f"draws of the data have different shapes: {sorted(shapes)}")
        object.__setattr__(self, "parts", tuple(parts))
        object.__setattr__(self, "draws", len(parts))
        weights = [one.weights for one in parts if one.weights is not None]
        tests = [one.test for one in parts if one.test is not None]
        super().__init__(
            np.concatenate([one.inputs for one in parts]),
            np.concatenate([one.targets for one in parts]),
            np.concatenate(weights) if weights else None,
            (np.concatenate([x for x, _ in tests]), np.concatenate([y for _, y in tests]))
            if tests
            else None,
            notes=parts[0].notes,
        )
        object.__setattr__(self, "shape", parts[0].shape)

    def draw(self, number: int) -> Data:
        return self.parts[number]


def _same_rows(name, ours, other, theirs):
    if len(ours) != len(theirs):
        raise FastdenseError(f"{len(ours)} rows of {name} but {len(theirs)} of {other}")


def check_targets(targets, loss, outputs):
    """Check that targets are what a `Loss` expects, for a network with `outputs` outputs."""
    name = loss.name
    if loss.targets == "label":
        if targets.shape[1] != 1:
            raise FastdenseError(
                f"{name} expects one class label a row; the targets have {targets.shape[1]} columns"
            )
        low, high = float(targets.min()), float(targets.max())
        if low < 0 or high >= outputs or not _whole(targets):
            raise FastdenseError(
                f"labels run from {low:g} to {high:g}; {name} expects whole numbers from 0 to "
                f"{outputs - 1}, one for each of the network's {outputs} outputs"
                + _shift(targets, low, high)
            )
        return
    if targets.shape[1] != outputs:
        raise FastdenseError(
            f"the network has {outputs} outputs but the targets {targets.shape[1]} columns"
        )
    if loss.targets in ("unit", "distribution") and (targets.min() < 0 or targets.max() > 1):
        raise FastdenseError(
            f"targets run from {targets.min():g} to {targets.max():g}; {name} expects them "
            "between 0 and 1" + SIGNS * _are_signs(targets)
        )
    if loss.targets == "nonnegative" and targets.min() < 0:
        raise FastdenseError(
            f"targets run from {targets.min():g} to {targets.max():g}; {name} expects counts or "
            "rates, none below 0; mse takes numbers of either sign"
        )
    if loss.targets == "sign" and not _two_classes(targets):
        raise FastdenseError(
            f"{name} expects targets that are -1 and 1, or 0 and 1; these run from "
            f"{targets.min():g} to {targets.max():g} and are not of two such classes"
        )
    if loss.targets == "distribution" and outputs > 1:
        worst = max(
            np.abs(targets[block].sum(axis=1, dtype=np.float64) - 1).max()
            for block in blocks(*targets.shape)
        )
        if worst > 1e-3:
            raise FastdenseError(
                f"rows of targets do not sum to 1 (off by up to {worst:g}); {name} expects one-hot "
                "rows or distributions"
            )


def _shift(labels, low, high):
    """How labels that do not start at 0 are made to, as the rest of a sentence."""
    if not _whole(labels):
        return "; some are not whole: for real numbers take mse or another loss"
    if low < 0 and _are_signs(labels):
        return SIGNS
    if low != 0:
        return f"; labels start at 0: give y {'+' if low < 0 else '-'} {abs(low):g}"
    return f"; a network for these labels has {high + 1:g}"


def _are_signs(numbers):
    return all((np.abs(numbers[block]) == 1).all() for block in blocks(*numbers.shape))


def _whole(numbers):
    parts = (numbers[block] for block in blocks(*numbers.shape))
    return all((part == np.floor(part)).all() for part in parts)


def _two_classes(targets):
    low = 0 if targets.min() >= 0 else -1
    parts = (targets[block] for block in blocks(*targets.shape))
    return all(((part == low) | (part == 1)).all() for part in parts)


def weights_of(data, recipe):
    """What each row counts, by its sample weight and its class: (n,) float64, or None for alike."""
    if not recipe.class_weights:
        return data.weights
    by_class = np.array(recipe.class_weights)
    targets, loss = data.targets, recipe.loss.entry
    highest = max(classes_of(targets[block], loss).max() for block in blocks(*targets.shape))
    if highest >= len(by_class):
        raise FastdenseError(
            f"the data have class {highest} but there are {len(by_class)} class weights"
        )
    weights = np.empty(len(targets))
    for block in blocks(*targets.shape):
        weights[block] = by_class[classes_of(targets[block], loss)]
    if data.weights is not None:
        weights *= data.weights
    return weights


def classes_of(targets, loss):
    """The class of each row, for class weights: a label, the largest column, or y > 1/2."""
    if loss.targets == "label":
        return targets[:, 0].astype(np.int64)
    if targets.shape[1] > 1:
        return targets.argmax(axis=1)
    return (targets[:, 0] > 0.5).astype(np.int64)
