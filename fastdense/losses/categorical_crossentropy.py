"""Categorical cross-entropy of probabilities, from pre-activations of a final softmax or sigmoid.

So it is never flat. Behind a final sigmoid, too, the pre-activations are taken for those of a
softmax. Of any other outputs it is the clipped one.
"""

from fastdense.losses.categorical_crossentropy_clipped import (  # noqa: F401
    HYPER,
    PREDICTIONS,
    RANGES,
    TARGETS,
    check,
    columns,
    constant,
    spec,
)

SOURCE = "Keras `categorical_crossentropy` (from_logits=False) on TensorFlow."
LOGITS = "softmax_cross_entropy"
