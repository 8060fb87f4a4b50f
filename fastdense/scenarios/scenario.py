"""A scenario: a question, data, arms (network and recipe), claims with their source."""

import copy
import math
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from pathlib import Path

from fastdense import catalogue, data
from fastdense.dataset import Data
from fastdense.errors import FastdenseError, unknown
from fastdense.network import Dropout, Network, real, whole
from fastdense.outcome import OUTCOMES, Thresholds
from fastdense.recipe import Recipe
from fastdense.scenarios import toml
from fastdense.scenarios.measures import MEASURES
from fastdense.training import prepare

PARTS = ("data", "network", "recipe")
TOP = {"question", "source", "arms", "claims", "seeds", "observe", "outcome", *PARTS}
RELATIONS = ("below", "above", "at_most", "at_least", "equals")
MOST_SEEDS = 1_000_000


@dataclass(frozen=True)
class Arm:
    """One way of training in a scenario."""

    name: str
    data: Data
    network: Network
    recipe: Recipe

    @property
    def random(self):
        """Whether the seed changes anything."""
        drawn = any(
            catalogue.get("initializers", choice.name).random
            for _, layer in self.network.dense
            for choice in (layer.weights, layer.bias)
        )
        dropped = any(isinstance(layer, Dropout) for layer in self.network.layers)
        batch = self.recipe.batch
        shuffled = self.recipe.shuffle and batch is not None and batch < len(self.data)
        return drawn or dropped or shuffled


@dataclass(frozen=True)
class Test:
    """What must be true of a run: a measure in a relation to a number or to another arm."""

    arm: str
    measure: str
    relation: str
    bound: float | str | tuple[str, ...]

    @property
    def compares(self):
        """Whether it compares two arms."""
        return isinstance(self.bound, str)

    def __str__(self):
        if self.measure == "outcome":
            return f"{self.arm}: {' or '.join(self.bound)}"
        bound = f"that of {self.bound}" if self.compares else f"{self.bound:g}"
        relation = self.relation.replace("_", " ")
        return f"{self.arm}: {MEASURES[self.measure].name} {relation} {bound}"


@dataclass(frozen=True)
class Claim:
    """A sentence of a source with the tests that decide it; all must hold for a seed to count."""

    text: str
    source: str
    how_often: str
    tests: tuple[Test, ...]


@dataclass(frozen=True)
class Scenario:
    """Everything that a scenario file says, checked."""

    id: str
    question: str
    source: str
    arms: tuple[Arm, ...]
    claims: tuple[Claim, ...]
    seeds: int
    observe: int
    thresholds: Thresholds


HOW_OFTEN = {"always": 0.95, "usually": 0.5, "often": 0.25, "sometimes": 0.05}


@cache
def names():
    """Identifiers of the built-in scenarios, sorted."""
    folder = resources.files("fastdense.scenarios")
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml")))


def text_of(name):
    """The TOML text of a built-in scenario."""
    _known("scenario", name, names())
    return (resources.files("fastdense.scenarios") / f"{name}.toml").read_text("utf-8")


def is_file(name):
    """Whether a name is a path, not an identifier."""
    return str(name).endswith(".toml") or "/" in str(name)


def load(name, changes=None, only=None):
    """A scenario by its identifier, or from a file, whose name ends in .toml or holds a slash.

    Parameters
    ----------
    name : str
        Identifier or path.
    changes : dict of str to value, optional
        Dotted paths, such as `recipe.learning_rate`, to set in every arm.
    only : sequence of str, optional
        Names of the arms to keep; claims about others are left out.

    Raises
    ------
    FastdenseError
        An unknown name, a file that cannot be read, or anything in it that cannot be used.
    """
    if is_file(name):
        path = Path(name)
        table = toml.parse(toml.read_text(path), str(path))
        identifier = path.stem.encode("utf-8", "replace").decode()  # file names are bytes
        return build(identifier, table, changes, only, path.parent)
    return build(str(name), toml.parse(text_of(name), name), changes, only)


def build(identifier, table, changes=None, only=None, folder="."):
    """A scenario from the tables of its file."""
    for key in table:
        _known(f"key in {identifier}", key, TOP)
    overrides = table.get("arms", {"only": {}})
    if not isinstance(overrides, dict) or not overrides:
        raise FastdenseError(f"{identifier}: arms must be tables, [arms.name], at least one")
    for name in overrides:
        if not name.isprintable() or not name.strip():
            raise FastdenseError(f"{identifier}: {name!r:.80} names no arm; use letters and digits")
    for name in only or ():
        _known(f"arm of {identifier}", name, overrides)
    kept = {n: t for n, t in overrides.items() if not only or n in only}
    read = cache_by_content(lambda part: data.read(part, folder))
    arms = [_arm(name, table, override, changes or {}, read) for name, override in kept.items()]
    claims = _claims(identifier, table, arms, overrides)
    seeds = table.get("seeds", 64)
    whole("seeds", seeds, 1)
    if seeds > MOST_SEEDS:
        raise FastdenseError(f"seeds is {seeds}; expected at most {MOST_SEEDS}")
    observe = table.get("observe", 0)
    whole("observe", observe, 0)
    thresholds = table.get("outcome", {})
    for key in _table("outcome", thresholds):
        _known("threshold in [outcome]", key, [f.name for f in fields(Thresholds)])
        share = key in ("tail", "window")
        real(f"outcome.{key}", thresholds[key], 0.0, 1.0 if share else math.inf)
    return Scenario(
        identifier,
        _text(table, "question", identifier),
        _text(table, "source", ""),
        tuple(arms),
        claims,
        seeds,
        observe,
        Thresholds(**thresholds),
    )


