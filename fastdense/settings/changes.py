"""Changes by their paths, as `--set`, the axes of a grid and the arms of a scenario make them."""

from dataclasses import fields
from functools import cache

from fastdense.catalogue import Choice
from fastdense.recipe import Recipe
from fastdense.settings.paths import PARTS, setting
from fastdense.settings.tables import merge, table


def assignment(text):
    """The path and the value's text of `PATH=VALUE`, or None where that is something else."""
    path, equals, value = text.partition("=")
    return (path.strip(), value.strip()) if equals and path.strip() else None


def ordered(settings):
    """Settings in the order in which they are made: a table before the fields within it."""
    return sorted(settings, key=lambda one: (one.depth, str(one)))


def apply(parts, changes):
    """Make changes in tables, in place; their order does not matter.

    Parameters
    ----------
    parts : dict
        The tables `network`, `recipe` and `data`, as a scenario file has them.
    changes : dict of str to value
        Paths, as `paths.setting` reads them, to plain values.

    Raises
    ------
    FastdenseError
        A path that names nothing, or a field of what is no table.
    """
    values = {setting(path): value for path, value in changes.items()}
    for one in ordered(values):
        one.put(parts, values[one])
    if "network.layers" in changes:  # they say all that the other keys do
        network = parts["network"]
        parts["network"] = {key: network[key] for key in ("inputs", "layers") if key in network}


def tables_of(base, override, changes):
    """The tables that train one arm.

    Parameters
    ----------
    base : dict
        Of a scenario file: `network`, `recipe` and `data` stand in it beside others.
    override : dict
        What the arm has in their places, in part.
    changes : dict of str to value
        What is changed in every arm.
    """
    parts = {}
    for part in PARTS:
        given = merge(_defaults(part), table(part, base.get(part, {})))
        parts[part] = merge(given, table(part, override.get(part, {})))
    apply(parts, changes)
    return parts


@cache
def _defaults(part):
    """The entries that a table without them chooses, so that hyper-parameters can be set alone."""
    if part != "recipe":
        return {}
    recipe = Recipe()
    chosen = {field.name: getattr(recipe, field.name) for field in fields(Recipe)}
    return {name: one.name for name, one in chosen.items() if isinstance(one, Choice)}
