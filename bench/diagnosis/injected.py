"""Sound trainings, and the same with one fault put in: drawn by a rule, so that nobody chose them.

A sound training is a random task with a random network that suits it. The labels of a fault are
what was put in, and what that comes to: a target scale of 10,000 is also a rate that is too low.
None is left out, though some do no harm to the training that they were put into.
"""

from dataclasses import replace

import numpy as np

from fastdense import Dense, Dropout, Network, Recipe
from fastdense_bench.diagnosis.faults import Fault


def sound(rng):
    """A random task with a network and a recipe that suit it: `(network, recipe, x, y)`."""
    count, features = int(rng.integers(120, 800)), int(rng.integers(2, 9))
    x = rng.normal(size=(count, features))
    kind = rng.choice(["numbers", "noisy", "two", "several"])
    first, second = (rng.normal(size=(features, 1)) / np.sqrt(features) for _ in range(2))
    smooth = np.sin(1.5 * x @ first) + (x @ second)
    if kind in ("numbers", "noisy"):
        y = smooth + (rng.normal(size=(count, 1)) * rng.uniform(0.3, 1.0) if kind == "noisy" else 0)
        y, output, loss = (y - y.mean()) / y.std(), "identity", "mse"
    elif kind == "two":
        y, output, loss = (smooth > 0).astype(float), "sigmoid", "binary_crossentropy"
    else:
        classes = int(rng.integers(3, 6))
        edges = np.quantile(smooth, np.arange(1, classes) / classes)
        y = np.eye(classes)[np.digitize(smooth[:, 0], edges)]
        output, loss = "softmax", "categorical_crossentropy"
    activation = str(rng.choice(["relu", "tanh", "sigmoid", "silu"], p=[0.4, 0.3, 0.15, 0.15]))
    widths = [int(rng.choice([16, 24, 32, 48]))] * int(rng.integers(1, 4))
    weights = "he_normal" if activation in ("relu", "silu") else "glorot_uniform"
    network = Network.of(features, *widths, y.shape[1], activation=activation, output=output,
                         weights=weights)  # fmt: skip
    recipe = Recipe(
        loss=loss, optimizer=str(rng.choice(["adam", "rmsprop", "adam_keras"])),
        learning_rate=float(rng.choice([3e-3, 1e-2])), batch_size=int(rng.choice([16, 32, 50])),
        epochs=int(rng.integers(80, 200)),
    )  # fmt: skip
    return network, recipe, x, y


def _dense(network, change):
    last = network.layers[-1]
    return Network(network.inputs, [change(layer, layer is last) for layer in network.layers])


def _hidden(network, **fields):
    return _dense(network, lambda layer, last: layer if last else replace(layer, **fields))


def _output(network, **fields):
    return _dense(network, lambda layer, last: replace(layer, **fields) if last else layer)


def _every(network, **fields):
    return _dense(network, lambda layer, last: replace(layer, **fields))


def _is_numbers(recipe):
    return recipe.loss.name == "mse"


def _deep(network, activation, depth, **fields):
    inner = Dense(12, activation, **fields)
    return Network(network.inputs, [*[inner] * depth, network.layers[-1]])


