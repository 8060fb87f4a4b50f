"""Networks, data that fit a loss, and recipes, drawn by Hypothesis."""

import numpy as np
from hypothesis import strategies as st

from fastdense import (
    Activation,
    AveragePool2D,
    BatchNormalization,
    Conv2D,
    Data,
    Dense,
    Dropout,
    FastdenseError,
    Flatten,
    GlobalAveragePool2D,
    LayerNormalization,
    MaxPool2D,
    Network,
    Recipe,
    Rescale,
    catalogue,
)

ACTIVATIONS = [
    n for n in catalogue.names("activations") if not catalogue.get("activations", n).coupled
]
# One exponential upon the other overflows; some have hyper-parameters.
HIDDEN = [n for n in ACTIVATIONS if n != "exponential"] + ["leaky_relu(slope=0.3)"]
LOSSES = catalogue.names("losses")
OPTIMIZERS = catalogue.names("optimizers")
SCHEDULES = catalogue.names("schedules")
# The slope of mae jumps, and so does that of a cross-entropy at its clip: where a prediction lies
# within rounding of the jump, two right answers differ by the whole jump.
OUTPUTS = {
    "distribution": "softmax",
    "log-distribution": "log_softmax",
    "probability": "sigmoid",
    "positive": "softplus",
}

# Legal hyper-parameters at which a few steps stay well-conditioned.
HYPER = {
    "centered": st.sampled_from([0.0, 1.0]),
    "weight_decay": st.sampled_from([0.0, 0.01, 0.1]),
    "momentum": st.floats(0.0, 0.99),
    "beta1": st.floats(0.0, 0.99),
    "beta2": st.floats(0.5, 0.9999),
    "momentum_decay": st.floats(0.0, 1.0),
    "alpha": st.floats(0.5, 0.999),
    "rho": st.floats(0.5, 0.999),
    # Adaptive steps divide by the root of the squares: a small epsilon turns a gradient that is
    # rounding noise (of a dead or saturated unit) into a step of full length.
    "epsilon": st.floats(1e-3, 0.1),
    "initial": st.floats(0.0, 1.0),
    "clip": st.sampled_from([0.0, 1e-7, 1e-3]),
    "label_smoothing": st.sampled_from([0.0, 0.1, 0.5]),
    "delta": st.floats(0.1, 3.0),
    "floor": st.floats(0.0, 0.5),
    "gamma": st.floats(0.1, 1.0),
    "decay": st.floats(0.0, 1.0),
    "every": st.floats(0.3, 3.0),
    "over": st.floats(0.5, 4.0),
    "start": st.floats(0.0, 1.0),
    "std": st.floats(0.0, 0.5),
    "low": st.floats(0.5, 1.5),
    "high": st.floats(0.5, 1.5),
    "degrees": st.floats(0.0, 89.0),
    "height": st.floats(0.0, 1.0),
    "width": st.floats(0.0, 1.0),
    "share": st.floats(0.0, 1.0),
    "size": st.floats(0.0, 1.5),
    "fill": st.floats(-1.0, 1.0),
}
AUGMENTATIONS = catalogue.names("augmentations")
OF_FEATURES = ("brightness", "noise")  # that need no height and width


def numbers(seed, *shape):
    """Standard normal numbers, a function of the seed."""
    return np.random.default_rng(seed).standard_normal(shape)


@st.composite
def choices(draw, kind, name, dtype="float64"):
    """An entry by name, some of its hyper-parameters drawn."""
    table = {"name": name}
    entry = catalogue.get(kind, name)
    for key in entry.hyper:
        if key == "clip" and getattr(entry, "logits", None):
            continue  # after the activation that goes with it a clip is refused
        if draw(st.booleans()):
            table[key] = draw(HYPER[key])
    if dtype == "float32" and table.get("clip") == 1e-7:
        table["clip"] = 1e-3
    return table


def augmentations(names=AUGMENTATIONS, most=4):
    """A few of them, one after the other."""
    one = st.sampled_from(names).flatmap(lambda name: choices("augmentations", name))
    return st.lists(one, max_size=most)


