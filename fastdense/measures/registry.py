"""What a measure is, and all of them by name."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

MEASURES = {}


@dataclass(frozen=True)
class Measure:
    """A number of a run; `name` is how a sentence calls it."""

    name: str
    of: Callable  # (run, data) -> float
    needs: str = ""  # "signals" of the layers, or "classes"


def measure(function, needs=""):
    """Enter a measure under its function's name; its docstring is what a sentence calls it."""
    described = function.__doc__ or function.__name__  # Python with -OO has no docstrings
    MEASURES[function.__name__] = Measure(described, function, needs)
    return function


def signal(function):
    """Enter a measure of the signals of the layers."""
    return measure(function, "signals")


def of_classes(function):
    """Enter a measure of how rows are classified."""
    return measure(function, "classes")


def fault_of(name, arm):
    """Why a measure cannot be taken in an arm, or None: it needs test rows, or classes."""
    if name.startswith("test_") and arm.data.test is None:
        return f"needs test rows; set data.test of the arm {arm.name}"
    loss = arm.recipe.loss.entry
    if MEASURES[name].needs == "classes" and loss.accuracy(arm.network.outputs) is None:
        return f"needs classes; {loss.name} in the arm {arm.name} has none, use a cross-entropy"
    return None


def relative(change, size):
    return change / size if size > 0 else (0.0 if change == 0 else np.inf)
