"""`categorical_crossentropy` with targets given as class labels 0, 1, 2, ..."""

from fastdense.losses.categorical_crossentropy_clipped import (  # noqa: F401
    HYPER,
    PREDICTIONS,
    RANGES,
    check,
    columns,
    constant,
    spec,
)

SOURCE = "Keras `sparse_categorical_crossentropy` (from_logits=False) on TensorFlow."
TARGETS = "label"
LOGITS = "sparse_softmax_cross_entropy"