@st.composite
def networks(draw, loss="mse", activation=None, dropout=True, hidden=3, outputs=None):
    """0 to `hidden` hidden layers of 1 to 20 units, and the output that `loss` reads."""
    entry = catalogue.get("losses", loss)
    name = OUTPUTS.get(entry.predictions, "identity")
    least = 2 if entry.targets in ("distribution", "label") else 1
    outputs = outputs or draw(st.integers(least, 6))
    names = st.just(activation) if activation else st.sampled_from([*HIDDEN, "softmax"])
    weights = st.sampled_from(["glorot_uniform", "he_normal", "torch_linear", "orthogonal"])
    layers = []
    for _ in range(draw(st.integers(1 if activation else 0, hidden))):
        if dropout and draw(st.integers(0, 3)) == 0:
            layers.append(Dropout(draw(st.floats(0.0, 0.8))))
        own = [{}, {}, {"l1": 0.01}, {"l2": 0.05, "max_norm": 0.5}, {"use_bias": False}]
        own = draw(st.sampled_from([*own, {"trainable": False}]))
        layers.append(Dense(draw(st.integers(1, 20)), draw(names), weights=draw(weights), **own))
    # A bias at zero puts the outputs of a dead network on a tie.
    own = draw(st.sampled_from([{"bias": "uniform"}] * 5 + [{"use_bias": False}] * (not layers)))
    layers.append(Dense(outputs, name, **own))
    return Network(draw(st.integers(1, 20)), layers)


@st.composite
def data(draw, network, loss, most=70, test=True):
    """Rows whose targets fit `loss`, with sample weights and test rows sometimes."""
    n, seed = draw(st.integers(1, most)), draw(st.integers(0, 2**32))
    fresh = draw(st.integers(1, 20)) if test and draw(st.booleans()) else 0
    inputs = numbers([seed, 0], n + fresh, network.inputs)
    targets = targets_for(loss, seed, n + fresh, network.outputs)
    weights = draw(st.sampled_from([None, numbers([seed, 2], n) ** 2]))
    rest = (inputs[n:], targets[n:]) if fresh else None
    return Data(inputs[:n], targets[:n], weights, rest)


def targets_for(loss, seed, n, outputs):
    """Targets (n, columns) of the kind that a loss expects."""
    kind = catalogue.get("losses", loss).targets
    noise = numbers([seed, 1], n, outputs)
    if kind == "label":
        return noise.argmax(axis=1)[:, np.newaxis]
    if kind == "distribution":
        soft = np.exp(noise) / np.exp(noise).sum(axis=1, keepdims=True)
        hard = np.eye(outputs)[noise.argmax(axis=1)]
        return hard if seed % 2 else soft
    if kind == "unit":
        return (noise > 0).astype(float) if seed % 2 else 1 / (1 + np.exp(-noise))
    if kind == "sign":
        return np.where(noise > 0, 1.0, -1.0 if seed % 2 else 0.0)
    if kind == "nonnegative":
        return np.floor(np.exp(noise)) if seed % 2 else np.exp(noise)
    return noise


