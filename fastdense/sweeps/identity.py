"""What makes two runs the same: a digest of everything that decides their bits.

A run is known by the key of its *cell*, everything that decides it but the seed, and by the seed. A
cell has two parts: the *configuration*, which all networks of a pack share, and one number for each
field in which they may differ. So the key does not depend on which fields a sweep has as axes.
"""

import hashlib
import json

import numpy as np

from fastdense.numerics.version import VERSION
from fastdense.settings.lanes import NUMBERS


def digest(*parts):
    """16 bytes for some bytes."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        state.update(len(part).to_bytes(8, "little"))
        state.update(part)
    return state.digest()


def canonical(plain):
    """The one JSON text of plain values."""
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)


def configuration(task, data, settings):
    """Plain values that decide a run besides the numbers of its lane.

    Parameters
    ----------
    task : Task
    data : str
        The digest of its rows.
    settings : dict
        What else is kept of a run: how often it is evaluated, what is measured, the thresholds.
    """
    recipe = task.recipe.to_dict()
    recipe["optimizer"] = recipe["optimizer"]["name"]
    for name in ("seed", *NUMBERS):
        del recipe[name]
    network = task.network.to_dict()
    for layer, table in zip(task.network.layers, network["layers"], strict=True):
        if layer.varied:
            table[layer.entry_name()] = "lane"
    return {
        "numerics": VERSION,
        "data": data,
        "network": network,
        "recipe": {**recipe, "batch_size": task.batch},
        "lanes": lane_names(task),
        **settings,
    }


def lane_names(task):
    """The names of a lane's numbers."""
    optimizer = task.recipe.optimizer.values
    dropped = [name for name, _ in _varied(task.network)]
    return [*NUMBERS, *(f"optimizer.{name}" for name in optimizer), *dropped, "init_scale"]


def lane_numbers(task, count, given):
    """The numbers of `count` cells, (count, numbers) float64.

    Parameters
    ----------
    task : Task
        Whose own numbers hold where none are given.
    given : dict
        What differs between the cells, as `train_many` names it, to arrays (count,).
    """
    recipe = task.recipe
    own = [getattr(recipe, name) for name in NUMBERS]
    own += recipe.optimizer.values.values()
    own += [number for _, number in _varied(task.network)] + [1.0]
    numbers = np.tile(np.array(own, float), (count, 1))
    for column, name in enumerate(lane_names(task)):
        given_as = name.removeprefix("optimizer.").split(".")[0]
        if given_as in given:
            numbers[:, column] = given[given_as]
    return numbers


def _varied(network):
    """The name with the place, and the number, of every layer that has one that may vary."""
    numbers = zip(network.layers, network.varied, strict=True)
    return [(f"{e.varied.name}.{i}", n) for i, (e, n) in enumerate(numbers) if e.varied]
