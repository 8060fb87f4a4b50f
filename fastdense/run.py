"""What training one network produced."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from fastdense.baselines import Baselines
from fastdense.errors import FastdenseError
from fastdense.model import Model
from fastdense.network import Network
from fastdense.once import once
from fastdense.outcome import USUAL, Thresholds, classify, names
from fastdense.recipe import Recipe

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def make_read_only(record):
    """Let nobody write into the arrays of a record."""
    for value in vars(record).values():
        if isinstance(value, np.ndarray):
            value.setflags(write=False)


@dataclass(frozen=True, eq=False, kw_only=True)
class Run:
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
    gradient_norm, parameter_norm : ndarray, shape (observed, dense layers)
        Euclidean norms; the gradient is that of the loss over all training rows.
    update_ratio : ndarray
        Norm of the epoch's last update over the norm of the parameters before it.
    dead_share : ndarray
        Share of units whose output is zero on all training rows.
    mean_slope, mean_preactivation : ndarray
        Means over units and rows of the activation's derivative and of |z|.
    baselines : Baselines or None
        The losses that the outcome is told against; None if never evaluated.
    steps : int
    seconds : float
    """

    network: Network
    recipe: Recipe
    baselines: Baselines | None = field(repr=False)
    thresholds: Thresholds = field(repr=False, default=USUAL)
    initial_parameters: np.ndarray = field(repr=False)
    parameters: np.ndarray = field(repr=False)
    epochs: np.ndarray = field(repr=False)
    loss: np.ndarray | None = field(repr=False)
    running_loss: np.ndarray = field(repr=False)
    accuracy: np.ndarray | None = field(repr=False)
    test_loss: np.ndarray | None = field(repr=False)
    test_accuracy: np.ndarray | None = field(repr=False)
    observed_epochs: np.ndarray = field(repr=False)
    gradient_norm: np.ndarray = field(repr=False)
    parameter_norm: np.ndarray = field(repr=False)
    update_ratio: np.ndarray = field(repr=False)
    dead_share: np.ndarray = field(repr=False)
    mean_slope: np.ndarray = field(repr=False)
    mean_preactivation: np.ndarray = field(repr=False)
    steps: int
    seconds: float
    _outcome: str | None = field(repr=False, default=None)  # found when first asked for

    def __post_init__(self) -> None:
        make_read_only(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        make_read_only(self)

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

    def predict(self, inputs: "ArrayLike") -> np.ndarray:
        """Outputs of the trained network, shape (n, outputs), for inputs (n, features)."""
        return self.model.predict(inputs)

    @once
    def model(self) -> Model:
        """The trained network, to predict with, evaluate, differentiate and keep."""
        return Model(self.network, self.parameters)
