"""What a dotted path names: a field of data, network or recipe, or the scale of the weights."""

from dataclasses import dataclass, fields
from functools import lru_cache

from fastdense import catalogue
from fastdense.errors import FastdenseError, unknown
from fastdense.layers import HIDDEN
from fastdense.recipe import Recipe
from fastdense.settings.tables import table

PARTS = ("data", "network", "recipe")
INIT_SCALE = "init_scale"  # a factor on the initial weights, which no table has
# Of the table `network`; `Network.from_dict` says which go together.
NETWORK = "inputs", *HIDDEN, "layers"
RECIPE = tuple(field.name for field in fields(Recipe))
FIELDS = {"recipe": RECIPE, "network": NETWORK}  # those of data are its source's


@dataclass(frozen=True)
class Setting:
    """One setting of a training; made from a path by `setting`.

    Attributes
    ----------
    part : str
        The table that it is in, one of `PARTS`; empty for `init_scale`.
    keys : tuple of str
        Where in the table, from the outside in.
    """

    part: str
    keys: tuple[str, ...]

    def __str__(self):
        return ".".join([self.part, *self.keys] if self.part else self.keys)

    @property
    def depth(self):
        """How many tables lie around it."""
        return len(self.keys)

    def put(self, parts, value):
        """Set it in tables, in place.

        Parameters
        ----------
        parts : dict
            The tables by their names, `PARTS`.
        value : object
            Plain, as TOML or JSON has it. A name in place of a table stands for the entry of that
            name without hyper-parameters of its own.
        """
        if not self.part:
            raise FastdenseError(
                f"{self} is no field of a table, but a factor that a grid varies; to start from "
                "other weights choose an initializer, network.weights"
            )
        place = parts.setdefault(self.part, {})
        for key in self.keys[:-1]:
            inner = place.get(key, {})
            if isinstance(inner, str):  # optimizer = "adam", then optimizer.epsilon
                inner = {"name": inner}
            place[key] = table(str(self), inner)
            place = place[key]
        last = self.keys[-1]
        if isinstance(place.get(last), dict) and isinstance(value, str):
            value = {"name": value}
        place[last] = value


@lru_cache(maxsize=1024)
def setting(path):
    """The `Setting` that a dotted path names.

    Parameters
    ----------
    path : str
        `network.hidden`, `recipe.learning_rate`, `data.count` or `recipe.optimizer.epsilon`; the
        fields of a recipe also alone, `learning_rate` and `optimizer.epsilon`; or `init_scale`.

    Raises
    ------
    FastdenseError
        A whole table, or a field that network and recipe do not have; the message names the
        nearest path. Fields of data, and hyper-parameters, belong to what is chosen, and are
        checked where that is read.
    """
    keys = tuple(path.split("."))
    if path == INIT_SCALE:
        return Setting("", keys)
    if path in PARTS:
        raise FastdenseError(f"{path} is a whole table; name a field of it, such as network.hidden")
    if keys[0] in RECIPE:
        keys = "recipe", *keys
    part, *keys = keys
    if part not in PARTS or keys[0] not in FIELDS.get(part, keys):
        raise _unknown(path, part)
    return Setting(part, tuple(keys))


def _unknown(path, part):
    """The error for a path that names nothing: what there is in its table, or at all."""
    recipe, network = ([f"{table}.{name}" for name in named] for table, named in FIELDS.items())
    recipe.remove("recipe.seed")  # which seeds there are is chosen otherwise
    optimizers = (catalogue.get("optimizers", name) for name in catalogue.names("optimizers"))
    hyper = {f"recipe.optimizer.{name}" for optimizer in optimizers for name in optimizer.hyper}
    if part in FIELDS:
        return unknown("path", path, network if part == "network" else recipe, also=hyper)
    return unknown("path", path, [INIT_SCALE, *recipe, *network], also=hyper)
