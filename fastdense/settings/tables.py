"""Tables of a scenario file: what may stand in them, and how one changes another."""

import copy

from fastdense.errors import FastdenseError, unknown


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
