"""Tables of a scenario file: what may stand in them, and how an arm or `--set` changes them."""

import copy
from dataclasses import fields

from fastdense.catalogue import Choice
from fastdense.errors import FastdenseError, unknown
from fastdense.network import KEYS
from fastdense.recipe import Recipe

PARTS = ("data", "network", "recipe")
# The entries of a recipe that chooses none, so that their hyper-parameters can be set alone.
DEFAULTS = {"recipe": {f.name: f.default for f in fields(Recipe) if f.type is Choice}}


def known(kind, given, names):
    """Check that `given` is one of the names."""
    if not isinstance(given, str) or given not in names:
        raise unknown(kind, given, names)


def table(name, given):
    """Check that `given` is a table; returns it."""
    if not isinstance(given, dict):
        raise FastdenseError(f"{name} is {given!r:.80}; expected a table")
    return given


def text(entries, key, default):
    """The printable text under a key."""
    given = entries.get(key, default)
    if not isinstance(given, str):
        raise FastdenseError(f"{key} is {given!r:.80}; expected text")
    if not given.replace("\n", "").isprintable():  # it goes to a terminal
        raise FastdenseError(f"{key} holds control characters, {given!r:.80}; expected plain text")
    return given


def merge(base, override):
    """`base` with the values of `override`; a table that names another entry replaces the old."""
    merged = copy.deepcopy(base)
    for key, value in override.items():
        old = merged.get(key)
        if isinstance(old, str) and isinstance(value, dict):  # optimizer = "adam", then its epsilon
            old = {"name": old}
        mergeable = isinstance(old, dict) and isinstance(value, dict)
        if mergeable and value.get("name", old.get("name")) == old.get("name"):
            merged[key] = merge(old, value)
        else:
            merged[key] = copy.deepcopy(value)
    if override.get("name", base.get("name")) != base.get("name"):
        return copy.deepcopy(override)
    return merged


def full_path(path):
    """A dotted path from one of the parts on: `recipe.learning_rate` for `learning_rate`."""
    keys = path.split(".")
    recipe_fields = [f.name for f in fields(Recipe)]
    if keys[0] in recipe_fields:
        keys.insert(0, "recipe")
    if path in PARTS:
        raise FastdenseError(f"{path} is a whole table; name a field of it, such as network.hidden")
    if keys[0] not in PARTS:
        paths = [f"recipe.{name}" for name in recipe_fields if name != "seed"]
        raise unknown("path", path, [*paths, *(f"network.{name}" for name in (*KEYS, "layers"))])
    return ".".join(keys)


def set_path(parts, path, value):
    """Set what a dotted path names, `network.hidden` or `recipe.learning_rate`, in place."""
    keys = full_path(path).split(".")
    place = parts
    for key in keys[:-1]:
        inner = place.get(key, {})
        if isinstance(inner, str):  # optimizer = "adam", then optimizer.epsilon
            inner = {"name": inner}
        place[key] = table(path, inner)
        place = place[key]
    if isinstance(place.get(keys[-1]), dict) and isinstance(value, str):
        value = {"name": value}
    place[keys[-1]] = value
