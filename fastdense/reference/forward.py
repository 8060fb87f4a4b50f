"""The forward pass, and the loss of each sample."""

import numpy as np


def by_layer(network, parameters):
    """For each layer its arrays of parameters, views of a flat vector; none for most."""
    views = iter(network.split(parameters))
    return [next(views) if layer.parameters(inputs) else () for inputs, layer in network.sized]


def forward(network, parameters, inputs, drawn=None, training=False):
    """Outputs (samples, outputs) of inputs (samples, features), and what `backward` needs.

    `drawn` holds what each layer draws for a step; without it nothing is random. In `training`
    parameters that layers keep up themselves are brought up to date in place. The trace has one
    item a layer.
    """
    x, trace = inputs.reshape(len(inputs), *network.shape), []
    drawn = drawn or [None] * len(network.layers)
    arrays = by_layer(network, parameters)
    for layer, own, draw in zip(network.layers, arrays, drawn, strict=True):
        x, kept = layer.forward(own, x, draw, training)
        trace.append(kept)
    return x, trace


def draw(network, seed, step, samples):
    """What each layer draws for one step; None for most."""
    return [
        layer.draw(seed, index, step, samples, inputs)
        for index, (inputs, layer) in enumerate(network.sized)
    ]


def losses(recipe, predictions, targets):
    """The loss (samples,) of predictions (samples, outputs), and its gradient.

    Targets that are labels are expanded to one-hot rows.
    """
    entry = recipe.loss.entry
    if entry.targets == "label":
        targets = np.eye(predictions.shape[1])[targets[:, 0].astype(int)]
    return entry.spec(predictions, targets, recipe.loss.values)
