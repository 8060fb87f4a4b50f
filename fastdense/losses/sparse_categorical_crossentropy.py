"""Categorical cross-entropy of probabilities, targets given as class labels 0, 1, 2, ..."""

from fastdense.losses.categorical_crossentropy import (  # noqa: F401
    HYPER,
    PREDICTIONS,
    RANGES,
    check,
    columns,
    constant,
    spec,
)

SOURCE = "Keras `sparse_categorical_crossentropy` (from_logits=False)."
TARGETS = "label"
