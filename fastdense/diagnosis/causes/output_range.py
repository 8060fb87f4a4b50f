"""The targets lie where the output cannot go."""

import numpy as np

from fastdense.diagnosis.causes._layers import BOUNDED
from fastdense.diagnosis.changes import matching_output, output, scale_targets
from fastdense.diagnosis.suspicion import Suspicion, rising

LABEL = "OUT_ACT_RANGE"
WHY = "The output activation is bounded, and the nearest value that it can take is a plateau."
EXPLAINS = ("dead_output", "output_activation", "saturated_output")
SOURCE = "Bishop (1995), Neural networks for pattern recognition, chapter 6."


def suspect(e):
    case = e.case
    bounds = BOUNDED.get(case.output.activation)
    if bounds is None or case.truth.categorical or case.recipe.loss.entry.predictions != "real":
        return None
    y = np.asarray(case.data.targets, float)
    if case.output.activation == "softmax" and y.shape[1] == 1:
        return None  # worse: one unit has one value
    rest = ((y - np.clip(y, *bounds)) ** 2).mean()
    share = float(rest / max(y.var(), 1e-300))
    low, high = bounds
    return Suspicion(
        rising(share, 0.02, 0.5),
        (
            f"the targets run from {y.min():.4g} to {y.max():.4g}, outputs of "
            f"{case.output.activation} from {low:g} to {high:g}",
            f"the best that they can do leaves {share:.2g} times the targets' variance",
        ),
        certain=share > 0.5,
    )


def changes(e):
    return output("identity"), scale_targets() + output("identity"), matching_output(e.case)
