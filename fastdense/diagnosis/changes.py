"""Changes of a case that may cure it, in the language of settings."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from fastdense.dataset import Data
from fastdense.diagnosis.outlying import filled
from fastdense.layers._units import PENALTIES
from fastdense.layers.activate import Activation
from fastdense.layers.batch_normalization import BatchNormalization
from fastdense.layers.dense import Dense
from fastdense.network import Network

WIDEST = 1024  # of a layer that is made wider
RELU_LIKE = "relu", "leaky_relu", "relu6", "elu", "silu", "gelu", "mish", "hard_silu", "softplus"


@dataclass(frozen=True)
class Change:
    """A change of a case.

    Attributes
    ----------
    words : str
        What it does, as advice.
    effort : int
        How much of the user's program it touches: 1 is a number of the recipe, 5 another network.
    make : callable
        `make(case)` returns the changed case, or the same one where there is nothing to change.
    of : tuple of str
        The words of the changes that it is the sum of, if it is one.
    """

    words: str
    effort: int
    make: Callable
    of: tuple = ()

    @property
    def parts(self):
        """The words of the changes in it."""
        return self.of or (self.words,)

    def __add__(self, other):
        return Change(
            f"{self.words}, and {other.words}",
            self.effort + other.effort,
            lambda case: other.make(self.make(case)),
            (*self.parts, *other.parts),
        )


def settings_of(case):
    """What a case is set to, by dotted paths: plain values."""
    found = {f"recipe.{name}": value for name, value in case.recipe.to_dict().items()}
    del found["recipe.seed"]
    layers = case.network.to_dict()["layers"]
    dense = case.network.dense
    hidden = [layer for _, layer in dense[:-1]]
    table = {"network.hidden": [layer.units for layer in hidden]}
    if hidden:
        table["network.activation"] = hidden[0].activation
    table["network.output"] = dense[-1][1].activation
    table["network.weights"] = dense[-1][1].weights.to_dict()
    table["network.bias"] = dense[-1][1].bias.to_dict()
    rates = {layer.rate for layer in case.network.layers if layer.random}
    table["network.dropout"] = rates.pop() if len(rates) == 1 else 0.0
    plain = {key.partition(".")[2]: value for key, value in table.items()}
    again = Network.from_dict(plain, case.network.features, case.network.outputs)
    found |= table if again == case.network else {"network.layers": layers}
    found["data.scale"] = case.scale
    return found


def difference(before, after):
    """Dotted paths to the values in which a changed case differs."""
    old, new = settings_of(before), settings_of(after)
    if ("network.layers" in old) != ("network.layers" in new):
        for found, case in ((old, before), (new, after)):
            for path in [path for path in found if path.startswith("network.")]:
                del found[path]
            found["network.layers"] = case.network.to_dict()["layers"]
    return {path: value for path, value in new.items() if old.get(path) != value}


def is_same(before, after):
    """Whether a change changed nothing."""
    return not difference(before, after) and _rows(before) == _rows(after)


def key(before, after):
    """What a change comes to: the same text for changes that make the same of a case."""
    return repr((sorted(difference(before, after).items()), *_rows(after)))


def _rows(case):
    return case.targets, case.strays


# Recipe ---------------------------------------------------------------------------------------


def _recipe(words, effort=1, **fields):
    return Change(words, effort, lambda case: case.but(recipe=case.recipe.replace(**fields)))


def rate_times(factor):
    """A learning rate that is so many times as large."""
    words = (
        f"raise the learning rate {factor:g} times"
        if factor > 1
        else f"lower the learning rate to {_fraction(factor)}"
    )

    def make(case):
        rate = float(f"{case.recipe.learning_rate * factor:.6g}")
        return case.but(recipe=case.recipe.replace(learning_rate=rate))

    return Change(words, 1, make)


def rate_usual():
    """The learning rate that the optimizer has by itself, downhill."""

    def make(case):
        rate = case.recipe.optimizer.entry.rate
        return case.but(recipe=case.recipe.replace(ascend=False, learning_rate=rate))

    return Change("take the optimizer's usual learning rate", 1, make)


def descend():
    """Steps down the loss, as large as those up."""

    def make(case):
        rate = abs(case.recipe.learning_rate)
        return case.but(recipe=case.recipe.replace(ascend=False, learning_rate=rate))

    return Change("give the step the other sign", 1, make)


def epochs_times(factor):
    """So many times as many epochs."""

    def make(case):
        return case.but(recipe=case.recipe.replace(epochs=case.recipe.epochs * factor))

    return Change(f"train {factor} times as long", 1, make)


def epochs(count):
    """So many epochs."""
    return _recipe(f"train for {count} epochs", 1, epochs=count)


def constant_schedule():
    return _recipe("keep the learning rate constant", 1, schedule="constant")


def optimizer(name, rate=None):
    """Another optimizer at its usual rate."""
    return _recipe(
        f"use {name}" + (f" at a learning rate of {rate:g}" if rate else ""), 2,
        optimizer=name, learning_rate=rate, ascend=False,
    )  # fmt: skip


def optimizer_constants():
    """The optimizer with its usual constants."""

    def make(case):
        name = case.recipe.optimizer.name
        return case.but(recipe=case.recipe.replace(optimizer=name))

    return Change("leave the optimizer's other constants as they usually are", 1, make)


def constant_of_optimizer(name, value):
    """One constant of the optimizer at another value."""

    def make(case):
        table = {**case.recipe.optimizer.to_dict(), name: value}
        return case.but(recipe=case.recipe.replace(optimizer=table))

    return Change(f"use a {name} of {value:g}", 1, make)


def shuffled():
    return _recipe("shuffle the rows in every epoch", 1, shuffle=True)


def mean_reduction():
    return _recipe("take the mean of the loss over samples, not the sum", 1, reduction="mean")


def clip_norm(norm):
    return _recipe(f"clip the gradient's norm to {norm:g}", 2, clip_norm=norm)


def no_clip():
    return _recipe("do not clip the gradient", 1, clip_norm=0.0, clip_value=0.0)


def batch(size):
    """Mini-batches of so many samples, or of all where there are fewer."""

    def make(case):
        return case.but(recipe=case.recipe.replace(batch_size=min(size, len(case.given))))

    return Change(f"use mini-batches of {size}", 1, make)


def balanced_classes():
    """Class weights that make all classes weigh alike."""

    def make(case):
        if not case.truth.categorical or case.truth.kind == "indicators":
            return case
        values = case.truth.values
        values = np.hstack([1 - values, values]) if values.shape[1] == 1 else values
        shares = values.mean(axis=0)
        if not shares.all():
            return case
        weights = tuple(float(f"{w:.4g}") for w in 1 / (shares * len(shares)))
        return case.but(recipe=case.recipe.replace(class_weights=weights))

    return Change("weigh the classes by the inverse of their shares", 2, make)


def no_class_weights():
    return _recipe("leave out the class weights", 1, class_weights=())


def no_penalty():
    """Neither l1 nor l2 penalties, nor weight decay."""

    def make(case):
        recipe = case.recipe.replace(l1=0.0, l2=0.0)
        decay = "weight_decay"
        if recipe.optimizer.values.get(decay):
            table = {**recipe.optimizer.to_dict(), decay: 0.0}
            recipe = recipe.replace(optimizer=table)
        return case.but(recipe=recipe, network=_penalties_times(case.network, 0.0))

    return Change("leave out the penalty on the weights", 1, make)


def penalty_times(factor):
    """Penalties that are so many times as large."""

    def make(case):
        recipe = case.recipe
        recipe = recipe.replace(l1=recipe.l1 * factor, l2=recipe.l2 * factor)
        return case.but(recipe=recipe, network=_penalties_times(case.network, factor))

    return Change(f"lower the penalty on the weights to {_fraction(factor)}", 1, make)


def _penalties_times(network, factor):
    """A network whose layers have penalties that are so many times as large."""

    def change(layer, last):
        own = {name: getattr(layer, name) * factor for name in PENALTIES}
        return replace(layer, **own)

    return _dense(network, change)


def no_augmentation():
    return _recipe("leave out the augmentation", 1, augmentation=())


# Network --------------------------------------------------------------------------------------


def _dense(network, change):
    """A network with changed dense layers: `change(layer, is_last)`."""
    last = network.layers[-1]
    layers = [
        layer if layer.activation is None else change(layer, layer is last)
        for layer in network.layers
    ]
    return Network(network.inputs, layers)


def _network(words, effort, change):
    return Change(words, effort, lambda case: case.but(network=change(case.network)))


def no_dropout():
    def change(network):
        layers = [layer for layer in network.layers if not layer.random]
        return Network(network.inputs, layers)

    return _network("leave out dropout", 2, change)


def hidden_activation(name):
    """Another activation of all hidden layers, with weights that suit it."""

    def change(network):
        apart = any(layer.function is not None for layer in network.layers)
        layers = []
        for layer in network.layers[:-1]:
            if layer.activation is not None:
                own = "identity" if apart and layer.activation == "identity" else name
                layer = replace(layer, activation=own, weights=sound(name), bias="zeros")
            elif layer.function is not None:
                layer = replace(layer, function=name)
            layers.append(layer)
        return Network(network.inputs, [*layers, network.layers[-1]])

    return _network(f"use {name} in the hidden layers, with weights drawn for it", 3, change)


def batch_normalization():
    """Batch normalization of every hidden layer, before its activation."""

    def change(network):
        if any(layer.whole_batch for layer in network.layers):
            return network
        *below, last = network.layers
        layers = []
        for layer in below:
            if layer.activation is None or layer.coupled:  # which is no layer by itself
                layers.append(layer)
            else:
                linear = replace(layer, activation="identity")
                layers += [linear, BatchNormalization()]
                if layer.activation != "identity":
                    layers.append(Activation(layer.activation))
        return Network(network.inputs, [*layers, last])

    return _network("normalize each hidden layer's pre-activations over the batch", 3, change)


def sound(activation):
    """Initial weights that keep the size of what passes through such an activation."""
    if activation in RELU_LIKE:
        return "he_normal"
    return "lecun_normal" if activation == "selu" else "glorot_uniform"


def sound_weights():
    """Initial weights that suit each layer's activation, and biases of zero."""

    def change(network):
        return _dense(
            network,
            lambda layer, last: replace(
                layer,
                weights="glorot_uniform" if last else sound(layer.activation),
                bias="zeros",
            ),
        )

    return _network(
        "start from weights drawn for the activation (He, Glorot), and biases of 0", 2, change
    )


