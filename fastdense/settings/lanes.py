"""Which settings each network of a pack has for itself, and what `train_many` calls them.

Networks that are trained side by side differ in seeds and in numbers: those of the recipe in
`NUMBERS`, the hyper-parameters of its optimizer, `dropout`, the rate of all dropout layers, and
`init_scale`. All other settings decide the architecture, the data or the order of the work, which a
pack shares.
"""

from fastdense.layers import varied_numbers
from fastdense.settings.paths import INIT_SCALE

NUMBERS = "learning_rate", "l1", "l2", "clip_value", "clip_norm"  # of a recipe
SEEDS = "seeds"
DRAWS = "draws"  # of the data, where there are several


def lane_of(setting):
    """What `train_many` calls a `Setting` that each network may have for itself, else None."""
    if str(setting) == INIT_SCALE:
        return INIT_SCALE
    if setting.part == "network":
        known = len(setting.keys) == 1 and setting.keys[0] in varied_numbers()
        return setting.keys[0] if known else None
    if setting.part == "recipe" and len(setting.keys) == 1 and setting.keys[0] in NUMBERS:
        return setting.keys[0]
    if setting.part == "recipe" and setting.keys[0] == "optimizer":
        hyper = ".".join(setting.keys[1:])
        return None if hyper in ("", "name") else hyper
    return None


def names_of(network, recipe):
    """What `train_many` may vary, besides the seeds, of a network and a recipe."""
    varied = sorted({layer.varied.name for layer in network.layers if layer.varied})
    return [*NUMBERS, *recipe.optimizer.entry.hyper, INIT_SCALE, *varied]
