"""Solvers: the recipe that an estimator's parameters make, and what a solver has come to."""

from dataclasses import dataclass, field
from typing import Any

from fastdense import catalogue
from fastdense.catalogue import Choice
from fastdense.errors import FastdenseError, shown
from fastdense.recipe import Recipe

STOCHASTIC = "sgd", "adam"
RATES = "constant", "invscaling", "adaptive"  # learning rates by scikit-learn's names


@dataclass
class Solver:
    """What is kept of a solver between two calls.

    Attributes
    ----------
    learning_rate : float
        Of the coming steps.
    state : OptimizerState or None
        None before the first step.
    """

    learning_rate: float
    state: Any = field(default=None, repr=False)


def is_stochastic(estimator):
    """Whether it takes steps by mini-batches."""
    return not (isinstance(estimator.solver, str) and estimator.solver == "lbfgs")


def _optimizer(estimator):
    solver = estimator.solver
    if isinstance(solver, str) and solver == "adam":
        return {
            "name": "adam_keras",  # epsilon beside the root that is not corrected yet
            "beta1": estimator.beta_1,
            "beta2": estimator.beta_2,
            "epsilon": estimator.epsilon,
        }
    if isinstance(solver, str) and solver == "sgd":
        name = "nesterov_keras" if estimator.nesterovs_momentum else "momentum_keras"
        return {"name": name, "momentum": estimator.momentum}
    return Choice.of("optimizers", solver)


def _schedule(estimator):
    given = estimator.learning_rate
    if not isinstance(given, str):
        return given
    if given in RATES:
        return "constant"
    if given not in catalogue.names("schedules"):
        raise FastdenseError(
            f"learning_rate is {shown(given)}; expected one of "
            f"{', '.join([*RATES, *catalogue.names('schedules')])}; the number is "
            "learning_rate_init"
        )
    return given


def recipe_of(estimator, head, batch, dtype, seed):
    """The `Recipe` of a fit."""
    return Recipe(
        loss=head.loss,
        optimizer=_optimizer(estimator) if is_stochastic(estimator) else "sgd",
        learning_rate=float(estimator.learning_rate_init),
        schedule=_schedule(estimator),
        batch_size=batch,
        epochs=estimator.max_iter,
        reduction="weighted_mean",
        l2=0.5 * estimator.alpha,
        dtype=dtype,
        seed=seed,
    )


def scaled_by(estimator, done):
    """The rate after so many samples, where it follows them; or None."""
    if estimator.learning_rate != "invscaling" or estimator.solver != "sgd":
        return None
    return float(estimator.learning_rate_init) / (done + 1) ** estimator.power_t


def is_adaptive(estimator):
    """Whether a rate that no longer helps is divided by five."""
    return estimator.learning_rate == "adaptive" and estimator.solver == "sgd"
