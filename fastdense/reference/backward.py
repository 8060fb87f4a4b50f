"""The backward pass: the gradient by the chain rule, then penalties and clipping."""

import numpy as np

from fastdense.network import Dense
from fastdense.reference.forward import activate, forward, losses


def backward(network, parameters, trace, delta):
    """The gradient (size,) from that with respect to the outputs, `delta` (samples, outputs)."""
    gradient = np.zeros_like(parameters)
    dense = list(zip(network.split(parameters), network.split(gradient), strict=True))
    for layer, kept in zip(reversed(network.layers), reversed(trace), strict=True):
        if isinstance(layer, Dense):
            x, z = kept
            (weights, _), (into_weights, into_bias) = dense.pop()
            delta = activate(layer, z, delta)[1]
            into_weights[...] = x.T @ delta
            into_bias[...] = delta.sum(axis=0)
            delta = delta @ weights.T
        else:
            delta = delta * kept
    return gradient


def loss_and_gradient(network, recipe, parameters, inputs, targets, weights, masks=None):
    """The weighted losses (samples,), the gradient of their mean, and the trace.

    The mean is sum(w * loss) / n: weights are not normalized.
    """
    outputs, trace = forward(network, parameters, inputs, masks)
    loss, slope = losses(recipe, outputs, targets)
    delta = weights[:, np.newaxis] * slope / len(inputs)
    return weights * loss, backward(network, parameters, trace, delta), trace


def penalize(network, recipe, parameters, gradient):
    """Add the gradient of l1 * sum|w| + l2 * sum w^2 over the weights; biases go free."""
    gradient = gradient.copy()
    split = network.split(parameters), network.split(gradient)
    for (_, layer), (weights, _), (into_weights, _) in zip(network.dense, *split, strict=True):
        l1, l2 = recipe.l1 + layer.l1, recipe.l2 + layer.l2
        into_weights += l1 * np.sign(weights) + 2 * l2 * weights
    return gradient


def constrain(network, parameters):
    """Scale the weights into each unit back to the `max_norm` of its layer."""
    parameters = parameters.copy()
    for (_, layer), (weights, _) in zip(network.dense, network.split(parameters), strict=True):
        if layer.max_norm:
            norms = np.linalg.norm(weights, axis=0)
            over = norms > layer.max_norm
            weights[:, over] *= layer.max_norm / norms[over]
    return parameters


def clip(recipe, gradient):
    """Bound each component, then the norm of the whole."""
    if recipe.clip_value > 0:
        gradient = np.clip(gradient, -recipe.clip_value, recipe.clip_value)
    norm = np.linalg.norm(gradient)
    if 0 < recipe.clip_norm < norm:
        gradient = gradient * (recipe.clip_norm / norm)
    return gradient
