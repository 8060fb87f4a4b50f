"""The targets are not scaled."""

from fastdense.diagnosis.changes import scale_inputs, scale_targets
from fastdense.diagnosis.suspicion import Suspicion, rising

LABEL = "TARGET_SCALE"
WHY = (
    "Outputs that begin near zero must come a long way, and the gradient is as large as the "
    "targets."
)
EXPLAINS = ("dead_relu_acquired", "rate_too_high", "too_few_steps", "saturated_output")
SOURCE = "LeCun, Bottou, Orr, Müller (1998), Efficient backprop, section 4.5."


def suspect(e):
    if e.case.truth.categorical:
        return None
    sizes, deviations = e.target_sizes
    largest, smallest = (
        float(sizes.max()),
        float(deviations[deviations > 0].min()) if deviations.any() else 1.0,
    )
    strength = max(rising(largest, 5.0, 100.0), 0.6 * rising(1 / max(smallest, 1e-30), 50.0, 1e4))
    said = f"the targets have a root mean square of {largest:.3g} and vary by {smallest:.3g}"
    if len(sizes) > 1:
        said = (
            f"the largest column of the targets has a root mean square of {largest:.3g}, and the "
            f"one that varies least varies by {smallest:.3g}"
        )
    return Suspicion(0.92 * strength, (said,))


def changes(e):
    return scale_targets(), scale_inputs() + scale_targets()
