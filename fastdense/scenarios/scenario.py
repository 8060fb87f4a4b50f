"""A scenario: a question, data, arms (network and recipe), claims with their source."""

import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from pathlib import Path
from typing import ClassVar

from fastdense import data
from fastdense.checks import whole
from fastdense.dataset import Data, Draws, inputs_of
from fastdense.errors import FastdenseError, shown, unknown
from fastdense.network import Network
from fastdense.outcome import Thresholds
from fastdense.recipe import Recipe
from fastdense.scenarios.claims import Claim, read_claims
from fastdense.settings import changes as settings
from fastdense.settings import tables, toml
from fastdense.settings.paths import PARTS
from fastdense.settings.tables import known, text
from fastdense.task import prepare

CATALOGUE = "fastdense.scenarios.catalogue"  # where the built-in scenarios are
TABLES = ".csv", ".npz", ".parquet", ".tsv", ".txt", ".data"  # how files of rows end
TOP = {"question", "source", "arms", "claims", "draws", "seeds", "observe", "outcome", *PARTS}
MAX_SEEDS = 1_000_000
MAX_DRAWS = 10_000
DRAWS, SEEDS_OF_A_DRAW = 80, 4  # of data that are drawn, if the file does not say
SEEDS = 256  # of data that are given


@dataclass(frozen=True)
class Arm:
    """One way of training in a scenario.

    Attributes
    ----------
    name : str
    data : Data
        The first draw of its data.
    network : Network
    recipe : Recipe
    draw : callable
        `draw(number)` makes one of the draws, `Data`.
    """

    name: str
    data: Data
    network: Network
    recipe: Recipe
    draw: Callable[[int], Data]

    @property
    def random(self):
        """Whether the seed changes anything."""
        drawn = any(
            array.initializer.entry.random for _, arrays in self.network.arrays for array in arrays
        )
        dropped = any(layer.random for layer in self.network.layers)
        samples = len(self.data)
        shuffled = self.recipe.shuffle and self.recipe.batch_of(samples) < samples
        return drawn or dropped or shuffled

    def data_of(self, first, count):
        """Some draws of its data: `Draws`, or `Data` if it is one, or if it is given."""
        if not self.data.drawn:
            return self.data
        draws = [self.draw(number) for number in range(first, first + count)]
        return draws[0] if count == 1 else Draws(draws)


@dataclass(frozen=True)
class Scenario:
    """Everything that a scenario file says, checked; `files` are those of its data."""

    id: str
    question: str
    source: str
    arms: tuple[Arm, ...]
    claims: tuple[Claim, ...]
    draws: int
    seeds: int
    observe: int
    thresholds: Thresholds
    files: tuple[Path, ...] = ()
    kind: ClassVar[str] = "scenario"  # of report, as that of its `Experiment`

    @property
    def drawn(self):
        """Whether the data of any arm are drawn."""
        return any(arm.data.drawn for arm in self.arms)

    def shape_of(self, arm, draws=None, seeds=None):
        """Draws of the data, and seeds of each, that an arm is trained with.

        Where the data of some arm are drawn, one whose are given has as many runs, so that they are
        paired; one in which nothing changes has one run.
        """
        draws, seeds = draws or self.draws, seeds or self.seeds
        if self.drawn and draws * seeds > MAX_SEEDS:
            raise FastdenseError(
                f"{draws} draws of {seeds} seeds are {draws * seeds} runs of an arm; expected at "
                f"most {MAX_SEEDS}"
            )
        if not (arm.random or arm.data.drawn):
            return 1, 1
        return draws if self.drawn else 1, seeds if arm.random else 1


@cache
def names():
    """Identifiers of the built-in scenarios, sorted."""
    folder = resources.files(CATALOGUE)
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml")))


def text_of(name):
    """The TOML text of a built-in scenario."""
    if name not in names():
        raise no_scenario(name, names())
    return (resources.files(CATALOGUE) / f"{name}.toml").read_text("utf-8")


def path_of(name):
    """Where the file of a built-in scenario lies."""
    return str(resources.files(CATALOGUE) / f"{name}.toml")


def is_file(name):
    """Whether a name is a path, not an identifier."""
    return str(name).endswith((".toml", *TABLES)) or "/" in str(name)


def no_scenario(name, known):
    """The error for a name that is none of those that are known."""
    if str(name).lower().endswith(TABLES) and os.path.exists(name):
        suffix = os.path.splitext(name)[1][1:].lower()
        kind = suffix if suffix in ("npz", "parquet") else "csv"
        return FastdenseError(
            f"{name} is a table; `fastdense diagnose {name}` trains on it, or a .toml file "
            f'that names it under [data], as name = "{kind}" and file'
        )
    if os.path.exists(name):
        what = "folder" if os.path.isdir(name) else "file"
        return FastdenseError(
            f"{name} is a {what}, and not the .toml file of a scenario; give one, or a name that "
            "`fastdense list` shows"
        )
    return unknown("scenario", name, known)


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
    return build(*read_tables(name), changes, only)