def positive_bias(value):
    """Hidden layers that begin with a positive bias."""

    def change(network):
        return _dense(
            network,
            lambda layer, last: (
                layer
                if last or not layer.use_bias
                else replace(layer, bias={"name": "constant", "value": value})
            ),
        )

    return _network(f"start from biases of {value:g} in the hidden layers", 2, change)


def train_all_layers():
    """No layer is frozen."""

    def change(network):
        layers = [
            replace(layer, trainable=True) if hasattr(layer, "trainable") else layer
            for layer in network.layers
        ]
        return Network(network.inputs, layers)

    return _network("train all layers: trainable=True for the frozen ones", 1, change)


def fewer_layers(count):
    """Only the first hidden layers, where all are dense."""

    def change(network):
        if len(network.shape) > 1:
            return network
        layers, kept = [], 0
        for layer in network.layers[:-1]:
            kept += layer.activation is not None
            if kept <= count:
                layers.append(layer)
        return Network(network.inputs, [*layers, network.layers[-1]])

    return _network(f"use {count} hidden layer{'s' * (count > 1)}", 4, change)


def wider(factor, least=16):
    """Hidden layers that are so many times as wide, or a layer where there is none."""

    def change(network):
        if len(network.dense) == 1:
            extra = Dense(4 * least, "relu", weights="he_normal")
            return Network(network.inputs, [*network.layers[:-1], extra, network.layers[-1]])
        return _dense(
            network,
            lambda layer, last: (
                layer
                if last
                else layer.with_units(max(min(layer.units * factor, WIDEST), layer.units, least))
            ),
        )

    return _network(f"make the hidden layers {factor} times as wide, at least {least}", 4, change)