# By name: which labels are admissible, and `(network, recipe, x, y, rng)` to those with the fault,
# or None where it cannot be put in.
FAULTS = {
    "rate far too low": (
        ("LR_LOW", "EPOCHS_LOW"),
        lambda n, r, x, y, g: (n, r.replace(learning_rate=r.learning_rate * 1e-4), x, y),
    ),
    "rate far too high": (
        ("LR_HIGH", "DEAD_RELU_ACQUIRED", "OPT_CHOICE"),
        lambda n, r, x, y, g: (n, r.replace(optimizer="sgd", learning_rate=20.0), x, y),
    ),
    "adam's rate too high": (
        ("LR_HIGH", "DEAD_RELU_ACQUIRED"),
        lambda n, r, x, y, g: (n, r.replace(optimizer="adam", learning_rate=3.0), x, y),
    ),
    "rate zero": (("LR_ZERO",), lambda n, r, x, y, g: (n, r.replace(learning_rate=0.0), x, y)),
    "wrong sign": (
        ("LR_SIGN",),
        lambda n, r, x, y, g: (
            n, r.replace(optimizer="sgd", ascend=True, learning_rate=-0.01), x, y,
        ),
    ),
    "equal weights": (
        ("INIT_CONST",),
        lambda n, r, x, y, g: (
            _every(n, weights={"name": "constant", "value": float(g.choice([0.0, 0.2]))}), r, x, y,
        ),
    ),
    "large weights": (
        ("INIT_LARGE", "SAT_HIDDEN", "EXPLODE_DEPTH"),
        lambda n, r, x, y, g: (_every(n, weights={"name": "normal", "std": 30.0}), r, x, y),
    ),
    "small weights, deep": (
        ("INIT_SMALL", "VANISH_DEPTH"),
        lambda n, r, x, y, g: (
            _deep(n, "tanh", 5, weights={"name": "normal", "std": 0.01}),
            r.replace(optimizer="sgd", learning_rate=0.05), x, y,
        ),
    ),
    "inputs unscaled": (
        ("INPUT_SCALE",), lambda n, r, x, y, g: (n, r, 1e4 * x + 4e4, y),
    ),
    "targets unscaled": (
        ("TARGET_SCALE", "LR_LOW", "EPOCHS_LOW"),
        lambda n, r, x, y, g: (n, r, x, 1e5 * y + 1e6) if _is_numbers(r) else None,
    ),
    "output cannot reach": (
        ("OUT_ACT_RANGE", "SAT_OUTPUT", "OUT_ACT"),
        lambda n, r, x, y, g: (_output(n, activation=str(g.choice(["sigmoid", "tanh"]))), r, x,
                               20 * y + 40) if _is_numbers(r) else None,
    ),
    "softmax of one unit": (
        ("OUT_SOFTMAX1",),
        lambda n, r, x, y, g: (_output(n, activation="softmax"), r, x, y)
        if y.shape[1] == 1 else None,
    ),
    "dead output": (
        ("DEAD_RELU_OUTPUT", "OUT_ACT"),
        lambda n, r, x, y, g: (
            _output(n, activation="relu", bias={"name": "constant", "value": -30.0}), r, x,
            y - y.min()) if _is_numbers(r) else None,
    ),
    "born dead": (
        ("DEAD_RELU_BORN",),
        lambda n, r, x, y, g: (
            _hidden(n, activation="relu", bias={"name": "constant", "value": -30.0}), r, x, y,
        ),
    ),
    "penalty": (("REG_STRONG",), lambda n, r, x, y, g: (n, r.replace(l2=0.5), x, y)),
    "dropout": (
        ("DROPOUT_HIGH",),
        lambda n, r, x, y, g: (
            Network(n.inputs, [part for one in n.layers[:-1] for part in (one, Dropout(0.95))]
                    + [n.layers[-1]]), r, x, y,
        ),
    ),
    "deep sigmoid": (
        ("VANISH_DEPTH", "ACT_HIDDEN"), lambda n, r, x, y, g: (_deep(n, "sigmoid", 10), r, x, y),
    ),
    "deep exponential": (
        ("EXPLODE_DEPTH", "ACT_HIDDEN"),
        lambda n, r, x, y, g: (_deep(n, "exponential", 8, weights="he_uniform"), r, x, y),
    ),
    "too narrow": (
        ("CAPACITY_LOW", "DEAD_RELU_BORN", "LOCAL_MINIMUM", "ACT_HIDDEN"),
        lambda n, r, x, y, g: (_hidden(n, units=1), r, x, y),
    ),
    "linear layers": (
        ("ACT_HIDDEN", "CAPACITY_LOW"), lambda n, r, x, y, g: (_hidden(n, activation="identity"),
                                                               r, x, y),
    ),
    "one epoch": (
        ("EPOCHS_LOW", "LR_LOW"),
        lambda n, r, x, y, g: (n, r.replace(epochs=1, learning_rate=1e-3), x, y),
    ),
    "epsilon": (
        ("OPT_EPS",),
        lambda n, r, x, y, g: (
            n, r.replace(optimizer={"name": "adam", "epsilon": 100.0}), x, y,
        ),
    ),
    "shuffled targets": (
        ("DATA_SHUFFLED", "DATA_RANDOM_TARGET"),
        lambda n, r, x, y, g: (_hidden(n, units=4), r.replace(epochs=10), x, g.permutation(y)),
    ),
    "labels from 1": (
        ("LABELS_RANGE",),
        lambda n, r, x, y, g: (
            n, r.replace(loss="sparse_categorical_crossentropy"), x, y.argmax(axis=1) + 1.0,
        ) if y.shape[1] > 1 else None,
    ),
    "no distribution": (
        ("OUT_NORM", "OUT_ACT"),
        lambda n, r, x, y, g: (_output(n, activation=str(g.choice(["relu", "tanh"]))), r, x, y)
        if y.shape[1] > 1 else None,
    ),
    "summed loss": (
        ("LOSS_BUG", "LR_HIGH"),
        lambda n, r, x, y, g: (
            n, r.replace(optimizer="sgd", learning_rate=0.2, reduction="sum"), x, y,
        ),
    ),
    "loss of classes": (
        ("LOSS_MISMATCH", "OUT_ACT_RANGE"),
        lambda n, r, x, y, g: (
            _output(n, activation="sigmoid"), r.replace(loss="binary_crossentropy"), x, 50 * y,
        ) if _is_numbers(r) else None,
    ),
}  # fmt: skip


def draw(per_fault=1, healthy=24, seed=0):
    """Sound trainings, and `per_fault` of each fault, as `Fault`s."""
    cases = []
    for number in range(healthy):
        network, recipe, x, y = sound(np.random.default_rng([seed, 0, number]))
        cases.append(Fault(f"sound {number}", f"sound {number}", ("NONE",), True, network, recipe,
                           (x, y)))  # fmt: skip
    for place, (name, (labels, put)) in enumerate(FAULTS.items()):
        found, number = 0, 0
        while found < per_fault:
            rng = np.random.default_rng([seed, 1 + place, number])
            number += 1
            made = put(*sound(rng), rng)
            if made is not None:
                network, recipe, x, y = made
                cases.append(Fault(f"{name} {found}", name, labels, True, network, recipe, (x, y)))
                found += 1
    return cases
