"""A training that is looked at: a network, a recipe, and data with a scaling."""

from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from math import prod

import numpy as np

from fastdense.dataset import Data
from fastdense.diagnosis.truth import Truth
from fastdense.errors import FastdenseError, shown
from fastdense.fusion import fused
from fastdense.model import Model
from fastdense.network import Network
from fastdense.once import once
from fastdense.recipe import Recipe
from fastdense.scaling import Scaling
from fastdense.task import check_inputs, prepare

ACTIVATION, STEP = 12, 20_000  # what a unit of a sample and a step cost, in multiply-adds


@dataclass(frozen=True, eq=False)
class Start:
    """Parameters that every training begins with, instead of those that are drawn.

    Of a changed network those arrays begin with them that the change leaves as they were: in shape
    and in how they would be drawn, and in their order. The others are drawn.
    """

    network: Network
    parameters: np.ndarray

    def put(self, network, drawn):
        """Write them into parameters of a network, (..., size)."""
        ours, theirs = _arrays(self.network), _arrays(network)
        alike = SequenceMatcher(None, ours, theirs, autojunk=False)
        first, second = _places(ours), _places(theirs)
        for mine, its, count in alike.get_matching_blocks():
            own = self.parameters[first[mine] : first[mine + count]]
            drawn[..., second[its] : second[its + count]] = own


def _arrays(network):
    return [array for _, own in network.arrays for array in own]


def _places(arrays):
    """Where each begins in a flat vector, and the end of all."""
    return np.cumsum([0, *(prod(array.shape) for array in arrays)])


@dataclass(frozen=True, eq=False)
class Case:
    """A network, a recipe and data, and what the data mean.

    Attributes
    ----------
    given : Data
        The rows as the user has them.
    scale : str
        How they are scaled for the network, one of `scaling.KINDS`.
    targets : str
        "given", or what a changed loss expects: "labels", from 0 on, or "indicators".
    strays : tuple of str
        What was done about numbers far from all others: "left out" of rows, "filled" of cells.
    start : Start or None
        Parameters that it begins with; drawn from the seeds, if there are none.
    framework : str
        The one whose words an answer is in, "keras" or "torch"; "" for ours.
    """

    network: Network
    recipe: Recipe
    given: Data
    truth: Truth
    scale: str = "none"
    targets: str = "given"
    strays: tuple = ()
    start: Start | None = None
    framework: str = ""

    @classmethod
    def of(cls, network, recipe, data):
        """The case of a training that is looked at.

        Raises
        ------
        FastdenseError
            What is no network, recipe or data, or inputs of another width.
        """
        for name, given, kind in (("network", network, Network), ("recipe", recipe, Recipe)):
            if not isinstance(given, kind):
                raise FastdenseError(f"{shown(given)} is not a {name}; give a {kind.__name__}")
        data = Data.of(data)
        check_inputs(network, data)
        truth = Truth.of(data.targets, recipe.loss.entry, network.outputs, len(data.classes) > 2)
        return cls(network, recipe, data, replace(truth, weights=data.weights))

    def but(self, **changes):
        return replace(self, **changes)

    @once
    def scaling(self):
        return Scaling.of(self.given, self.scale)

    @once
    def data(self):
        """The rows as the network is given them."""
        given = self.given
        if self.targets != "given":
            values = self.truth.values
            if self.targets == "labels":
                values = values.argmax(axis=1) if values.shape[1] > 1 else values[:, 0]
            given = Data(given.inputs, values, given.weights, notes=given.notes)
        return given if self.scale == "none" else self.scaling.apply(given)

    @once
    def refusal(self):
        """What the engine says of a training that it does not begin, or None."""
        try:
            prepare(self.network, self.recipe, self.data)
        except FastdenseError as error:
            return str(error)
        return None

    def begin(self, seed, dtype):
        """The parameters of a start, (size,)."""
        return self.begin_many([seed], dtype)[0]

    def begin_many(self, seeds, dtype):
        """Those of several, (len(seeds), size)."""
        drawn = self.network.initialize_many(seeds, dtype)
        if self.start is not None:
            self.start.put(self.network, drawn)
        return drawn

    @property
    def hidden(self):
        """The dense layers below the last, each with its number of inputs."""
        return self.network.dense[:-1]

    @property
    def output(self):
        """The last layer."""
        return self.network.layers[-1]

    @property
    def steps(self):
        """Updates of a training."""
        batch = self.recipe.batch_of(len(self.given))
        return self.recipe.epochs * -(-len(self.given) // batch)

    @property
    def work(self):
        """What a training costs, in multiply-adds: three of each parameter and sample, and more."""
        units = sum(layer.units for _, layer in self.network.dense)
        numbers = self.network.size + ACTIVATION * units
        passes = 1 + self.recipe.epochs
        return 3.0 * passes * len(self.given) * numbers + STEP * self.steps

    @once
    def judged(self):
        """The network and recipe whose outputs the loss is taken of: pre-activations, of some.

        The pre-activation of a softmax over one unit may learn, but its output is 1.
        """
        if self.output.activation == "softmax" and self.network.outputs == 1:
            return self.network, self.recipe
        return fused(self.network, self.recipe)

    def estimates(self, parameters, inputs):
        """What the network says of the truth, in its units: (n, columns)."""
        network, recipe = self.judged
        outputs = Model(network, parameters).predict(inputs).astype(float)
        loss = recipe.loss.entry
        with np.errstate(all="ignore"):
            if not self.truth.categorical:
                if loss.name == "poisson_log":
                    outputs = np.exp(outputs)
                return self.scaling.targets.undo(outputs)
            if loss.targets == "sign":
                return np.clip((outputs + 1) / 2, 0, 1)
            if loss.predictions == "logit":
                return _logistic(outputs) if loss.targets == "unit" else _softmax(outputs)
            if loss.predictions == "log-distribution":
                return np.exp(outputs)
            if loss.predictions == "distribution" and outputs.shape[1] > 1:  # as the loss does
                total = outputs.sum(axis=1, keepdims=True)
                return np.where(total > 0, outputs / total, 1 / outputs.shape[1])
            if self.targets == "given" and self.truth.signs:
                return (outputs + 1) / 2
        return outputs


def _logistic(z):
    return 1 / (1 + np.exp(-np.clip(z, -700, 700)))


def _softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
