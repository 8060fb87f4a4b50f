"""What an optimizer of PyTorch is here, and the state that it has come to."""

import math

import numpy as np

from fastdense.errors import FastdenseError, shown
from fastdense.optimizers import nadam
from fastdense.training import OptimizerState

# Options that change how a step is computed, but not its numbers.
ALIKE = "foreach", "fused", "capturable", "differentiable"
BETAS = {"epsilon": "eps", "weight_decay": "weight_decay"}
MOMENTS = ("exp_avg", "exp_avg_sq")
# By class: the entry, its hyper-parameters, what its slots are called, and the options that must
# be as they are here.
OPTIMIZERS = {
    "SGD": (
        "sgd", {"weight_decay": "weight_decay"}, (), {"dampening": 0, "maximize": False},
    ),
    "Adam": ("adam", BETAS, MOMENTS, {"maximize": False}),
    "AdamW": ("adamw", BETAS, MOMENTS, {"maximize": False, "amsgrad": False}),
    "NAdam": (
        "nadam", {**BETAS, "momentum_decay": "momentum_decay"}, MOMENTS,
        {"maximize": False, "decoupled_weight_decay": False},
    ),
    "Adamax": ("adamax", BETAS, ("exp_avg", "exp_inf"), {"maximize": False}),
    "RMSprop": (
        "rmsprop", {**BETAS, "alpha": "alpha"}, ("square_avg",),
        {"maximize": False, "momentum": 0, "centered": False},
    ),
    "Adagrad": (
        "adagrad", {**BETAS, "initial": "initial_accumulator_value"}, ("sum",),
        {"maximize": False, "lr_decay": 0},
    ),
    "Adadelta": (
        "adadelta", {**BETAS, "rho": "rho"}, ("square_avg", "acc_delta"), {"maximize": False},
    ),
}  # fmt: skip
OF_ITS_OWN = "params", "lr", "betas", "momentum", "nesterov", "amsgrad", "decoupled_weight_decay"


