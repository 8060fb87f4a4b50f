"""What the device trains; the rest is refused by its name."""

from fastdense.errors import FastdenseError

KINDS = "dense", "dropout", "activate", "rescale"  # of layers


def check(task):
    """Check that a task can be trained on a GPU.

    Raises
    ------
    FastdenseError
        It cannot; the sentence names what stands in the way.
    """
    recipe = task.recipe
    for layer in task.network.layers:
        if layer.entry_name() not in KINDS:
            raise _refused(f"a layer {layer.entry_name()}", f"layers {', '.join(KINDS)}")
    if recipe.augmentation:
        raise _refused(f"augmentation ({recipe.augmentation[0].name})", "rows as they are")


def _refused(what, trained):
    return FastdenseError(
        f'{what} is not trained by the device "cuda", which has {trained}; take the device "cpu"'
    )