# Output, loss and data ------------------------------------------------------------------------


def output(activation):
    """Another activation of the last layer."""

    def change(network):
        return _dense(
            network,
            lambda layer, last: replace(layer, activation=activation) if last else layer,
        )

    return _network(f"use {activation} as the output", 2, change)


OUTPUTS = {
    "probability": "sigmoid", "distribution": "softmax", "positive": "exponential",
    "log-distribution": "log_softmax",
}  # fmt: skip


def output_of(loss):
    """The activation of the last layer that gives what a loss (an entry) takes."""
    return OUTPUTS.get(loss.predictions, "identity")


def matching_output(case):
    """The output and loss that suit the targets of a case: their kind decides."""
    columns, targets = case.truth.values.shape[1], "indicators"
    labels = case.truth.kind == "classes" and columns > 1 == case.given.targets.shape[1]
    if not case.truth.categorical:
        activation, suited, targets = "identity", "mse", case.targets
    elif labels:
        activation, suited, targets = "softmax", "sparse_categorical_crossentropy", "labels"
    elif case.truth.kind == "indicators" or columns == 1:
        activation, suited = "sigmoid", "binary_crossentropy"
    else:
        activation, suited = "softmax", "categorical_crossentropy"

    def make(case):
        last = replace(case.network.layers[-1], activation=activation, units=columns)
        return case.but(
            network=Network(case.network.inputs, [*case.network.layers[:-1], last]),
            recipe=case.recipe.replace(loss=suited),
            targets=targets,
        )

    words = f"use {activation} as the output"
    words += f" and {suited} as the loss" * (case.recipe.loss.name != suited)
    return Change(words, 3, make)


