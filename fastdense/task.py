"""A training, checked and in one dtype: what a device is given."""

import hashlib
from dataclasses import dataclass, replace

import numpy as np

from fastdense.arrays.buffers import buffer
from fastdense.arrays.chunks import first_not_finite
from fastdense.arrays.conversion import numbers_of
from fastdense.baselines import baselines
from fastdense.checks import whole
from fastdense.dataset import Data, check_targets, in_dtype, inputs_of, weights_of
from fastdense.errors import FastdenseError, shown
from fastdense.fusion import fused
from fastdense.network import Network
from fastdense.numerics.streams import parts
from fastdense.once import once
from fastdense.recipe import Recipe

MAX_EVALUATIONS = 20_000_000


@dataclass(frozen=True)
class Task:
    """One training, checked and in the recipe's dtype: what a device is given.

    The arrays are those of `data` where they need no conversion.
    inputs (n, features), targets (n, columns), weights (n,) float64 or (0,), likewise for the
    test rows (which may be none), parameters (size,), order (rows, visits) int64 or (0, 0). Where
    the data are drawn several times, these rows follow each other, and each network has its own.
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
    evaluated: str
    keep_outputs: bool
    keep_penalties: bool
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
        """The `Baselines` of each draw of its data; None if nothing is evaluated."""
        if not self.evaluate_every or self.evaluated == "test":
            return None
        draws = map(self.data.draw, range(self.data.draws))
        return tuple(baselines(draw, self.fused[1], self.network.outputs) for draw in draws)

    @property
    def rows(self):
        """Training rows of one network."""
        return len(self.inputs) // self.data.draws

    @property
    def test_rows(self):
        """Test rows of one network."""
        return len(self.test_inputs) // self.data.draws

    def of_draw(self, number):
        """The task with the rows of one draw only."""
        if self.data.draws == 1:
            return self
        own = slice(number * self.rows, (number + 1) * self.rows)
        test = slice(number * self.test_rows, (number + 1) * self.test_rows)
        return replace(
            self,
            data=self.data.draw(number),
            inputs=self.inputs[own],
            targets=self.targets[own],
            weights=self.weights[own],
            test_inputs=self.test_inputs[test],
            test_targets=self.test_targets[test],
        )

    @once
    def digest(self):
        """A text that other rows have not, as they are trained on."""
        state = hashlib.blake2b(digest_size=16)
        arrays = self.inputs, self.targets, self.weights, self.test_inputs, self.test_targets
        for array in arrays:
            about = f"{array.dtype.str}{array.shape}".encode()
            for part in (about, np.ascontiguousarray(array).data):
                state.update(len(part).to_bytes(8, "little"))
                state.update(part)
        return state.hexdigest()

    @property
    def evaluations(self):
        """Points of the curves: before the first epoch, after every so many, and after the last."""
        return _points(self.recipe.epochs, self.evaluate_every)

    @property
    def observations(self):
        """How often the signals are measured, likewise."""
        return _points(self.recipe.epochs, self.observe_every)

    @property
    def steps_per_epoch(self):
        """Mini-batches that an epoch visits, the last of which may be shorter."""
        return -(-self.visits // self.batch)

    def of_one_batch(self, samples, weighted):
        """The same of so many rows, not known yet, that are one mini-batch; nothing is measured."""
        none = self.inputs[:0]
        return replace(
            self,
            batch=samples,
            inputs=np.zeros((samples, self.inputs.shape[1]), self.inputs.dtype),
            targets=np.zeros((samples, self.targets.shape[1]), self.targets.dtype),
            weights=np.zeros(samples if weighted else 0),
            test_inputs=none,
            test_targets=none,
            order=np.arange(samples)[np.newaxis],
            evaluate_every=0,
            observe_every=0,
        )

    @property
    def visits(self):
        """Samples that one epoch visits."""
        return self.order.shape[1] if self.order.size else self.rows


def _points(epochs, every):
    return 1 + -(-epochs // every) if every else 0


def prepare(
    network,
    recipe,
    data,
    parameters=None,
    order=None,
    evaluate_every=1,
    observe_every=0,
    parts=parts,
    evaluated="all",
    keep_outputs=False,
    keep_penalties=False,
):
    """Check a training and convert what is not in the recipe's dtype yet; returns a `Task`.

    `parts` draws the numbers of initial parameters that are not given. `evaluated` are "all" rows,
    or those of the "test" only, and not before the first epoch. With `keep_outputs` those of each
    sample of an epoch's steps are kept.
    """
    if not isinstance(network, Network):
        raise FastdenseError(f"{shown(network)} is not a network; give a Network")
    if not isinstance(recipe, Recipe):
        raise FastdenseError(f"{shown(recipe)} is not a recipe; give a Recipe")
    data = Data.of(data)
    dtype = np.dtype(recipe.dtype)
    check_inputs(network, data)
    _check_augmentation(network, recipe)
    check_targets(data.targets, recipe.loss.entry, network.outputs)
    if data.beyond and dtype == np.float32:
        raise FastdenseError(
            f"{data.beyond}, beyond the range of float32; scale that column, or set "
            'recipe.dtype = "float64"'
        )
    longest = max(recipe.epochs, 1)
    evaluate_every = min(whole("evaluate_every", evaluate_every, 0), longest)
    observe_every = min(whole("observe_every", observe_every, 0), longest)
    if evaluate_every and recipe.epochs // evaluate_every > MAX_EVALUATIONS:
        raise FastdenseError(
            f"{shown(recipe.epochs)} epochs, evaluated every {evaluate_every}, are more than "
            f"{MAX_EVALUATIONS} points of a curve; evaluate less often (evaluate_every)"
        )
    if parameters is None:
        parameters = network.initialize(recipe.seed, dtype, parts)
    else:
        given = given_parameters(parameters, [(network.size,)], dtype)
        parameters = buffer(network.size, dtype)
        parameters[:] = given
    rows = len(data) // data.draws
    order = _check_order(order, rows)
    visits = order.shape[1] if order.size else rows
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
        evaluated,
        keep_outputs,
        keep_penalties,
        recipe.loss.entry.accuracy(network.outputs),
        fused(network, recipe),
    )


def check_inputs(network, data):
    """Check that a network takes the inputs of some data; rows may be images already.

    Raises
    ------
    FastdenseError
        Another number of features, or images of another shape.
    """
    wanted, given = network.inputs, inputs_of(data)
    if isinstance(given, int):
        if given != network.features:
            raise FastdenseError(
                f"the network takes {network.features} inputs but the data have {given}"
            )
    elif isinstance(wanted, int):
        raise FastdenseError(
            f"the network takes {wanted} features but the data have images of {data.shape}; "
            "give it inputs=(height, width, channels), and Flatten() before a dense layer"
        )
    elif wanted != given:
        raise FastdenseError(
            f"the network takes images of {wanted} but the data have images of {data.shape}"
        )


def _check_augmentation(network, recipe):
    for choice in recipe.augmentation:
        entry = choice.entry
        if (entry.moves or entry.images) and len(network.shape) == 1:
            raise FastdenseError(
                f"{entry.name} changes images, but the network takes {network.features} features; "
                "give it inputs=(height, width, channels), and Flatten() before a dense layer"
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
    given = _numbers("parameters", parameters, "an array of numbers")
    if given.shape not in shapes:
        raise FastdenseError(
            f"parameters of shape {given.shape} given; expected {' or '.join(map(str, shapes))}"
        )
    rows = given.reshape(-1, given.shape[-1])
    row = first_not_finite(rows)
    if row is not None:
        place = np.argmin(np.isfinite(rows[row]))
        whose = f" of network {row}" if given.ndim > 1 else ""
        raise FastdenseError(
            f"parameters hold {rows[row, place]} at place {place}{whose}, counted from 0; give "
            "finite numbers, or none to begin anew"
        )
    return in_dtype("parameters", rows, dtype).reshape(given.shape)


def _numbers(name, values, expected):
    """`numbers_of` what is not the rows of a data set, with whose advice nothing could be done."""
    try:
        return numbers_of(name, values)
    except FastdenseError:
        raise FastdenseError(f"{name} is {shown(values)}; expected {expected}") from None


def _check_order(order, samples):
    if order is None:
        return np.zeros((0, 0), np.int64)
    order = _numbers("order", order, "an array of row numbers, a row for each epoch")
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
