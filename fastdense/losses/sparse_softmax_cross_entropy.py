"""Categorical cross-entropy fused with softmax: from logits, targets as labels 0, 1, 2, ..."""

from fastdense.losses.softmax_cross_entropy import (  # noqa: F401
    HYPER,
    PREDICTIONS,
    RANGES,
    columns,
    constant,
    spec,
)

SOURCE = "PyTorch `CrossEntropyLoss`; Keras `sparse_categorical_crossentropy` (from_logits=True)."
TARGETS = "label"
