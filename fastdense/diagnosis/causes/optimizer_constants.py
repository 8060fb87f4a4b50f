"""A constant of the optimizer, such as Adam's epsilon, holds its steps back."""

from fastdense.diagnosis.changes import optimizer_constants
from fastdense.diagnosis.suspicion import Suspicion, rising

LABEL = "OPT_EPS"
WHY = "Where epsilon exceeds the size of the gradient, a step shrinks in proportion to it."
EXPLAINS = ("rate_too_low", "unsuited_optimizer")
SOURCE = "Kingma, Ba (2015), arXiv:1412.6980; Choi et al. (2019), arXiv:1910.05446."


def suspect(e):
    recipe = e.case.recipe
    usual, own = recipe.optimizer.entry.hyper, recipe.optimizer.values
    changed = {
        name: value for name, value in own.items()
        if name not in ("weight_decay", "momentum") and value != usual[name]
    }  # fmt: skip
    if not changed:
        return None
    evidence = [f"{name} is {value:g}, usually {usual[name]:g}" for name, value in changed.items()]
    strength = 0.3
    if "epsilon" in changed and e.ran:
        beside = changed["epsilon"] / max(e.gradient_size, 1e-300)
        evidence.append(f"epsilon is {beside:.2g} times the size of the gradient at the start")
        strength = max(strength, 0.9 * rising(beside, 0.03, 1.0))
    return Suspicion(strength, tuple(evidence))


def changes(e):
    return (optimizer_constants(),)
