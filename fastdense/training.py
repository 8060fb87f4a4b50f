"""`train(network, recipe, data) -> Run`: checks everything, then hands over to a device."""

import importlib
import time
from dataclasses import dataclass, replace

import numpy as np

from fastdense.arrays.buffers import room
from fastdense.arrays.conversion import numbers_of
from fastdense.baselines import baselines
from fastdense.checks import whole
from fastdense.dataset import Data, check_targets, in_dtype, rectangular, weights_of
from fastdense.errors import FastdenseError, shown, unknown
from fastdense.fusion import fused
from fastdense.network import Network
from fastdense.once import once
from fastdense.outcome import USUAL, check_thresholds
from fastdense.recipe import Recipe
from fastdense.run import Run

DEVICES = ("cpu", "reference")
MAX_EVALUATIONS = 20_000_000


@dataclass(frozen=True)
class Task:
    """One training, checked and in the recipe's dtype: what a device is given.

    The arrays are those of `data` where they need no conversion.
    inputs (n, features), targets (n, columns), weights (n,) float64 or (0,), likewise for the
    test rows (which may be none), parameters (size,), order (rows, visits) int64 or (0, 0).
    `accuracy` is how outputs are right or wrong, as `Loss.accuracy` has it; or "share", of logits
    whose softmax is to exceed 1/2. `fused` is the network and the recipe that are trained.
    """

    network: object
    recipe: object
    data: Data
    batch: int
    inputs: np.ndarray
    targets: np.ndarray
    weights: np.ndarray
    test_inputs: np.ndarray
    test_targets: np.ndarray
    parameters: np.ndarray
    order: np.ndarray
    evaluate_every: int
    observe_every: int
    accuracy: str | None
    fused: tuple

    @property
    def trained(self):
        """The task that a device is given: where a loss is taken from logits, with these."""
        network, recipe = self.fused
        if network is self.network:
            return self
        accuracy = self.accuracy
        if accuracy == "probability":
            accuracy = "logit" if self.network.layers[-1].activation == "sigmoid" else "share"
        return replace(self, network=network, recipe=recipe, accuracy=accuracy)

    @once
    def baselines(self):
        """The `Baselines` of its data, found when first asked for; None if nothing is evaluated."""
        if not self.evaluate_every:
            return None
        return baselines(self.data, self.fused[1], self.network.outputs)

    @property
    def evaluations(self):
        """Points of the curves: before the first epoch, after every so many, and after the last."""
        return _looks(self.recipe.epochs, self.evaluate_every)

    @property
    def observations(self):
        """How often the signals are measured, likewise."""
        return _looks(self.recipe.epochs, self.observe_every)

    @property
    def visits(self):
        """Samples that one epoch visits."""
        return self.order.shape[1] if self.order.size else len(self.inputs)