def read_tables(name):
    """The identifier of a scenario, its tables, and the folder that its paths are relative to."""
    if is_file(name):
        path = Path(name)
        if path.suffix.lower() in TABLES:
            raise no_scenario(name, names())
        table = toml.parse(toml.read_text(path), str(path))
        identifier = path.stem.encode("utf-8", "replace").decode()  # file names are bytes
        return identifier, table, path.parent
    return str(name), toml.parse(text_of(name), name), "."


def build(identifier, table, folder=".", changes=None, only=None):
    """A scenario from the tables of its file."""
    overrides = read_overrides(identifier, table)
    for name in only or ():
        known_arm(identifier, name, overrides)
    kept = {n: t for n, t in overrides.items() if not only or n in only}
    files = []

    @cache_by_content
    def read(part, number=0):
        rows = data.read(part, folder, number)
        files.extend(data.files_of(part, folder))
        return rows

    arms = [read_arm(name, table, override, changes or {}, read) for name, override in kept.items()]
    for arm in arms:
        prepare(arm.network, arm.recipe, arm.data)  # what cannot be trained is refused before all
    claims = read_claims(identifier, table, arms, overrides)
    observe = table.get("observe", 0)
    whole("observe", observe, 0)
    return Scenario(
        identifier,
        text(table, "question", identifier),
        text(table, "source", ""),
        tuple(arms),
        claims,
        *read_counts(table, any(arm.data.drawn for arm in arms)),
        observe,
        read_thresholds(table),
        tuple(files),
    )


def known_arm(identifier, name, overrides):
    """Check that a name is of one of the arms."""
    if len(overrides) == 1 and name not in overrides:
        (one,) = overrides
        raise FastdenseError(
            f"unknown arm of {identifier} {shown(name)}; it has one arm, {shown(one)}, so leave "
            "the choice of arms out"
        )
    known(f"arm of {identifier}", name, overrides)


def read_overrides(identifier, table):
    """What each arm changes, by its name."""
    for key in table:
        known(f"key in {identifier}", key, TOP)
    overrides = table.get("arms", {"only": {}})
    if not isinstance(overrides, dict) or not overrides:
        raise FastdenseError(f"{identifier}: arms must be tables, [arms.name], at least one")
    for name in overrides:
        if not name.isprintable() or not name.strip():
            raise FastdenseError(f"{identifier}: {name!r:.80} names no arm; use letters and digits")
    return overrides


def read_counts(table, drawn):
    """How many draws of the data an arm is trained with, and how many seeds of each."""
    draws = whole("draws", table.get("draws", DRAWS if drawn else 1), 1, MAX_DRAWS)
    if draws > 1 and not drawn:
        raise FastdenseError(f"draws is {draws} but the data are given; leave it out")
    return draws, read_seeds(table, SEEDS_OF_A_DRAW if draws > 1 else SEEDS)


def read_seeds(table, usual=SEEDS):
    """How many seeds there are."""
    return whole("seeds", table.get("seeds", usual), 1, MAX_SEEDS)


def read_thresholds(table):
    """The `Thresholds` of its outcomes."""
    thresholds = table.get("outcome", {})
    for key in tables.table("outcome", thresholds):
        known("threshold in [outcome]", key, [f.name for f in fields(Thresholds)])
    return Thresholds(**thresholds)


def cache_by_content(function):
    """Call `function` once for each content of a table: arms that share data share its arrays."""
    results = {}

    def cached(table, *numbers):
        key = repr((table, *numbers))
        if key not in results:
            results[key] = function(table, *numbers)
        return results[key]

    return cached


def parts_of(name, table, override, changes):
    """The tables that train an arm: `data`, `network` and `recipe`."""
    for key in tables.table(f"arms.{name}", override):
        known(f"key in [arms.{name}]", key, PARTS)
    parts = settings.tables_of(table, override, changes)
    if "seed" in parts["recipe"]:
        raise FastdenseError("recipe.seed is set for every run; use --seed for the first one")
    return parts


def read_arm(name, table, override, changes, read):
    """One arm; `read` makes the `Data` of a `[data]` table, or that of one of its draws."""
    parts = parts_of(name, table, override, changes)
    rows = read(parts["data"])
    recipe = Recipe.from_dict(parts["recipe"])
    stated = not parts["network"].keys().isdisjoint({"outputs", "layers"})
    outputs = None if stated else rows.outputs_for(recipe.loss.name)
    network = Network.from_dict(parts["network"], inputs_of(rows), outputs)
    return Arm(name, rows, network, recipe, lambda number: read(parts["data"], number))
