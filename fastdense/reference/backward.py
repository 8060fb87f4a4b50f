"""The backward pass: the gradient by the chain rule, then penalties and clipping."""

import numpy as np

from fastdense.layers import penalties_of
from fastdense.reference.forward import by_layer, forward, losses


def backward(network, parameters, trace, delta):
    """The gradient (size,) from that with respect to the outputs, `delta` (samples, outputs).

    It is zero where nothing is trained.
    """
    gradient = np.zeros_like(parameters)
    into = by_layer(network, gradient)
    layers = zip(network.layers, by_layer(network, parameters), into, trace, strict=True)
    for layer, own, own_gradient, kept in reversed([*layers]):
        delta, gradients = layer.backward(own, kept, delta)
        for place, values in zip(own_gradient, gradients, strict=True):
            place[...] = values
    return np.where(network.trained, gradient, 0.0)


def loss_and_gradient(
    network, recipe, parameters, inputs, targets, weights, drawn=None, training=False
):
    """The weighted losses (samples,), the gradient of their mean, and the trace.

    The mean is sum(w * loss) / n: weights are not normalized.
    """
    outputs, trace = forward(network, parameters, inputs, drawn, training)
    loss, slope = losses(recipe, outputs, targets)
    delta = weights[:, np.newaxis] * slope / len(inputs)
    return weights * loss, backward(network, parameters, trace, delta), trace


def penalize(network, recipe, parameters, gradient, share=1.0):
    """Add a share of the gradient of l1 * sum|w| + l2 * sum w^2: the recipe's is of weights."""
    gradient = gradient.copy()
    split = network.split(parameters), network.split(gradient)
    for (layer, arrays), own, into in zip(network.arrays, *split, strict=True):
        for array, values, place in zip(arrays, own, into, strict=True):
            l1, l2 = penalties_of(layer, array, recipe)
            place += share * (l1 * np.sign(values) + 2 * l2 * values)
    return gradient


def penalty_of(network, recipe, parameters):
    """l1 * sum|w| + l2 * sum w^2 over what is penalized."""
    total = 0.0
    for (layer, arrays), own in zip(network.arrays, network.split(parameters), strict=True):
        for array, values in zip(arrays, own, strict=True):
            l1, l2 = penalties_of(layer, array, recipe)
            total += l1 * np.abs(values).sum() + l2 * (values**2).sum()
    return total


def constrain(network, parameters):
    """Bring parameters back into the bounds of their layers."""
    parameters = parameters.copy()
    for (layer, _), own in zip(network.arrays, network.split(parameters), strict=True):
        layer.constrain(own)
    return parameters


def clip(network, recipe, gradient):
    """Bound each component, then the norm of the whole, or of each array."""
    if recipe.clip_value > 0:
        gradient = np.clip(gradient, -recipe.clip_value, recipe.clip_value)
    gradient = gradient.copy()
    parts = [own for layer in network.split(gradient) for own in layer]
    for part in parts if recipe.clip_each else [gradient]:
        norm = np.linalg.norm(part)
        if 0 < recipe.clip_norm < norm:
            part *= recipe.clip_norm / norm
    return gradient