def labels_from_zero():
    """Class labels that begin at 0."""
    return Change(
        "shift the class labels so that they begin at 0", 2,
        lambda case: case.but(targets="labels"),
    )  # fmt: skip


def _with_scale(case, part):
    other = {"none": part, part: part}.get(case.scale, "both")
    return case.but(scale=other)


def scale_inputs():
    return Change(
        "scale each input to mean 0 and variance 1", 2, lambda case: _with_scale(case, "inputs")
    )


def scale_targets():
    """Targets of mean 0 and variance 1, where they are numbers and the output can be any."""

    def make(case):
        return case if case.truth.categorical else _with_scale(case, "targets")

    return Change("scale the targets to mean 0 and variance 1", 2, make)


def leave_out(rows, words):
    """Only the rows that are not among some (n,) of bool."""

    def make(case):
        given, keep = case.given, ~rows
        weights = None if given.weights is None else given.weights[keep]
        kept = Data(given.inputs[keep], given.targets[keep], weights, given.test, notes=given.notes)
        return case.but(given=kept, truth=case.truth.rows(keep), strays=(*case.strays, "left out"))

    return Change(words, 2, make)


def fill():
    """The median of the others where inputs are far from all others of their column."""

    def make(case):
        given = case.given
        inputs = filled(given.inputs)
        whole = Data(inputs, given.targets, given.weights, given.test, notes=given.notes)
        return case.but(given=whole, strays=(*case.strays, "filled"))

    words = "fill in the median of the column where an input is far from all others"
    return Change(words, 2, make)


def loss(name):
    return _recipe(f"use {name} as the loss", 2, loss=name)


def _fraction(factor):
    return f"1/{round(1 / factor)}"