def _looks(epochs, every):
    return 1 + -(-epochs // every) if every else 0


def prepare(network, recipe, data, parameters=None, order=None, evaluate_every=1, observe_every=0):
    """Check a training and convert what is not in the recipe's dtype yet; returns a `Task`."""
    if not isinstance(network, Network):
        raise FastdenseError(f"{shown(network)} is not a network; give a Network")
    if not isinstance(recipe, Recipe):
        raise FastdenseError(f"{shown(recipe)} is not a recipe; give a Recipe")
    data = Data.of(data)
    dtype = np.dtype(recipe.dtype)
    if data.inputs.shape[1] != network.inputs:
        raise FastdenseError(
            f"the network takes {network.inputs} inputs but the data have {data.inputs.shape[1]}"
        )
    check_targets(data.targets, recipe.loss.entry, network.outputs)
    longest = max(recipe.epochs, 1)
    evaluate_every = min(whole("evaluate_every", evaluate_every, 0), longest)
    observe_every = min(whole("observe_every", observe_every, 0), longest)
    if evaluate_every and recipe.epochs // evaluate_every > MAX_EVALUATIONS:
        raise FastdenseError(
            f"{shown(recipe.epochs)} epochs, evaluated every {evaluate_every}, are more than "
            f"{MAX_EVALUATIONS} points of a curve; evaluate less often (evaluate_every)"
        )
    if parameters is None:
        parameters = network.initialize(recipe.seed, dtype)
    else:
        given = given_parameters(parameters, [(network.size,)], dtype)
        parameters = room(network.size, dtype)
        parameters[:] = given
    order = _check_order(order, len(data))
    visits = order.shape[1] if order.size else len(data)
    batch = recipe.batch_of(visits)
    none = np.zeros((0, 1), dtype)
    test_inputs, test_targets = data.test or (none, none)
    if data.test:
        check_targets(test_targets, recipe.loss.entry, network.outputs)
    return Task(
        network,
        recipe,
        data,
        batch,
        in_dtype("inputs", data.inputs, dtype),
        in_dtype("targets", data.targets, dtype),
        _weights(data, recipe),
        in_dtype("test inputs", test_inputs, dtype),
        in_dtype("test targets", test_targets, dtype),
        parameters,
        order,
        evaluate_every,
        observe_every,
        recipe.loss.entry.accuracy(network.outputs),
        fused(network, recipe),
    )


def _weights(data, recipe):
    weights = weights_of(data, recipe)  # of classes for training only, as in Keras
    if weights is None:
        return np.zeros(0)
    if not weights.any():
        raise FastdenseError("sample and class weights leave no row that counts")
    return weights


def given_parameters(parameters, shapes, dtype):
    """Where a training is to start, in `dtype`, checked to be of one of some shapes."""
    given = numbers_of("parameters", parameters)
    if given.shape not in shapes:
        raise FastdenseError(
            f"parameters of shape {given.shape} given; expected {' or '.join(map(str, shapes))}"
        )
    numbers = rectangular("parameters", given.reshape(-1, given.shape[-1]), 2)
    return in_dtype("parameters", numbers, dtype).reshape(given.shape)


def _check_order(order, samples):
    if order is None:
        return np.zeros((0, 0), np.int64)
    order = numbers_of("row numbers of the order", order)
    if order.ndim == 1:
        order = order[np.newaxis]
    if order.ndim != 2 or order.size == 0 or order.dtype.kind not in "iu":
        raise FastdenseError(
            "an order is an array of row numbers, one row for each epoch (reused when they run out)"
        )
    if order.min() < 0 or order.max() >= samples:
        raise FastdenseError(
            f"the order names rows {order.min()} to {order.max()}; the data have rows 0 to "
            f"{samples - 1}"
        )
    return np.ascontiguousarray(order, np.int64)


def device_of(name):
    """The module of a device."""
    if not isinstance(name, str) or name not in DEVICES:
        raise unknown("device", name, DEVICES)
    return importlib.import_module(f"fastdense.devices.{name}")


def train(
    network,
    recipe,
    data,
    *,
    parameters=None,
    order=None,
    evaluate_every=1,
    observe_every=0,
    thresholds=USUAL,
    on_progress=None,
    device="cpu",
    threads=None,
):
    """Train one network.

    Parameters
    ----------
    network : Network
    recipe : Recipe
    data : Data or (inputs, targets)
        float32 C-contiguous arrays are used in place (float64 with dtype "float64").
    parameters : array_like, shape (network.size,), optional
        Where to start; drawn from the recipe's seed if not given.
    order : array_like of int, shape (rows, visits), optional
        The samples that epoch 1, 2, ... visits, instead of a permutation; reused from the first
        row when the rows run out.
    evaluate_every : int
        Epochs between evaluations of the loss over all training and test rows; 0 for none. Then
        only the running loss of the last epoch is known, and nothing ends a training that diverges.
    observe_every : int
        Epochs between measurements of the signals of every layer; 0 for none.
    thresholds : Thresholds
        The numbers in the definitions of the outcomes.
    on_progress : callable, optional
        Called as `on_progress(epochs_done)` about every 30 ms; it may raise to stop.
    device : str
        "cpu" (compiled) or "reference" (NumPy, slow, the definition).
    threads : int, optional
        How many may share the work, where there is enough to share: as many as there are
        processors, if not given. The result has the same bits for any number.

    Returns
    -------
    Run

    Raises
    ------
    FastdenseError
        Data, parameters or an order that do not fit the network or the recipe.
    """
    task = prepare(network, recipe, data, parameters, order, evaluate_every, observe_every)
    check_thresholds(thresholds)
    if on_progress is not None and not callable(on_progress):
        raise FastdenseError(f"on_progress is {shown(on_progress)}; expected a function or nothing")
    if threads is not None:
        threads = whole("threads", threads, 1)
    started = time.perf_counter()
    measured = task.baselines  # of the data as they are now: their owner may write into them
    result = device_of(device).train(task.trained, on_progress, threads)
    return Run(
        network=network,
        recipe=recipe,
        baselines=measured,
        thresholds=thresholds,
        initial_parameters=task.parameters,
        seconds=time.perf_counter() - started,
        **result,
    )