@st.composite
def recipes(draw, rows, classes, loss=None, optimizer=None, dtype="float64", epochs=3):
    """A recipe for `rows` rows; `classes` is what class weights must cover."""
    loss = loss or draw(st.sampled_from(LOSSES))
    optimizer = optimizer or draw(st.sampled_from(OPTIMIZERS))
    batch = draw(st.one_of(st.none(), st.integers(1, rows)))
    penalty = st.sampled_from([0.0, 0.0, 1e-3, 0.1])
    bound = st.sampled_from([0.0, 0.0, 0.05, 1.0])
    weighted = draw(st.integers(0, 3)) == 0
    size = rows if batch is None else max(batch, -(-rows // 8))
    reduction = draw(st.sampled_from(["mean", "mean", "mean", "sum", "sum_keras"]))
    rate = draw(st.floats(1e-4, 0.05)) / (1 if reduction == "mean" else 6 * size)
    ascend = draw(st.integers(0, 5)) == 0
    return Recipe(
        loss=draw(choices("losses", loss, dtype)),
        optimizer=draw(choices("optimizers", optimizer)),
        schedule=draw(choices("schedules", draw(st.sampled_from(SCHEDULES)))),
        learning_rate=-rate if ascend else rate,
        ascend=ascend,
        reduction=reduction,
        gradient_accumulation_steps=draw(st.sampled_from([1, 1, 1, 2, 3])),
        # Few steps: each multiplies the rounding that it inherits.
        batch_size="full" if batch is None else size,
        epochs=draw(st.integers(0, epochs)),
        shuffle=draw(st.booleans()),
        l1=draw(penalty),
        l2=draw(penalty),
        clip_value=draw(bound),
        clip_norm=draw(bound),
        clip_each=draw(st.booleans()),
        class_weights=[0.5 + 0.25 * c for c in range(classes)] if weighted else (),
        augmentation=draw(augmentations(OF_FEATURES, 2)) if draw(st.integers(0, 4)) == 0 else (),
        seed=draw(st.integers(0, 2**63 - 1)),
        dtype=dtype,
    )


@st.composite
def trainings(draw, loss=None, activation=None, optimizer=None, dtype="float64", **options):
    """Arguments of `train`: network, recipe, data and the rest as a dict."""
    loss = loss or draw(st.sampled_from(LOSSES))
    network = draw(networks(loss, activation, **options))
    rows = draw(data(network, loss))
    recipe = draw(recipes(len(rows), max(network.outputs, 2), loss, optimizer, dtype))
    return (network, recipe, rows), {
        "evaluate_every": draw(st.integers(0, 3)),
        "observe_every": draw(st.integers(0, 3)),
    }


SMOOTH = [name for name in HIDDEN if name in ("tanh", "sigmoid", "softplus", "silu", "gelu", "elu")]


@st.composite
def image_layers(draw, names, normalizations=True):
    """A layer that takes images of any size, or nearly."""
    sides = st.tuples(st.integers(1, 3), st.integers(1, 3))
    padding = draw(st.sampled_from(["valid", "same", "numbers"]))
    kinds = ["conv", "conv", "max", "average", "dropout", "activation", "rescale"]
    kind = draw(st.sampled_from(kinds + ["batch", "layer"] * normalizations))
    if kind == "conv":
        dilation, kernel = draw(st.tuples(st.integers(1, 2), st.integers(1, 2))), draw(sides)
        if padding == "numbers":
            padding = tuple(
                draw(st.integers(0, d * (k - 1))) for d, k in zip(dilation, kernel, strict=True)
            )
        own = [{}, {}, {"use_bias": False}, {"trainable": False}]
        own = draw(st.sampled_from(own))
        own = own if own else {"bias": "uniform"}
        return Conv2D(
            draw(st.integers(1, 18)), kernel, draw(names), draw(sides), padding, dilation, **own
        )
    if kind in ("max", "average"):
        pool, size = MaxPool2D if kind == "max" else AveragePool2D, draw(sides)
        if padding == "numbers":
            padding = tuple(draw(st.integers(0, side - 1)) for side in size)
        return pool(size, draw(st.none() | sides), padding)
    if kind == "batch":
        fixed = draw(st.integers(0, 3)) == 0
        return BatchNormalization(
            1e-3, draw(st.floats(0.0, 0.99)), draw(st.booleans()), fixed=fixed
        )
    return {
        "dropout": Dropout(0.3), "activation": Activation(draw(names)),
        "layer": LayerNormalization(1e-2), "rescale": Rescale(0.5, -0.25),
    }[kind]  # fmt: skip


@st.composite
def image_networks(draw, names=None, normalizations=True, outputs=2):
    """A network on small images: up to four layers of these, and then dense ones."""
    network, names = None, st.sampled_from(HIDDEN) if names is None else names
    shape = tuple(draw(st.integers(low, high)) for low, high in ((3, 7), (3, 7), (1, 3)))
    layers = draw(st.lists(image_layers(names, normalizations), min_size=1, max_size=4))
    while network is None:  # windows may not fit: then the last layers are left out
        end = [draw(st.sampled_from([Flatten(), GlobalAveragePool2D()]))]
        if draw(st.booleans()):
            # A mean of normalized places is zero but for rounding, where slopes may jump.
            end += [Dense(draw(st.integers(1, 9)), draw(names), bias="uniform")]
        try:
            network = Network(shape, [*layers, *end, Dense(outputs)])
        except FastdenseError:
            layers = layers[:-1]
    return network