class Optimizer:
    """An optimizer of PyTorch, checked to be one of here.

    Parameters
    ----------
    given : torch.optim.Optimizer
    module : torch.nn.Module
        Whose parameters it changes.

    Attributes
    ----------
    table : dict
        The entry's name and hyper-parameters.
    rate : float

    Raises
    ------
    FastdenseError
        It is not exactly one of here, or does not change just these parameters.
    """

    def __init__(self, given, module):
        import torch

        name = type(given).__name__
        if getattr(torch.optim, name, None) is not type(given) or not isinstance(
            given, torch.optim.Optimizer
        ):
            raise FastdenseError(
                f"the optimizer {shown(given)} is none under torch.optim; give one of "
                f"{', '.join(OPTIMIZERS)}"
            )
        if name not in OPTIMIZERS:
            why = " calls a closure several times in a step and" if name == "LBFGS" else ""
            raise FastdenseError(
                f"the optimizer {name}{why} is not here; give one of {', '.join(OPTIMIZERS)}"
            )
        self.given, self.name = given, name
        entry, hyper, self.slots, fixed = OPTIMIZERS[name]
        group = _one_group(given, name)
        _check_parameters(given, dict(module.named_parameters()))
        for hooks in ("_optimizer_step_pre_hooks", "_optimizer_step_post_hooks"):
            if getattr(given, hooks, None):
                raise FastdenseError(f"{name} has hooks on its step; remove them")
        if "initial_lr" in group:
            raise FastdenseError(
                f"{name} has a learning rate scheduler, which is not read; make it afterwards, "
                "and give Recipe(schedule=...) in its place"
            )
        known = {*OF_ITS_OWN, *ALIKE, *hyper.values(), *fixed}
        for option, value in group.items():
            if option in fixed and value != fixed[option]:
                raise FastdenseError(
                    f"{name} has {option}={shown(value)}, which is not here; give it "
                    f"{option}={fixed[option]!r}"
                )
            if option not in known:
                raise FastdenseError(f"{name} has the option {option!r}, which is not here")
        values = {ours: float(group[theirs]) for ours, theirs in hyper.items()}
        if "betas" in group:
            values |= {
                "beta1": float(group["betas"][0]), "beta2": float(group["betas"][1])
            }  # fmt: skip
        if name == "SGD" and group["momentum"]:
            entry = "nesterov" if group["nesterov"] else "momentum"
            values["momentum"], self.slots = float(group["momentum"]), ("momentum_buffer",)
        if name == "Adam":
            if group["amsgrad"]:
                entry, self.slots = "amsgrad", (*MOMENTS, "max_exp_avg_sq")
            if group.get("decoupled_weight_decay", False):
                if group["amsgrad"]:
                    raise FastdenseError(
                        "Adam has amsgrad=True and decoupled_weight_decay=True, which is not "
                        "here; give it one of them"
                    )
                entry = "adamw"
        self.table, self.rate = {"name": entry, **values}, float(group["lr"])

    def state(self, parameters, flat):
        """The `OptimizerState`, or None of an optimizer that has none yet.

        Parameters
        ----------
        parameters : dict
        flat : callable
            `flat(arrays)` puts arrays by the names of parameters into one vector.
        """
        states = {name: self.given.state.get(one, {}) for name, one in parameters.items()}
        states = {
            name: {k: v for k, v in own.items() if v is not None} for name, own in states.items()
        }
        if not self.slots or not any(states.values()):
            return None
        for name, own in states.items():
            if any(slot not in own for slot in self.slots):
                raise FastdenseError(
                    f"{self.name} has a state of some parameters but none of {name!r}; take a step "
                    "that all parameters have a gradient in"
                )
        slots = np.stack(
            [
                flat({name: _numbers(own[slot]) for name, own in states.items()})
                for slot in self.slots
            ]
        )
        return OptimizerState(slots, *self._products(states))

    def _products(self, states):
        """The running products of an optimizer, and its number of steps."""
        counts = {float(own.get("step", 0)) for own in states.values()}
        if len(counts) > 1:
            raise FastdenseError(
                f"{self.name} has taken {shown(sorted(counts))} steps with different parameters; "
                "give one whose parameters took the same steps"
            )
        steps = int(counts.pop())
        powers, table = np.ones(3), self.table
        if table["name"] in ("adam", "adamw", "amsgrad", "adamax", "nadam"):
            powers[0], powers[1] = table["beta1"] ** steps, table["beta2"] ** steps
        if table["name"] == "adamax":
            powers[1] = 1.0
        if table["name"] == "nadam":
            products = {float(own["mu_product"]) for own in states.values()}
            powers[0] = products.pop()
            powers[2] = math.exp(nadam.LOG_096 * table["momentum_decay"] * steps)
        return powers, steps


def _numbers(tensor):
    return tensor.detach().cpu().numpy()


def _one_group(given, name):
    """The options of all groups, which must be the same."""
    first, *others = given.param_groups
    for place, other in enumerate(others, 1):
        for option, value in first.items():
            if option != "params" and other.get(option) != value:
                raise FastdenseError(
                    f"{name} has a parameter group {place} with {option}="
                    f"{shown(other.get(option))} and a group 0 with {shown(value)}; give all "
                    "parameters the same options"
                )
    return first


def _check_parameters(given, parameters):
    own = {id(one) for one in parameters.values()}
    held = {id(one) for group in given.param_groups for one in group["params"]}
    for name, one in parameters.items():
        if one.requires_grad and id(one) not in held:
            raise FastdenseError(
                f"the optimizer has not the parameter {name!r} of the module, which it never "
                "changes then; give it module.parameters(), or requires_grad=False to that one"
            )
    if held - own:
        raise FastdenseError(
            "the optimizer has parameters that the module has not; give it module.parameters()"
        )
    if not any(one.requires_grad for one in parameters.values()):
        raise FastdenseError(
            "all parameters of the module have requires_grad=False, so that nothing is trained"
        )
