"""The forward pass, and the loss of each sample."""

import numpy as np

from fastdense import catalogue
from fastdense.network import Dense
from fastdense.numerics import streams


def forward(network, parameters, inputs, masks=None):
    """Outputs (samples, outputs) of inputs (samples, features), and what `backward` needs.

    `masks` holds the factors of each dropout layer by its index among `network.layers`; without
    them dropout lets everything pass. The trace has one item a layer: the input and pre-activation
    of a dense layer, the mask of a dropout layer.
    """
    x, trace = inputs, []
    dense = iter(network.split(parameters))
    for index, layer in enumerate(network.layers):
        if isinstance(layer, Dense):
            weights, bias = next(dense)
            z = x @ weights + bias
            trace.append((x, z))
            x = activate(layer, z)[0]
        else:
            mask = masks[index] if masks else np.ones(x.shape)
            trace.append(mask)
            x = x * mask
    return x, trace


def activate(layer, z, da=None):
    """The values of a layer's activation at `z`, and the gradient with respect to `z`.

    `da` is the gradient with respect to the values: ones, if not given, for which an elementwise
    activation gives its slopes.
    """
    da = np.ones(z.shape) if da is None else da
    return catalogue.get("activations", layer.activation).spec(z, da)


def dropout_masks(network, seed, step, samples):
    """The factors of each dropout layer in one step: 0 for a dropped unit, else 1 / (1 - rate).

    Every sample of the batch owns a whole number of blocks of four random words.
    """
    masks, width = {}, network.inputs
    for index, layer in enumerate(network.layers):
        if isinstance(layer, Dense):
            width = layer.units
            continue
        owned = -(-width // 4) * 4
        words = streams.words(seed, streams.DROPOUT, index, step, samples * owned)
        kept = words.reshape(samples, owned)[:, :width] >= np.uint64(round(layer.rate * 2**32))
        masks[index] = kept / (1 - layer.rate)
    return masks


def losses(recipe, predictions, targets):
    """The loss (samples,) of predictions (samples, outputs), and its gradient.

    Targets that are labels are expanded to one-hot rows.
    """
    entry = recipe.loss.entry
    if entry.targets == "label":
        targets = np.eye(predictions.shape[1])[targets[:, 0].astype(int)]
    return entry.spec(predictions, targets, recipe.loss.values)
