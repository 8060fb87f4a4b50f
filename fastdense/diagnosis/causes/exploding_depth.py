"""Numbers grow from layer to layer, on the way up or on the way down."""

import numpy as np

from fastdense.diagnosis.changes import (
    batch_normalization,
    clip_norm,
    fewer_layers,
    hidden_activation,
    sound_weights,
)
from fastdense.diagnosis.suspicion import Suspicion, rising
from fastdense.markup.words import digits

LABEL = "EXPLODE_DEPTH"
WHY = "Each layer multiplies what passes; above 1 it grows until steps are useless or overflow."
SOURCE = "Bengio, Simard, Frasconi (1994); Pascanu, Mikolov, Bengio (2013), arXiv:1211.5063."
GROWING = ("exponential",)


def suspect(e):
    depth = len(e.case.hidden)
    if depth < 3:
        return None
    names = {*e.case.network.activations[:-1]}
    ratios = [e.gradient_ratio, e.forward_ratio]
    finite = [ratio for ratio in ratios if np.isfinite(ratio)]
    overflow = e.ran and not np.isfinite(e.signal("gradient_norm", "first")).all()
    most = max(finite, default=0.0)
    strength = max(rising(most, 10.0, 1000.0), float(overflow))
    evidence = [
        f"over {depth} hidden layers pre-activations grow {digits(e.forward_ratio, 2)} times and "
        f"gradients {digits(e.gradient_ratio, 2)} times, at the start",
    ]
    if names & set(GROWING):
        strength = max(strength, 0.8)
        evidence.append("an exponential in hidden layers has no bound, and its slope is its value")
    if overflow:
        evidence.append("numbers overflow before the first step")
    return Suspicion(0.95 * strength, tuple(evidence))


def changes(e):
    return (
        clip_norm(1.0),
        sound_weights(),
        hidden_activation("tanh"),
        hidden_activation("relu"),
        batch_normalization(),
        fewer_layers(2),
    )
