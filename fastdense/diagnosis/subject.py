"""What is diagnosed: an arm of a scenario, or a table with settings from the command line.

Nothing is refused here that a diagnosis can explain: an arm that the engine does not begin, whose
loss takes other targets, say, is read as far as it goes.
"""

from pathlib import Path

import numpy as np

from fastdense import data, theory
from fastdense.dataset import inputs_of
from fastdense.diagnosis import changes as known
from fastdense.diagnosis.case import Case
from fastdense.errors import FastdenseError, shown, unknown
from fastdense.network import Network
from fastdense.recipe import Recipe
from fastdense.scaling import KINDS
from fastdense.scenarios import scenario as scenarios
from fastdense.scenarios.scenario import known_arm, parts_of, read_overrides, read_tables
from fastdense.settings import changes as settings

MAX_LABELS, MIN_ROWS = 20, 5  # numbers that may be classes: so few of them, in so many rows each
SHORT = 1000  # characters of a note
SEPARATORS = {"tab": "\t", "\\t": "\t", "space": " "}  # as a shell can write them


def arm_of(name, arm=None, changes=None, is_file=False):
    """The `Case` of an arm of a scenario, its first if none is named, and notes."""
    if not is_file and name in theory.names():
        raise FastdenseError(
            f"{name} is a theory, which trains nothing to diagnose; give a scenario"
        )
    if not is_file and name not in scenarios.names():
        raise scenarios.no_scenario(name, scenarios.names())
    identifier, table, folder = read_tables(name)
    overrides = read_overrides(identifier, table)
    if arm is not None:
        known_arm(identifier, arm, overrides)
    chosen = arm or next(iter(overrides))
    notes = []
    if arm is None and len(overrides) > 1:
        others = ", ".join(shown(other) for other in list(overrides)[1:])
        notes.append(f"the arm {shown(chosen)} is diagnosed; others are {others}"[:SHORT])
    parts = parts_of(chosen, table, overrides[chosen], changes or {})
    scale = _scale(parts)
    rows = data.read(parts["data"], folder)
    return Case.of(*_trained(parts, rows), rows).but(scale=scale), [*notes, *rows.notes]


def _scale(parts):
    """How the rows are to be scaled, taken out of their table: a `Case` does it itself."""
    scale = parts["data"].pop("scale", "none")
    if scale not in KINDS:
        raise unknown("data.scale", scale, KINDS)
    return scale


# How a table is read that comes without a word on how it is written.
AS_FOUND = {
    "npz": {},
    "parquet": {"text": "encode"},
    "csv": {"separator": "auto", "decimal": "auto", "encoding": "auto", "text": "encode"},
}


def of_table(path, changes, *, targets, drop, scale, loss, output, **given):
    """The `Case` of a table, and notes."""
    suffix = Path(path).suffix.lower()[1:]
    name = suffix if suffix in AS_FOUND else "csv"
    about = {"name": name, "file": Path(path).name, **AS_FOUND[name]}
    for key in ("separator", "missing", "header"):
        value = given.pop(key)
        if value is not None:
            about[key] = SEPARATORS.get(value, value) if key == "separator" else value
    if targets:
        about["targets"] = [_column(name) for name in targets]
    if drop:
        about["drop"] = [_column(name) for name in drop]
    if scale:
        about["scale"] = scale
    parts = {
        "data": about,
        "network": {
            "hidden": _widths(given.pop("hidden")),
            "activation": given.pop("activation"),
        },
        "recipe": {name: value for name, value in given.items() if value is not None},
    }
    if loss:
        parts["recipe"]["loss"] = loss
    if output:
        parts["network"]["output"] = output
    settings.apply(parts, changes)
    scale = _scale(parts)
    rows = data.read(parts["data"], Path(path).parent)
    notes = [*rows.notes]
    chosen = "loss" not in parts["recipe"]
    if chosen and len(rows.classes) > 2:
        parts["recipe"]["loss"] = "sparse_categorical_crossentropy"
        if "layers" not in parts["network"]:
            parts["network"].setdefault("output", "softmax")
    network, recipe = _trained(parts, rows)
    case = Case.of(network, recipe, rows).but(scale=scale)
    if "loss" not in parts["recipe"]:
        suited = known.matching_output(case).make(case)
        case = suited if "output" not in parts["network"] else suited.but(network=network)
    elif "output" not in parts["network"] and "layers" not in parts["network"]:
        case = known.output(known.output_of(recipe.loss.entry)).make(case)
    if chosen:
        notes += _about_targets(case.truth)
        if case.truth.signs:
            notes.append("targets of -1 and 1 are taken as 0 and 1")
        notes.append(f"the loss is {case.recipe.loss.name}, the output {case.output.activation}")
    return case, notes


def _trained(parts, rows):
    """Network and recipe of tables, for some rows."""
    if "seed" in parts["recipe"]:
        raise FastdenseError("recipe.seed is set for every run; leave it out")
    recipe = Recipe.from_dict(parts["recipe"])
    outputs = None
    if parts["network"].keys().isdisjoint({"outputs", "layers"}):
        try:
            outputs = rows.outputs_for(recipe.loss.name)
        except FastdenseError:  # labels that do not begin at 0
            outputs = Case.of(_plain(rows), recipe, rows).truth.values.shape[1]
    return Network.from_dict(parts["network"], inputs_of(rows), outputs), recipe


def _about_targets(truth):
    """A sentence on numbers that may be classes, or are all the same."""
    values = truth.values
    if truth.categorical or values.shape[1] != 1 or (values != np.floor(values)).any():
        return []
    found = np.unique(values)
    if len(found) == 1:
        return [f"all targets are {found[0]:g}: there is nothing to learn but a constant"]
    if len(found) > MAX_LABELS or len(found) * MIN_ROWS > len(values):
        return []
    return [
        f"the targets are {len(found)} whole numbers from {found[0]:g} to {found[-1]:g}; if these "
        "are classes, give --loss sparse_categorical_crossentropy"
    ]


def _plain(rows):
    return Network.of(rows.inputs.shape[1], 1)


def _widths(text):
    try:
        return [int(part) for part in text.split(",")] if text.strip() else []
    except ValueError:
        raise FastdenseError(
            f"--hidden is {shown(text)}; expected widths with commas between, such as 64,64"
        ) from None


def _column(name):
    return int(name) if name.isascii() and name.isdigit() else name
