"""What the kernels are told of a recipe's augmentation."""

import numpy as np

from fastdense.kernels.layout import AUGMENTATION, DRAWN, MATRIX
from fastdense.kernels.registry import kernel


def plan(task, pack):
    """Fields of the plan; `pack` is how the roles of a pack's kernels begin."""
    shape, recipe = task.network.shape, task.recipe
    if not recipe.augmentation:
        return {}
    height, width, channels = shape if len(shape) == 3 else (1, *shape, 1)
    fields = {
        "augment": kernel(f"{pack}augment", None, recipe.dtype),
        "augmentations": len(recipe.augmentation),
        "height": height,
        "width": width,
        "channels": channels,
        "features": task.network.features,
    }
    if any(choice.entry.each for choice in recipe.augmentation):
        fields |= {name: kernel(name, None, recipe.dtype) for name in ("uniforms", "normals")}
    return fields


def records(recipe):
    """A record of each, or an empty one: a kernel takes its address."""
    found, first = np.zeros(max(len(recipe.augmentation), 1), AUGMENTATION), 0
    for record, choice in zip(found, recipe.augmentation, strict=False):
        role = "place" if choice.entry.moves else "values"
        record[role] = kernel(role, choice.name, recipe.dtype)
        record["each"] = choice.entry.each
        record["hyper"] = first
        first += len(choice.values)
    return found


def hyper(recipe):
    """All hyper-parameters, one behind the other."""
    return [value for choice in recipe.augmentation for value in choice.values.values()]


def drawn(task):
    """Numbers that a thread draws at once, and places for two matrices."""
    each = any(choice.entry.each for choice in task.recipe.augmentation)
    return max(task.network.features * each, DRAWN) + 2 * MATRIX if task.recipe.augmentation else 1


def room(task):
    """Numbers of the samples that a thread works on."""
    return 2 * task.network.features if task.recipe.augmentation else 1
