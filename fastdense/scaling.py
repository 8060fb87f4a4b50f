"""Columns of inputs and targets, brought to mean zero and variance one, and back."""

from dataclasses import dataclass

import numpy as np

from fastdense.arrays.chunks import blocks
from fastdense.dataset import Data
from fastdense.errors import FastdenseError, unknown

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

    @property
    def is_none(self):
        """Whether rows stay as they are."""
        return not self.shift.any() and (self.factor == 1).all()

    def apply(self, rows):
        return (rows - self.shift) / self.factor

    def undo(self, rows):
        return rows * self.factor + self.shift


@dataclass(frozen=True, eq=False)
class Scaling:
    """How the inputs and targets of some data are scaled.

    `Scaling.of(data, "both")` is that of their own mean and variance, `scaling.apply(data)` the
    scaled data, and `scaling.into(run.model)` a model that takes and gives the units of the data.

    Attributes
    ----------
    inputs, targets : Columns
        What is taken away from each column, and what it is then divided by.
    """

    inputs: Columns
    targets: Columns

    @classmethod
    def of(cls, data, kind):
        """That which makes the mean of columns 0 and their variance 1, over the training rows.

        Parameters
        ----------
        data : Data or (inputs, targets)
        kind : str
            What is scaled: "inputs", "targets", "both" or "none".

        Returns
        -------
        Scaling

        Raises
        ------
        FastdenseError
            Another kind.
        """
        data = Data.of(data)
        if kind not in KINDS:
            raise unknown("data.scale", kind, KINDS)

        def columns(name, rows):
            return Columns.of(rows) if kind in (name, "both") else Columns.none(rows.shape[1])

        return cls(columns("inputs", data.inputs), columns("targets", data.targets))

    def apply(self, data):
        """The same rows, scaled, as `Data`; the test rows as the training rows are."""
        data = Data.of(data)
        test = data.test and (self.inputs.apply(data.test[0]), self.targets.apply(data.test[1]))
        inputs, targets = self.inputs.apply(data.inputs), self.targets.apply(data.targets)
        return Data(inputs, targets, data.weights, test, notes=data.notes)

    def into(self, model):
        """A model of unscaled rows, from one that was trained on scaled ones.

        What is done to the inputs goes into the first layer's weights and biases, and what undoes
        the scaling of the targets into the last one's, so that the model can be kept, exported and
        compiled as any other.

        Parameters
        ----------
        model : Model

        Returns
        -------
        Model
            With parameters of float64: large offsets would cancel in float32.

        Raises
        ------
        FastdenseError
            Targets were scaled, and the last activation is not the identity; or inputs were,
            and the first layer is not dense.
        """
        first = next(layer for layer in model.network.layers if not layer.passes)
        if not self.inputs.is_none and first.linked:
            raise FastdenseError(
                f"the first layer is {first.entry_name()}, into which no scaling of single inputs "
                "goes; scale them with scaling.inputs.apply(...)"
            )
        last = model.network.layers[-1].activation
        if not self.targets.is_none and last != "identity":
            raise FastdenseError(
                f"the output is {last}, behind which scaled targets cannot be undone in a layer; "
                "use an output of identity, or undo them with scaling.targets.undo(...)"
            )
        parameters = model.parameters.astype(float)
        layers = model.network.split(parameters)  # views
        weights, bias = layers[0]
        bias -= (self.inputs.shift / self.inputs.factor) @ weights
        weights /= self.inputs.factor[:, np.newaxis]
        weights, bias = layers[-1]
        weights *= self.targets.factor
        bias *= self.targets.factor
        bias += self.targets.shift
        return type(model)(model.network, parameters)


def scaled(data, kind):
    """The rows of some data, scaled by their own mean and variance; itself for "none"."""
    scaling = Scaling.of(data, kind)
    if kind == "none":
        return data
    made = scaling.apply(data)
    kept = ["drawn", "classes", "shape"] + ["beyond"] * (kind == "targets")
    for name in kept:
        object.__setattr__(made, name, getattr(data, name))
    return made
