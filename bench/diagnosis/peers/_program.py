"""A case as a plain PyTorch program, and its training under the eyes of some packages.

Initial weights, rows, batches, loss and rate are the engine's. Two things are said as PyTorch has
them: a loss that takes logits stands in place of a last activation and a loss of probabilities
where the engine computes the two as one, and an optimizer of Keras's is PyTorch's with its
constants (epsilon inside or outside of a root is all that differs).
"""

import warnings
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from fastdense import Recipe

INSTALL = "pip install torch==2.13.0"
MODULES = {
    "relu": "ReLU", "tanh": "Tanh", "sigmoid": "Sigmoid", "silu": "SiLU", "elu": "ELU",
    "softsign": "Softsign",
}  # fmt: skip
CLASSES = "categorical_crossentropy"
LABELS = "sparse_categorical_crossentropy"
BINARY = "binary_crossentropy"
# The last activations that the engine's cross-entropies look behind, and PyTorch's do.
BEHIND = {CLASSES: ("softmax", "sigmoid"), LABELS: ("softmax", "sigmoid"), BINARY: ("sigmoid",)}
# What a recipe may say; the rest is left as it usually is.
SAID = {
    "loss", "optimizer", "learning_rate", "ascend", "batch_size", "epochs", "shuffle", "reduction",
    "l2", "seed",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Program:
    """What a PyTorch user would have written."""

    model: Any
    optimizer: Any
    loss: Any  # of outputs and targets
    x: Any
    y: Any
    batch: int
    steps: int  # updates
    shuffle: bool
    learning_rate: float
    outputs: int
    seed: int


def updates(fault):
    """How many there are in all epochs of a `Fault`."""
    count = len(fault.data[0])
    return -(-count // fault.recipe.batch_of(count)) * fault.recipe.epochs


def build(fault, seed, most):
    """The `Program` of a `Fault`, from a start of its own, with at most `most` updates.

    Raises
    ------
    LookupError
        If PyTorch has no plain words for it; the message is the reason.
    """
    import torch

    network, recipe = fault.network, fault.recipe
    usual = Recipe(loss=recipe.loss, optimizer=recipe.optimizer)
    for name, value in vars(recipe).items():
        if name not in SAID and value != getattr(usual, name):
            raise LookupError(f"a recipe with {name} is not translated")
    if recipe.reduction not in ("mean", "sum"):
        raise LookupError(f"the reduction {recipe.reduction} is not translated")
    loss, last = recipe.loss.name, network.layers[-1].activation
    behind = last in BEHIND.get(loss, ())
    model = _model(network, seed, without_last=behind)
    x = torch.from_numpy(np.ascontiguousarray(fault.data[0], np.float32))
    y = np.asarray(fault.data[1])
    if behind and loss == CLASSES:
        y = y.argmax(axis=1)
    elif loss == LABELS:
        y = y.reshape(-1)
    whole = behind and loss in (CLASSES, LABELS)
    y = torch.from_numpy(np.ascontiguousarray(y, np.int64 if whole else np.float32))
    return Program(
        model, _optimizer(model, network, recipe), _loss(loss, behind, recipe.reduction), x, y,
        recipe.batch_of(len(x)), min(updates(fault), most), recipe.shuffle,
        abs(recipe.learning_rate), network.outputs, seed,
    )  # fmt: skip


def _model(network, seed, without_last):
    import torch
    from torch import nn

    class Exponential(nn.Module):
        def forward(self, values):
            return torch.exp(values)

    arrays = iter(network.split(network.initialize(seed)))
    modules = []
    for (inputs,), layer in network.sized:
        if layer.activation is None:
            modules.append(nn.Dropout(layer.rate))
            continue
        if layer.l1 or layer.max_norm:
            raise LookupError("a layer with l1 or max_norm is not translated")
        weights, bias = next(arrays)
        linear = nn.Linear(inputs, layer.units)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weights.T.copy()))
            linear.bias.copy_(torch.from_numpy(bias.copy()))
        modules.append(linear)
        if layer.activation == "identity" or (without_last and layer is network.layers[-1]):
            continue
        if layer.activation == "softmax":
            modules.append(nn.Softmax(dim=1))
        elif layer.activation == "exponential":
            modules.append(Exponential())
        elif layer.activation in MODULES:
            modules.append(getattr(nn, MODULES[layer.activation])())
        else:
            raise LookupError(f"the activation {layer.activation} is not translated")
    return nn.Sequential(*modules)


