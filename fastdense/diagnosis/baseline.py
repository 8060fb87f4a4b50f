"""The loss of the best constant on the rows of a case."""

import numpy as np

from fastdense.baselines import baselines


def measured(case):
    """The `Baselines` of a case, or None of one whose targets its loss does not take."""
    return None if case.refusal else baselines(case.data, case.judged[1], case.network.outputs)


def best_constant(case):
    """The loss of the best constant prediction; NaN where there is none."""
    found = measured(case)
    return np.nan if found is None else found.constant
