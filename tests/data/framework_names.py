"""Makes framework_names.json: what Keras, PyTorch and scikit-learn call their own.

`KERAS_BACKEND=jax python framework_names.py`, with torch, keras, jax and scikit-learn installed.
"""

import inspect
import json
from pathlib import Path

import keras
import sklearn
import torch
from sklearn.neural_network import MLPClassifier, MLPRegressor
from torch import nn

SERVICE = {"get", "serialize", "deserialize", "legacy", "schedules"}


def keras_names(module, by_name=None):
    """Public names, without base classes, and the strings that its `get` takes."""
    names = {name for name in dir(module) if name[0] != "_"} | set(by_name or ())
    bases = {"Loss", "LossFunctionWrapper", "Optimizer", "Initializer", "LearningRateSchedule"}
    return names - SERVICE - bases - {base.lower() for base in bases}


def classes(module, base):
    """Classes that a module itself defines."""
    return {
        name
        for name, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, base) and value is not base
        and name[0] != "_" and value.__module__.startswith(module.__name__)
    }  # fmt: skip


def functions(takes):
    """Functions of torch.nn.functional by their parameters and names; none in place."""
    found = set()
    for name, value in vars(nn.functional).items():
        if name[0] == "_" or name[-1] == "_" or not callable(value) or inspect.isclass(value):
            continue
        try:
            parameters = set(inspect.signature(value).parameters)
        except ValueError:
            parameters = set()
        if takes(name, parameters):
            found.add(name)
    return found


def plain(name):
    return name.lower().replace("_", "")


def options(estimators, parameter):
    """The strings that a parameter of scikit-learn's estimators may be."""
    constraints = [one._parameter_constraints.get(parameter, []) for one in estimators]
    return {text for own in constraints for kind in own for text in getattr(kind, "options", ())}


activations = classes(nn.modules.activation, nn.Module) - {"NonDynamicallyQuantizableLinear"}
units = {plain(name) for name in activations}
perceptrons = MLPClassifier, MLPRegressor
own = keras.src
names = {
    "losses": {
        "keras": keras_names(keras.losses, own.losses.ALL_OBJECTS_DICT),
        "torch.nn": classes(nn.modules.loss, nn.Module),
        "torch.nn.functional": functions(lambda name, takes: "target" in takes or "loss" in name),
        "sklearn": options(perceptrons, "loss") | {"log_loss"},  # a classifier's only one
    },
    "optimizers": {
        "keras": keras_names(keras.optimizers, own.optimizers.ALL_OBJECTS_DICT),
        "torch.optim": classes(torch.optim, torch.optim.Optimizer),
        "sklearn": options(perceptrons, "solver"),
    },
    "activations": {
        "keras": keras_names(keras.activations, own.activations.ALL_OBJECTS_DICT),
        "torch.nn": activations,
        "torch.nn.functional": functions(
            lambda name, takes: plain(name) in units or "softmax" in name
        ),
        "sklearn": options(perceptrons, "activation"),
    },
    "initializers": {
        "keras": keras_names(keras.initializers, own.initializers.ALL_OBJECTS_DICT),
        "torch.nn.init": {name for name in vars(nn.init) if name[0] != "_" and name[-1] == "_"},
    },
    "schedules": {
        "keras": keras_names(keras.optimizers.schedules),
        "torch.optim.lr_scheduler": classes(
            torch.optim.lr_scheduler, torch.optim.lr_scheduler.LRScheduler
        ),
    },
}
made = {
    "versions": {
        "keras": keras.__version__,
        "torch": torch.__version__,
        "scikit-learn": sklearn.__version__,
    },
    "names": {
        kind: {framework: sorted(found) for framework, found in table.items()}
        for kind, table in names.items()
    },
}
path = Path(__file__).with_suffix(".json")
path.write_text(json.dumps(made, indent=1) + "\n")
