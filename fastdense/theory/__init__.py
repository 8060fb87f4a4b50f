"""Results of theory, one file each: what is predicted, and how it is measured on the engine.

A file under `results/` is one result, found by its name (`born_dead.py` is `born-dead`), and has

- a docstring whose first line says what is measured, `QUESTION` and `SOURCE`;
- `SEEDS`, how many networks or starts are drawn for a point, or 0 where nothing is drawn;
- `QUANTITIES`, what is measured: a name each, and the `Quantity` that says against what;
- `CLAIMS`, what the source claims: a key each, and the `Claim` with how near is near enough;
- `CASES`, tables of settings that are measured one by one;
- `measure(case, seeds, report)`, which returns the `Point`s of a case. `seeds` is an array (n,) of
  int64, empty where `SEEDS` is 0; `report(share)` tells how much of the case is done.

A point names its claim, and `points.py` holds the one rule by which points decide claims.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import ClassVar

from fastdense.entry import Entry
from fastdense.errors import unknown
from fastdense.theory import results


@dataclass(frozen=True)
class Theory(Entry):
    """What a file under `results/` has; see the package's docstring."""

    question: str
    quantities: dict
    claims: dict
    cases: tuple
    measure: Callable = field(repr=False)
    seeds: int = 0
    kind: ClassVar[str] = "theory"  # of report, as that of its `Study`

    @property
    def id(self):
        """What the command line calls it."""
        return self.name.replace("_", "-")

    @property
    def about(self):
        """What is measured and how: the docstring of the file below its first line."""
        _, _, text = inspect.getdoc(inspect.getmodule(self.measure)).partition("\n")
        return " ".join(text.split())


@cache
def names():
    """Identifiers of all results, sorted."""
    files = (module.name for module in pkgutil.iter_modules(results.__path__))
    return tuple(sorted(name.replace("_", "-") for name in files))


@cache
def load(identifier):
    """The `Theory` with an identifier.

    Raises
    ------
    FastdenseError
        No such result; the message names the nearest one.
    """
    if identifier not in names():
        raise unknown("theory", identifier, names())
    module = importlib.import_module(f"{results.__name__}.{identifier.replace('-', '_')}")
    return Theory.from_module(module)
