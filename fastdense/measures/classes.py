"""Measures of how rows are classified."""

import numpy as np

from fastdense.measures.registry import of_classes


@of_classes
def accuracy(run, data):
    """accuracy at the end"""
    return float(run.accuracy[-1])


@of_classes
def worst_recall(run, data):
    """lowest recall of a class"""
    if not np.isfinite(run.parameters).all():
        return 0.0
    outputs, targets = run.predict(data.inputs), data.targets
    kind = run.recipe.loss.entry.accuracy(run.network.outputs)
    if kind == "largest":
        truth = targets[:, 0] if targets.shape[1] == 1 else targets.argmax(axis=1)
        found = outputs.argmax(axis=1)
    else:
        truth = (targets > 0.5).ravel()
        found = (outputs > (0.5 if kind == "probability" else 0.0)).ravel()
    return float(min((found == truth)[truth == one].mean() for one in np.unique(truth)))


@of_classes
def test_error(run, data):
    """share of test rows classified wrong, at the end"""
    return 1.0 - float(run.test_accuracy[-1])
