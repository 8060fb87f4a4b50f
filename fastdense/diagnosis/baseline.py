"""The loss of the best constant on the rows of a case."""

import numpy as np

from fastdense.baselines import baselines
from fastdense.model import Model

FIRST = 10_000  # rows on which the first loss is taken


def measured(case):
    """The `Baselines` of a case, or None of one whose targets its loss does not take."""
    return None if case.refusal else baselines(case.data, case.judged[1], case.network.outputs)


def first_fact(case):
    """A sentence on the loss before the first step, beside that of the best constant."""
    found = measured(case)
    if found is None:
        return f"the engine refuses this training: {case.refusal}"
    network, recipe = case.network, case.recipe
    start = case.begin(recipe.seed, recipe.dtype)
    rows = slice(FIRST)
    evaluated = Model(network, start).evaluate(
        (case.data.inputs[rows], case.data.targets[rows]), recipe.loss
    )
    return (
        f"before the first step the loss is {evaluated.loss:.4g}, and that of the best constant "
        f"{found.constant:.4g}; first it is found out what is attainable"
    )


def best_constant(case):
    """The loss of the best constant prediction; NaN where there is none."""
    found = measured(case)
    return np.nan if found is None else found.constant
