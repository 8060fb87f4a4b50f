"""Cross-entropies of pre-activations: the last activation becomes a part of the loss.

Keras on TensorFlow takes the cross-entropy of a final sigmoid or softmax from its pre-activation,
as if the network ended before it, so that a saturated output still has a gradient. So do the losses
here that name their form on `logits`.
"""

from dataclasses import replace

from fastdense.errors import FastdenseError

ACTIVATIONS = "sigmoid", "softmax"


def fused(network, recipe):
    """The network and the recipe that are trained in place of these: the same, or with logits.

    Raises
    ------
    FastdenseError
        A clip, which would do nothing.
    """
    loss, last = recipe.loss, network.layers[-1]
    logits = loss.entry.logits
    if logits is None or last.activation not in ACTIVATIONS:
        return network, recipe
    changed = dict(loss.hyper)
    if "clip" in changed:
        raise FastdenseError(
            f"a clip of {loss.name} does nothing after a {last.activation}, for this loss is taken "
            f"from the pre-activation; leave it out, or use {loss.name}_clipped"
        )
    layers = (*network.layers[:-1], replace(last, activation="identity"))
    return replace(network, layers=layers), recipe.replace(loss={"name": logits, **changed})
