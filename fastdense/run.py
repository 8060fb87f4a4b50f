"""What training one network produced."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from fastdense.baselines import Baselines
from fastdense.errors import FastdenseError
from fastdense.network import Network
from fastdense.outcome import USUAL, Thresholds, classify, names
from fastdense.recipe import Recipe


class Result:
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
    _predictor: object = field(init=False, default=None)  # made when first asked for

    def __repr__(self):
        if self.loss is None:
            told = "not evaluated"
            if np.isfinite(self.running_loss[-1]):
                told += f", running loss {self.running_loss[-1]:.3g}"
        else:
            told = f"{self.outcome}, loss {self.initial_loss:.3g} -> {self.final_loss:.3g}"
        length = length_of(int(self.epochs[-1]), self.steps)
        return f"Run({self.network.sizes}, {length}: {told})"

    @property
    def initial_loss(self):
        """Loss before the first step."""
        self._check_evaluated()
        return float(self.loss[0])

    @property
    def final_loss(self):
        """Loss after the last epoch."""
        self._check_evaluated()
        return float(self.loss[-1])

    @property
    def layers(self):
        """Weights (n_in, n_out) and bias (n_out,) of each dense layer."""
        return self.network.split(self.parameters)

    @property
    def outcome(self):
        """One of `fastdense.outcome.OUTCOMES`, by the definitions in docs/json.md."""
        self._check_evaluated()
        if self._outcome is None:
            ends = self.initial_parameters, self.parameters, self.loss
            ends = (values[np.newaxis] for values in ends)
            (place,) = classify(*ends, self.baselines, self.thresholds)
            object.__setattr__(self, "_outcome", names(place))
        return self._outcome

    def _check_evaluated(self):
        if self.loss is None:
            raise FastdenseError(
                "this run was never evaluated (evaluate_every=0), so it has a running loss only"
            )

    def predict(self, inputs):
        """Outputs of the trained network, shape (n, outputs), for inputs (n, features)."""
        if self._predictor is None:
            from fastdense.devices.cpu.prediction import Predictor

            object.__setattr__(self, "_predictor", Predictor(self.network, self.parameters))
        return self._predictor(inputs)
