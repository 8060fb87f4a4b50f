"""Columns of inputs and targets, brought to mean zero and variance one, and back."""

from dataclasses import dataclass

import numpy as np

from fastdense.arrays.chunks import blocks
from fastdense.dataset import Data
from fastdense.errors import unknown

KINDS = "none", "inputs", "targets", "both"  # of `data.scale`


@dataclass(frozen=True, eq=False)
class Columns:
    """What is taken from each column of some rows, and what the rest is divided by."""

    shift: np.ndarray
    factor: np.ndarray

    @classmethod
    def of(cls, rows):
        """Mean and standard deviation of each column; a constant column becomes zero."""
        total, squares = np.zeros(rows.shape[1]), np.zeros(rows.shape[1])
        for block in blocks(*rows.shape):
            total += rows[block].sum(axis=0, dtype=float)
        mean = total / len(rows)
        for block in blocks(*rows.shape):
            squares += ((rows[block] - mean) ** 2).sum(axis=0)
        deviation = np.sqrt(squares / len(rows))
        # What rounding leaves of a constant column is no scale.
        constant = deviation <= 8 * np.finfo(float).eps * np.abs(mean)
        return cls(mean, np.where(constant, 1.0, deviation))

    @classmethod
    def none(cls, columns):
        """Columns that stay as they are."""
        return cls(np.zeros(columns), np.ones(columns))

    def apply(self, rows):
        return (rows - self.shift) / self.factor

    def undo(self, rows):
        return rows * self.factor + self.shift


@dataclass(frozen=True, eq=False)
class Scaling:
    """How the inputs and targets of some data are scaled."""

    inputs: Columns
    targets: Columns

    @classmethod
    def of(cls, data, kind):
        """That of the training rows; `kind` is one of `KINDS`."""
        if kind not in KINDS:
            raise unknown("data.scale", kind, KINDS)

        def columns(name, rows):
            return Columns.of(rows) if kind in (name, "both") else Columns.none(rows.shape[1])

        return cls(columns("inputs", data.inputs), columns("targets", data.targets))

    def apply(self, data):
        """The same rows, scaled; the test rows as the training rows are."""
        test = data.test and (self.inputs.apply(data.test[0]), self.targets.apply(data.test[1]))
        inputs, targets = self.inputs.apply(data.inputs), self.targets.apply(data.targets)
        return Data(inputs, targets, data.weights, test, notes=data.notes)


def scaled(data, kind):
    """The rows of some data, scaled by their own mean and variance; itself for "none"."""
    scaling = Scaling.of(data, kind)
    if kind == "none":
        return data
    made = scaling.apply(data)
    kept = ["drawn", "classes"] + ["beyond"] * (kind == "targets")
    for name in kept:
        object.__setattr__(made, name, getattr(data, name))
    return made
