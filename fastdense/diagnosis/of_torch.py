"""A training of PyTorch as a case: its module, loss, optimizer and rows."""

import numpy as np

from fastdense.arrays import loaders
from fastdense.checks import whole
from fastdense.dataset import Data
from fastdense.diagnosis.case import Case, Start
from fastdense.errors import FastdenseError
from fastdense.torch.conversion import from_torch
from fastdense.torch.losses import BROADCAST

ELEMENTWISE = *BROADCAST, "binary_crossentropy_logits", "binary_crossentropy_bounded"


def is_module(given):
    """Whether something is a module of PyTorch, which is not imported to find that out."""
    nn = loaders.imported("torch.nn")
    return nn is not None and isinstance(given, nn.Module)


def case_of(module, loss, optimizer, loader, epochs=None):
    """The `Case` of a training of PyTorch, which begins with the module's parameters.

    Raises
    ------
    FastdenseError
        What is not exactly here, or targets that the loss would not compare one by one.
    """
    read = loaders.rows_of(loader)
    if read is None:
        raise FastdenseError(
            f"{type(loader).__name__} is not data of PyTorch; give a DataLoader, a data set, or a "
            "pair of tensors (inputs, targets)"
        )
    inputs, targets = read.inputs, read.targets
    if inputs.ndim == 3:  # rows of an image without channels, which only a flatten takes
        inputs = inputs.reshape(len(inputs), -1)
    example = np.moveaxis(inputs[:2], -1, 1) if inputs.ndim == 4 else inputs[:2]
    example = _example(module, example)
    of_labels = not (targets.ndim == 2 and targets.dtype.kind == "f" and targets.shape[1] > 1)
    converted = from_torch(module, example, loss, optimizer, of_labels=of_labels)
    recipe = converted.recipe
    if recipe.loss.name in ELEMENTWISE:
        _check_shapes(type(loss).__name__, converted, targets)
    batch = {} if read.batch_size is None else {"batch_size": min(read.batch_size, len(inputs))}
    order = {} if read.shuffle is None else {"shuffle": read.shuffle}
    length = {} if epochs is None else {"epochs": whole("epochs", epochs, 0)}
    recipe = recipe.replace(**batch, **order, **length)
    case = Case.of(converted.network, recipe, Data(inputs, targets, notes=read.notes))
    return case.but(start=Start(converted.network, converted.parameters), framework="torch")


def _example(module, rows):
    """Some rows as a tensor in the module's dtype."""
    torch = loaders.imported()
    one = next(module.parameters(), None)
    return torch.from_numpy(np.array(rows)).to(torch.float32 if one is None else one.dtype)


def _check_shapes(loss, converted, targets):
    """Check that targets have the shape of the outputs, which no loss of PyTorch does for all."""
    outputs = converted.network.outputs
    given = (len(targets),) if converted.squeezed else (len(targets), outputs)
    if targets.shape != given:
        shape, theirs = (str(("n", *one[1:])).replace("'", "") for one in (given, targets.shape))
        raise FastdenseError(
            f"{loss} is given outputs of shape {shape} and targets of {theirs}, which PyTorch "
            "broadcasts against each other or refuses; give targets in the shape of the outputs, "
            f"such as targets.reshape({', '.join(map(str, (-1, *given[1:])))})"
        )