def _loss(name, behind, reduction):
    import torch
    from torch import nn

    total = getattr(torch, reduction)
    if name == "mse":
        return nn.MSELoss(reduction=reduction)
    if name in (CLASSES, LABELS) and behind:
        return nn.CrossEntropyLoss(reduction=reduction)
    if name == BINARY:
        return (nn.BCEWithLogitsLoss if behind else nn.BCELoss)(reduction=reduction)
    if name == CLASSES:  # as Keras takes what is no distribution for one

        def renormalized(outputs, targets):
            shares = (outputs / outputs.sum(dim=1, keepdim=True)).clamp(1e-7, 1 - 1e-7)
            return total(-(targets * shares.log()).sum(dim=1))

        return renormalized
    if name == "hinge":
        return lambda outputs, targets: total(
            torch.relu(1 - torch.where(targets > 0, 1.0, -1.0) * outputs)
        )
    raise LookupError(f"the loss {name} behind that output is not translated")


def _optimizer(model, network, recipe):
    """Penalties are decays: that of l2 * sum w^2 has the gradient 2 * l2 * w."""
    import torch

    linears = [module for module in model if isinstance(module, torch.nn.Linear)]
    decays = [2 * (recipe.l2 + layer.l2) for _, layer in network.dense]
    groups = [{"params": list(model.parameters())}]
    if any(decays):
        groups = [{"params": [linear.bias for linear in linears]}]
        groups += [
            {"params": [linear.weight], "weight_decay": decay}
            for linear, decay in zip(linears, decays, strict=True)
        ]
    name, hyper = recipe.optimizer.name, recipe.optimizer.values
    options = {"lr": abs(recipe.learning_rate), "maximize": recipe.ascend}
    if hyper.get("weight_decay"):
        raise LookupError("an optimizer's own decay is not translated")
    if name == "sgd":
        return torch.optim.SGD(groups, **options)
    if name in ("momentum_keras", "nesterov_keras"):
        momentum = {"momentum": hyper["momentum"], "nesterov": name == "nesterov_keras"}
        return torch.optim.SGD(groups, **options, **momentum)
    options["eps"] = hyper.get("epsilon", 1e-8)
    if name in ("adam", "adam_keras"):
        return torch.optim.Adam(groups, **options, betas=(hyper["beta1"], hyper["beta2"]))
    if name in ("rmsprop", "rmsprop_keras"):
        return torch.optim.RMSprop(groups, **options, alpha=hyper.get("alpha", hyper.get("rho")))
    if name == "adagrad_keras":
        return torch.optim.Adagrad(groups, **options, initial_accumulator_value=hyper["initial"])
    raise LookupError(f"the optimizer {name} is not translated")


def train(program, watchers):
    """Train it while some watch; returns the error that ended it, or ""."""
    import torch

    torch.manual_seed(program.seed)
    torch.set_num_threads(1)  # these are small
    parameters = list(program.model.parameters())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of hooks
        for rows in islice(_batches(program), program.steps):
            program.optimizer.zero_grad()
            try:
                loss = program.loss(program.model(program.x[rows]), program.y[rows])
            except (IndexError, RuntimeError) as error:  # such as of targets that it refuses
                return str(error).split("\n")[0]
            loss.backward()
            norm = torch.nn.utils.get_total_norm([one.grad for one in parameters])
            program.optimizer.step()
            for watcher in watchers:
                watcher.step(loss.item(), norm.item())
    return ""


def _batches(program):
    """Epoch after epoch."""
    import torch

    count = len(program.x)
    while True:
        order = torch.randperm(count) if program.shuffle else torch.arange(count)
        yield from order.split(program.batch)
