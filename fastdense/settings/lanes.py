"""Which settings each network of a pack has for itself, and what `train_many` calls them.

Networks that are trained side by side differ in seeds and in numbers: those of the recipe in
`NUMBERS`, the hyper-parameters of its optimizer, `dropout`, the rate of all dropout layers, and
`init_scale`. All other settings decide the architecture, the data or the order of the work, which a
pack shares.
"""

from fastdense import catalogue
from fastdense.network import Dropout
from fastdense.settings.paths import INIT_SCALE

NUMBERS = "learning_rate", "l1", "l2", "clip_value", "clip_norm"  # of a recipe
SEEDS, DROPOUT = "seeds", "dropout"


def lane_of(setting):
    """What `train_many` calls a `Setting` that each network may have for itself, else None."""
    if str(setting) == INIT_SCALE:
        return INIT_SCALE
    if setting.part == "network":
        return DROPOUT if setting.keys == (DROPOUT,) else None
    if setting.part == "recipe" and len(setting.keys) == 1 and setting.keys[0] in NUMBERS:
        return setting.keys[0]
    if setting.part == "recipe" and setting.keys[0] == "optimizer":
        hyper = ".".join(setting.keys[1:])
        return None if hyper in ("", "name") else hyper
    return None


def names_of(network, recipe):
    """What `train_many` may vary, besides the seeds, of a network and a recipe."""
    hyper = catalogue.get("optimizers", recipe.optimizer.name).hyper
    drops = any(isinstance(layer, Dropout) for layer in network.layers)
    return [*NUMBERS, *hyper, INIT_SCALE, *([DROPOUT] if drops else [])]
