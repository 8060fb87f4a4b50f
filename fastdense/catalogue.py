"""Finds the entries: one file, one entry, named by its file. The only registry there is."""

import importlib
import pkgutil
import sys
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from fastdense import entry
from fastdense.checks import as_python
from fastdense.errors import FastdenseError, shown, unknown
from fastdense.frameworks import ANSWERS, spelling

MAXIMUM = sys.float_info.max  # a Python integer may be larger

CONTRACTS: dict[str, type[entry.Entry]] = {
    "activations": entry.Activation,
    "losses": entry.Loss,
    "optimizers": entry.Optimizer,
    "schedules": entry.Schedule,
    "initializers": entry.Initializer,
    "augmentations": entry.Augmentation,
    "data": entry.DataSource,
    "signals": entry.Signal,
    "layers": entry.LayerKind,
    "causes": entry.Cause,
    "mistakes": entry.Mistake,
}
PACKAGES = {
    name: f"diagnosis.{name}" for name in ("causes", "mistakes")
}  # of kinds that are not a folder of their own


@cache
def names(kind: str) -> tuple[str, ...]:
    """Names of all entries of a kind (`"activations"`, `"losses"`, ...), sorted."""
    package = importlib.import_module(_package(kind))
    return tuple(sorted(m.name for m in pkgutil.iter_modules(package.__path__) if m.name[0] != "_"))


@cache
def get(kind: str, name: str) -> Any:
    """The entry `name` of `kind`, or the one that a framework calls so.

    Raises
    ------
    FastdenseError
        No such entry; the message names the right one, or the nearest.
    """
    if name not in names(kind):
        bare, _, given = name.partition("(")
        if kind == "activations" and given.strip(" )"):
            return _having(get(kind, bare), given, name)
        return get(kind, _meant(kind, name))
    module = importlib.import_module(f"{_package(kind)}.{name}")
    return CONTRACTS[kind].from_module(module)


def _having(chosen, given, name):
    """An activation with other hyper-parameters, from the text behind the bracket."""
    hyper, places = {}, iter(chosen.hyper)
    for part in given.removesuffix(")").split(","):
        key, equals, number = part.rpartition("=")
        key = key.strip() if equals else next(places, "")
        if key not in chosen.hyper:
            raise _no_hyper("activations", chosen, key or part)
        try:
            hyper[key] = freeze(float(number))
        except ValueError:
            raise FastdenseError(
                f"{key} of {chosen.name} is {shown(number)}; expected a number, as in {chosen.name}"
                f"({key}={chosen.hyper[key]})"
            ) from None
    hyper = {
        key: hyper[key] for key, usual in chosen.hyper.items() if hyper.get(key, usual) != usual
    }
    if not hyper:
        return chosen
    changed = chosen.having(hyper)
    return changed if changed.name == name else get("activations", changed.name)


def _package(kind):
    return f"fastdense.{PACKAGES.get(kind, kind)}"


def _meant(kind, given):
    """The entry that a name of Keras's, PyTorch's or scikit-learn's is exactly."""
    own = names(kind)
    if given in own:  # the others need not be imported
        return given
    aliases = {alias: name for name in own for alias in get(kind, name).aliases}
    answers = ANSWERS.get(kind, {})
    singular = {"losses": "loss", "data": "data source"}.get(kind, kind.removesuffix("s"))
    bare = given.rpartition(".")[2].removesuffix("()")
    if bare in own or bare in aliases:
        return aliases.get(bare, bare)
    spelled = {spelling(name): name for name in own} | {spelling(n): aliases[n] for n in aliases}
    answer = answers.get(bare) or {spelling(n): answers[n] for n in answers}.get(spelling(bare))
    name = spelled.get(spelling(bare))
    if answer is None and name and f"{name}_keras" in own:
        answer = f"is '{name}' as PyTorch has it and '{name}_keras' as Keras has it"
    if answer is not None:
        raise FastdenseError(f"{singular} {shown(given)} {answer}")
    if name is None:
        raise unknown(singular, given, own, also=[*aliases, *answers])
    return name


