"""`Objective`: what a recipe descends over all rows, as a function of the parameters."""

from typing import TYPE_CHECKING

import numpy as np

from fastdense.dataset import Data
from fastdense.devices import device_of
from fastdense.errors import FastdenseError
from fastdense.layers import penalties_of
from fastdense.network import Network
from fastdense.recipe import Recipe
from fastdense.task import given_parameters, prepare

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class Objective:
    """Loss with penalties, and its gradient, over all rows: for optimizers of other packages.

    Of the recipe count the loss, the reduction, the penalties, the class weights and the dtype. A
    call for other parameters arranges nothing anew.

    Parameters
    ----------
    network : Network
        Without dropout, which has no gradient of its own.
    recipe : Recipe
    data : Data or (inputs, targets)
    threads : int, optional
        How many may share the work; as many as there are processors, if not given.

    Examples
    --------
    >>> objective = Objective(network, Recipe(dtype="float64"), (x, y))
    >>> scipy.optimize.minimize(objective, network.initialize(), jac=True)
    """

    def __init__(
        self,
        network: Network,
        recipe: Recipe,
        data: "Data | tuple[ArrayLike, ArrayLike]",
        *,
        threads: int | None = None,
    ) -> None:
        # The gradient of a mini-batch that is to be averaged with another one meets no update.
        once = recipe.replace(
            batch_size="full", epochs=1, shuffle=False, gradient_accumulation_steps=2,
            optimizer="sgd", schedule="constant", learning_rate=0.0, ascend=False,
        )  # fmt: skip
        if any(getattr(layer, "rate", 0.0) for layer in network.layers):
            raise FastdenseError("the network has dropout, which is random; leave it out")
        task = prepare(network, once, data, np.zeros(network.size, recipe.dtype), evaluated="test")
        self.network, self.recipe = network, recipe
        self._session = device_of("cpu").begin(task.trained, threads)
        weights = task.weights.sum() if task.weights.size else task.rows
        self._share = 1.0 / float(weights) if recipe.reduction == "weighted_mean" else 1.0
        rows, outputs = task.rows, 1 if recipe.loss.entry.coupled else network.outputs
        scales = {"mean": 1, "sum": rows * outputs, "sum_keras": rows, "weighted_mean": outputs}
        self._scale = scales[recipe.reduction]

    def __call__(self, parameters: "ArrayLike") -> tuple[float, np.ndarray]:
        """What is descended, and its gradient, shape (network.size,)."""
        mean, penalty, gradient = self.parts(parameters)
        return self._scale * mean + penalty, gradient

    def parts(self, parameters: "ArrayLike") -> tuple[float, float, np.ndarray]:
        """The mean loss of the data, as it is reported, the penalty, and the gradient of both."""
        session, dtype = self._session, np.dtype(self.recipe.dtype)
        given = given_parameters(parameters, [(self.network.size,)], dtype)
        session.restart(given)
        while not session.done:
            session.advance()
        gradient = 2 * session.gradient()
        penalty = self._penalize(given, gradient)
        return session.running_loss, penalty, gradient

    def _penalize(self, parameters, gradient):
        """Add the penalties' gradient; returns the penalties."""
        total, recipe, share = 0.0, self.recipe, self._share
        split = self.network.split(parameters), self.network.split(gradient)
        for (layer, arrays), own, into in zip(self.network.arrays, *split, strict=True):
            for array, values, place in zip(arrays, own, into, strict=True):
                l1, l2 = penalties_of(layer, array, recipe)
                if l1:
                    place += l1 * share * np.sign(values)
                    total += l1 * share * float(np.abs(values).sum(dtype=float))
                if l2:
                    place += 2 * l2 * share * values
                    total += l2 * share * float(np.square(values, dtype=float).sum())
        return total
