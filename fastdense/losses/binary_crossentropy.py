"""Binary cross-entropy of probabilities, from the pre-activation of a final sigmoid or softmax.

So it is never flat: an output that is saturated and wrong recovers. Behind a final softmax, too,
each pre-activation is taken for that of a sigmoid. Of any other output it is the clipped one.
"""

from fastdense.losses.binary_crossentropy_clipped import (  # noqa: F401
    HYPER,
    PREDICTIONS,
    RANGES,
    TARGETS,
    check,
    constant,
    slope,
    spec,
    value,
)

SOURCE = "Keras `binary_crossentropy` (from_logits=False) on TensorFlow."
LOGITS = "binary_crossentropy_logits"
ALIASES = ("bce", "BCE")