@dataclass(frozen=True)
class Choice:
    """An entry chosen by name, with the hyper-parameters that are given; `of` makes and checks it.

    Attributes
    ----------
    kind : str
        Of the entry: "losses", "optimizers", ...
    """

    name: str
    hyper: tuple[tuple[str, object], ...]
    kind: str = field(compare=False)

    @classmethod
    def of(cls, kind: str, given: object) -> "Choice":
        """Read `"adam"` or `{"name": "adam", "epsilon": 1e-7}` and check every name in it.

        Raises
        ------
        FastdenseError
            An unknown entry or hyper-parameter, or a value that is not a finite number.
        """
        if isinstance(given, Choice):
            if given.kind == kind:
                return given
            given = given.to_dict()
        if isinstance(given, str):
            return _usual(kind, given)
        if not isinstance(given, dict) or not isinstance(given.get("name"), str):
            raise FastdenseError(
                f"{shown(given)} does not choose one of the {kind}; give a name, or a table with "
                "'name' and hyper-parameters"
            )
        chosen = get(kind, given["name"])
        hyper = {}
        for key, value in given.items():
            if key == "name":
                continue
            if key not in chosen.hyper:
                raise _no_hyper(kind, chosen, key)
            hyper[key] = value = freeze(value)
            if isinstance(value, tuple) and isinstance(chosen.hyper[key], (int, float)):
                raise FastdenseError(
                    f"{key} of {chosen.name} is {shown(value)}; expected one number"
                )
            low, high = chosen.ranges.get(key, (None, None))
            if low is not None and not low <= value < high:
                raise FastdenseError(
                    f"{key} of {chosen.name} is {shown(value)}; expected {interval(key, low, high)}"
                )
        return cls(chosen.name, tuple(sorted(hyper.items())), kind)

    @property
    def entry(self) -> Any:
        """What was chosen."""
        return get(self.kind, self.name)

    @property
    def values(self) -> dict[str, object]:
        """All hyper-parameters, defaults included, in the order of the entry's file."""
        return {**self.entry.hyper, **dict(self.hyper)}

    def __repr__(self) -> str:
        """As it is chosen: by its name alone, or by a table."""
        return repr(self.to_dict() if self.hyper else self.name)

    def to_dict(self) -> dict[str, object]:
        """The plain form that `Choice.of` reads."""
        return {"name": self.name, **dict(self.hyper)}


def _no_hyper(kind, chosen, key):
    """The error for a hyper-parameter that an entry does not have, and which ones do."""
    error = unknown(f"hyper-parameter of {chosen.name}", key, chosen.hyper or ["(none)"])
    having = [name for name in names(kind) if key in get(kind, name).hyper]
    return FastdenseError(f"{error}; {key} is one of {', '.join(having)}") if having else error


@cache
def _usual(kind: str, name: str) -> Choice:
    """An entry with its usual hyper-parameters."""
    return Choice(get(kind, name).name, (), kind)


Chosen = str | dict[str, Any] | Choice  # what `Choice.of` reads


def interval(key: str, low: float, high: float) -> str:
    """A range of hyper-parameters in words; one that ends right behind a number includes it."""
    return f"{low:g} <= {key} {'<' if high <= float(f'{high:g}') else '<='} {high:g}"


def freeze(value: object) -> object:
    """A number, or nested sequences of numbers, as something hashable and finite."""
    if hasattr(value, "tolist") and not isinstance(value, type):
        value = as_python(value)
    if isinstance(value, (list, tuple)):
        return tuple(freeze(v) for v in value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise FastdenseError(f"{shown(value)} is not a number; hyper-parameters are numbers")
    if not -MAXIMUM <= value <= MAXIMUM:
        raise FastdenseError(f"{shown(value)} is not finite; hyper-parameters are finite numbers")
    return value
