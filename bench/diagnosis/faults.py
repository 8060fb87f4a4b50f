"""Published faults and healthy trainings, as networks, recipes and rows."""

import json
import re
from dataclasses import dataclass
from importlib import resources

from fastdense import Dense, Dropout, Network, Recipe
from fastdense.errors import FastdenseError
from fastdense_bench.diagnosis import rows

ACTIVATIONS = {"linear": "identity", None: "identity"}
LOSSES = {
    "cce": "categorical_crossentropy", "bce": "binary_crossentropy", "mse": "mse", "sse": "mse",
    "hinge": "hinge", "cce reduce_sum": "categorical_crossentropy",
}  # fmt: skip
OPTIMIZERS = {"sgd": "sgd", "adam": "adam_keras", "rmsprop": "rmsprop_keras",
              "adagrad": "adagrad_keras"}  # fmt: skip
UPDATES = 2000  # where a case does not say how many epochs there are


@dataclass(frozen=True, eq=False)
class Fault:
    """A training, and the labels of what is published to be wrong with it."""

    id: str
    template: str
    labels: tuple
    high: bool  # confidence in the labels
    network: Network
    recipe: Recipe
    data: tuple

    @property
    def healthy(self):
        return self.labels == ("NONE",)


def load():
    """The faults that can be built, and why the others cannot: `(faults, {id: reason})`."""
    text = resources.files("fastdense_bench.diagnosis").joinpath("fault_cases.json").read_text()
    faults, left_out = [], {}
    for case in json.loads(text)["cases"]:
        try:
            faults.append(build(case))
        except (FastdenseError, LookupError) as error:
            left_out[case["id"]] = str(error)
    return faults, left_out


def build(case):
    """The `Fault` of a case."""
    data = rows.of(case)
    if data is None:
        raise LookupError(f"its data are not described: {case['data']['name']}")
    x, y = data
    if case["optimizer"].get("lr", 0) is None and "adagrad" not in case["optimizer"]["name"]:
        raise LookupError("its learning rate is not described")
    layers = []
    for table in case["architecture"]:
        if "dropout" in table:
            layers.append(Dropout(table["dropout"]))
        elif not isinstance(table["units"], int):
            continue  # what stands in front of the dense layers
        else:
            layers.append(_dense(table))
    if not layers:
        raise LookupError("its layers are not described")
    if layers[-1].units != y.shape[1]:  # a loss over classes of numbers, say
        raise LookupError(f"{layers[-1].units} outputs for {y.shape[1]} targets")
    return Fault(
        case["id"], case["template"], tuple(case["cause_labels"]), case["confidence"] == "high",
        Network(x.shape[1], layers), _recipe(case, len(x)), (x, y),
    )  # fmt: skip


def _dense(table):
    activation = ACTIVATIONS.get(table.get("activation"), table.get("activation"))
    return Dense(
        table["units"], activation, weights=_initial(table.get("init")),
        bias=_initial(table.get("bias_init") or "zeros"), l2=table.get("l2", 0.0),
    )  # fmt: skip


def _initial(text):
    if not text:
        return "glorot_uniform"
    name, *numbers = re.findall(r"[a-z_]+|-?\d*\.?\d+", text)
    numbers = [float(number) for number in numbers]
    if name == "uniform":
        return {"name": "uniform", "low": numbers[0], "high": numbers[1]}
    if name == "normal":
        return {"name": "normal", "std": numbers[1]}
    if name == "truncnormal":
        return {"name": "truncated_normal", "std": numbers[0]}
    if name == "ones":
        return {"name": "constant", "value": 1.0}
    return name


def _recipe(case, count):
    given = case["optimizer"]
    optimizer = OPTIMIZERS[given["name"]]
    if given.get("momentum"):
        kind = "nesterov_keras" if given.get("nesterov") else "momentum_keras"
        optimizer = {"name": kind, "momentum": given["momentum"]}
    if "eps" in given:
        optimizer = {"name": optimizer, "epsilon": given["eps"]}
    batch = case["batch_size"]
    batch = "full" if batch == "full" else min(batch if isinstance(batch, int) else 32, count)
    steps = 1 if batch == "full" else -(-count // batch)
    epochs = case["epochs"]
    if not isinstance(epochs, int):
        epochs = max(1, round(UPDATES / steps))
    total = "sum" in case["loss"] or case["loss"] == "sse"
    return Recipe(
        loss=LOSSES[case["loss"]], optimizer=optimizer, learning_rate=given.get("lr"),
        batch_size=batch, epochs=epochs, reduction="sum" if total else "mean",
    )  # fmt: skip
