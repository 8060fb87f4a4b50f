"""What training one network produced."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from fastdense.baselines import Baselines
from fastdense.errors import FastdenseError
from fastdense.frames import frame
from fastdense.model import Model
from fastdense.network import Network
from fastdense.once import once
from fastdense.outcome import USUAL, Thresholds, classify, names
from fastdense.plotting import Plotted
from fastdense.recipe import Recipe

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

CURVES = "loss", "running_loss", "accuracy", "test_loss", "test_accuracy"


class Result(Plotted):
    """A record whose arrays nobody can write into, nor those of its `signals`, a mapping."""

    def __post_init__(self):
        object.__setattr__(self, "signals", MappingProxyType(dict(self.signals)))
        for value in (*vars(self).values(), *self.signals.values()):
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def __getstate__(self):
        return vars(self) | {"signals": dict(self.signals)}  # a proxy cannot be pickled

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.__post_init__()


def length_of(epochs, steps):
    """How long a training was, in words."""
    each = f" of {steps // epochs} step{'s' * (steps != epochs)}" if epochs else ""
    return f"{epochs} epoch{'s' * (epochs != 1)}{each}"


@dataclass(frozen=True, eq=False, kw_only=True)
class Run(Result):
    """A trained network with its curves, signals and outcome.

    Losses are means over all rows, in float64, after the epochs listed in `epochs`; entry 0 is
    from before the first step. A run whose loss is not finite ends there. A run that was never
    evaluated (`evaluate_every=0`) has one row, the running loss of the last epoch, and no outcome.

    A run keeps nothing of the data, and its arrays are read-only: what it tells is what was true
    when it was trained.

    Attributes
    ----------
    network : Network
    recipe : Recipe
        As it was trained, with its seed.
    thresholds : Thresholds
        The numbers in the definitions of the outcomes.
    parameters, initial_parameters : ndarray, shape (network.size,)
    epochs : ndarray of int, shape (rows,)
    loss : ndarray, shape (rows,), or None
        Over the training rows, without dropout and penalties; None if never evaluated.
    running_loss : ndarray, shape (rows,)
        Mean loss of an epoch's batches, each before its update (what Keras prints); entry 0 NaN.
    test_loss, accuracy, test_accuracy : ndarray, shape (rows,), or None
    observed_epochs : ndarray of int, shape (observed,)
    signals : mapping of str to ndarray, shape (observed, dense layers)
        What was measured of every dense layer, by name: `"gradient_norm"` and the others under
        `fastdense/signals` (`fastdense list signals`).
    baselines : Baselines or None
        The losses that the outcome is told against; None if never evaluated.
    steps : int
    seconds : float
    """

    network: Network
    recipe: Recipe
    baselines: Baselines | None
    thresholds: Thresholds = USUAL
    initial_parameters: np.ndarray
    parameters: np.ndarray
    epochs: np.ndarray
    loss: np.ndarray | None
    running_loss: np.ndarray
    accuracy: np.ndarray | None
    test_loss: np.ndarray | None
    test_accuracy: np.ndarray | None
    observed_epochs: np.ndarray
    signals: Mapping[str, np.ndarray]
    steps: int
    seconds: float
    _outcome: str | None = None  # found when first asked for

    def __repr__(self) -> str:
        if self.loss is None:
            told = "not evaluated"
            if np.isfinite(self.running_loss[-1]):
                told += f", running loss {self.running_loss[-1]:.3g}"
        else:
            told = f"{self.outcome}, loss {self.initial_loss:.3g} -> {self.final_loss:.3g}"
        length = length_of(int(self.epochs[-1]), self.steps)
        return f"Run({self.network.sizes}, {length}: {told})"

    def _repr_html_(self) -> str:
        """The outcome, the curves and what was measured of the layers, for a notebook."""
        from fastdense.markup import fans, notebook, strips

        pieces = []
        if self.loss is not None:
            tested = None if self.test_loss is None else fans.Fan.of(self.epochs, self.test_loss)
            fan = fans.Fan.of(self.epochs, self.loss)
            levels = fans.levels_of(self.baselines)
            pieces.append(fans.picture(fan, "Loss over the training rows", levels, tested=tested))
        pieces += notebook.stacked(strips.pictures(self.observed_epochs, self.signals))
        return notebook.cell(notebook.answer(repr(self)), notebook.side_by_side(pieces))

    @property
    def initial_loss(self) -> float:
        """Loss before the first step."""
        return float(self._evaluated()[0])

    @property
    def final_loss(self) -> float:
        """Loss after the last epoch."""
        return float(self._evaluated()[-1])

    @property
    def layers(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Weights (n_in, n_out) and bias (n_out,) of each dense layer."""
        return self.network.split(self.parameters)

    @property
    def outcome(self) -> str:
        """One of `fastdense.outcome.OUTCOMES`, by the definitions in docs/json.md."""
        loss = self._evaluated()
        found = self._outcome
        if found is None:
            starts, ends = self.initial_parameters[np.newaxis], self.parameters[np.newaxis]
            curves = loss[np.newaxis]
            (place,) = classify(starts, ends, curves, self.baselines, self.thresholds)
            found = names(place)
            object.__setattr__(self, "_outcome", found)
        return found

    def _evaluated(self) -> np.ndarray:
        """The losses; an error if there are none."""
        if self.loss is None:
            raise FastdenseError(
                "this run was never evaluated (evaluate_every=0), so it has a running loss only"
            )
        return self.loss

    def to_frame(self) -> Any:
        """Its curves and signals as a wide table, a row for each epoch that anything is known of.

        Columns are `epoch`, the curves that there are (`loss`, `running_loss`, `accuracy`,
        `test_loss`, `test_accuracy`), and each signal of each dense layer by its number, such as
        `gradient_norm_0`. What was not measured after an epoch is NaN.

        Returns
        -------
        pandas.DataFrame, polars.DataFrame or dict
            Of pandas if that is installed, else of polars; without both, names to arrays (rows,).
        """
        epochs = np.union1d(self.epochs, self.observed_epochs)
        columns = {"epoch": epochs}

        def spread(measured, values):
            column = np.full(len(epochs), np.nan)
            column[np.searchsorted(epochs, measured)] = values
            return column

        for name in CURVES:
            values = getattr(self, name)
            if values is not None:
                columns[name] = spread(self.epochs, values)
        for name, values in self.signals.items():
            for layer in range(values.shape[1]):
                columns[f"{name}_{layer}"] = spread(self.observed_epochs, values[:, layer])
        return frame(columns)

    def predict(self, inputs: "ArrayLike") -> np.ndarray:
        """Outputs of the trained network, shape (n, outputs), for inputs (n, features)."""
        return self.model.predict(inputs)

    @once
    def model(self) -> Model:
        """The trained network, to predict with, evaluate, differentiate and keep."""
        return Model(self.network, self.parameters)
