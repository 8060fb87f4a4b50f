"""The inputs are not scaled."""

from fastdense.diagnosis.changes import scale_inputs, scale_targets
from fastdense.diagnosis.suspicion import Suspicion, rising

LABEL = "INPUT_SCALE"
WHY = "Large, offset or unequal columns make the loss steep in a few directions and flat in others."
EXPLAINS = ("saturated_hidden", "saturated_output")
SOURCE = "LeCun, Bottou, Orr, Müller (1998), Efficient backprop, section 4.3."


def suspect(e):
    largest, widest, offset, spread = e.off_scale
    strengths = {
        f"the largest input column has a root mean square of {largest:.3g}":
            rising(largest, 3.0, 30.0),
        f"no input column varies by more than {widest:.2g}": rising(1 / max(widest, 1e-30), 5, 50),
        f"the mean of a column is {offset:.3g} times its standard deviation":
            rising(offset, 3.0, 20.0),
        f"one column varies {spread:.3g} times as much as another": rising(spread, 20.0, 500.0),
    }  # fmt: skip
    found = [words for words, strength in strengths.items() if strength > 0.1]
    return Suspicion(0.9 * max(strengths.values()), tuple(found)) if found else None


def changes(e):
    return scale_inputs(), scale_inputs() + scale_targets()