def cache_by_content(function):
    """Call `function` once for each content of a table: arms that share data share its arrays."""
    known = {}

    def cached(table):
        key = repr(table)
        if key not in known:
            known[key] = function(table)
        return known[key]

    return cached


def _known(kind, given, known):
    if not isinstance(given, str) or given not in known:
        raise unknown(kind, given, known)


def _table(name, given):
    if not isinstance(given, dict):
        raise FastdenseError(f"{name} is {given!r:.80}; expected a table")
    return given


def _text(table, key, default):
    given = table.get(key, default)
    if not isinstance(given, str):
        raise FastdenseError(f"{key} is {given!r:.80}; expected text")
    if not given.replace("\n", "").isprintable():  # it goes to a terminal
        raise FastdenseError(f"{key} holds control characters, {given!r:.80}; expected plain text")
    return given


def _arm(name, table, override, changes, read):
    for key in _table(f"arms.{name}", override):
        _known(f"key in [arms.{name}]", key, PARTS)
    parts = {
        part: merge(_table(part, table.get(part, {})), _table(part, override.get(part, {})))
        for part in PARTS
    }
    for path, value in changes.items():
        _set(parts, path, value)
    if "seed" in parts["recipe"]:
        raise FastdenseError("recipe.seed is set for every run; use --seed for the first one")
    rows = read(parts["data"])
    if len(rows) < Recipe.batch:  # the default is for data that have as many rows
        parts["recipe"].setdefault("batch", "full")
    recipe = Recipe.from_dict(parts["recipe"])
    outputs = rows.outputs_for(recipe.loss.name)
    network = Network.from_dict(parts["network"], rows.inputs.shape[1], outputs)
    prepare(network, recipe, rows)  # what cannot be trained is refused before anything is
    return Arm(name, rows, network, recipe)


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


def _set(parts, path, value):
    keys = path.split(".")
    recipe_fields = [f.name for f in fields(Recipe)]
    if keys[0] in recipe_fields:
        keys.insert(0, "recipe")
    if keys[0] not in PARTS or len(keys) < 2:
        known = [*PARTS, *(f"recipe.{name}" for name in recipe_fields)]
        raise unknown("path", path, known)
    place = parts
    for key in keys[:-1]:
        inner = place.get(key, {})
        if isinstance(inner, str):  # optimizer = "adam", then optimizer.epsilon
            inner = {"name": inner}
        place[key] = _table(path, inner)
        place = place[key]
    if isinstance(place.get(keys[-1]), dict) and isinstance(value, str):
        value = {"name": value}
    place[keys[-1]] = value


def _claims(identifier, table, arms, overrides):
    kept = {arm.name: arm for arm in arms}
    entries = table.get("claims", [])
    if not isinstance(entries, list):
        raise FastdenseError(f"{identifier}: claims are tables, [[claims]]")
    claims = []
    for entry in entries:
        for key in _table("a claim", entry):
            _known("key of a claim", key, ("text", "source", "how_often", "tests"))
        often = entry.get("how_often", "always")
        _known("how_often", often, HOW_OFTEN)
        tests = entry.get("tests")
        if not isinstance(tests, list) or not tests:
            raise FastdenseError(f"{identifier}: a claim needs 'tests', a list of tables")
        read = tuple(_test(_table("a test", test), overrides) for test in tests)
        source = _text(entry, "source", _text(table, "source", ""))
        claim = Claim(_text(entry, "text", ""), source, often, read)
        needed = {t.arm for t in read} | {t.bound for t in read if t.compares}
        if needed <= set(kept):
            for test in read:
                _check_test_rows(test, kept)
            claims.append(claim)
    return tuple(claims)


def _test(test, arms):
    arm = test.get("arm", next(iter(arms)))
    _known("arm of a claim", arm, arms)
    if "outcome" in test:
        outcomes = test["outcome"]
        outcomes = [outcomes] if isinstance(outcomes, str) else outcomes
        if not isinstance(outcomes, list) or not outcomes:
            raise FastdenseError(f"outcome is {outcomes!r:.80}; expected a list of outcomes")
        for outcome in outcomes:
            _known("outcome", outcome, OUTCOMES)
        extra, result = set(test) - {"arm", "outcome"}, Test(arm, "outcome", "in", tuple(outcomes))
    else:
        measure = test.get("measure")
        _known("measure", measure, MEASURES)
        relations = [r for r in RELATIONS if r in test]
        if len(relations) != 1:
            raise FastdenseError(f"a test needs exactly one of: {', '.join(RELATIONS)}")
        bound = test[relations[0]]
        if isinstance(bound, str):
            _known("arm of a claim", bound, arms)
        elif isinstance(bound, bool) or not isinstance(bound, (int, float)) or bound != bound:
            raise FastdenseError(f"{relations[0]} is {bound!r:.80}; expected a number or an arm")
        extra = set(test) - {"arm", "measure", relations[0]}
        result = Test(arm, measure, relations[0], bound)
    for key in extra:
        raise unknown("key of a test", key, ["arm", "outcome", "measure", *RELATIONS])
    return result


def _check_test_rows(test, arms):
    """A measure of the test loss needs test rows."""
    for name in (test.arm, test.bound) if test.compares else (test.arm,):
        if test.measure.startswith("test_loss") and arms[name].data.test is None:
            raise FastdenseError(
                f"a claim about {test.measure} needs test rows; set data.test of the arm {name}"
            )
