"""A fit by L-BFGS: SciPy's, on loss and gradient that are compiled here."""

import warnings

import numpy as np
from scipy import optimize
from sklearn.exceptions import ConvergenceWarning

from fastdense.dataset import Data
from fastdense.errors import FastdenseError
from fastdense.objective import Objective
from fastdense.sklearn import solvers


def fit(estimator, network, rows):
    """Minimize the objective of an estimator on some rows."""
    if np.any(estimator.dropout) or estimator.batch_normalization:
        raise FastdenseError(
            "lbfgs minimizes one function of all rows, which dropout and batch normalization have "
            "not; take the solver adam, or leave them out"
        )
    live, head = estimator._live, estimator._head
    recipe = solvers.recipe_of(estimator, head, None, str(rows.inputs.dtype), 0)
    data = Data(rows.inputs, rows.targets, rows.weights)
    objective = Objective(network, recipe, data, threads=estimator._threads)

    def value(parameters):
        with np.errstate(over="ignore"):
            loss, gradient = objective(parameters)
        return loss, gradient.astype(np.float64)

    iterations = 0

    def after(parameters):
        nonlocal iterations
        iterations += 1
        if not (estimator.verbose or estimator.callbacks):
            return
        mean, penalty, _ = objective.parts(parameters)
        estimator.n_iter_, estimator.loss_ = iterations, head.factor * mean + penalty
        if estimator.verbose:
            print(f"Iteration {iterations}, loss = {estimator.loss_:.8f}")
        live.parameters[:] = parameters
        if any([bool(callback(estimator)) for callback in estimator.callbacks or ()]):
            raise StopIteration

    found = optimize.minimize(
        value,
        live.parameters.astype(np.float64),
        method="L-BFGS-B",
        jac=True,
        callback=after,
        options={
            "maxfun": estimator.max_fun,
            "maxiter": estimator.max_iter,
            "gtol": estimator.tol,
        },
    )
    if found.status in (1, 2):
        warnings.warn(
            f"lbfgs failed to converge after {found.nit} iteration(s) (status={found.status}): "
            f"{found.message}. Increase max_iter or max_fun, or scale the data.",
            ConvergenceWarning,
            stacklevel=2,
        )
    estimator.n_iter_ = min(found.nit, estimator.max_iter)
    live.parameters[:] = found.x
    mean, penalty, _ = objective.parts(live.parameters)
    estimator.loss_ = head.factor * mean + penalty
