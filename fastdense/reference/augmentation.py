"""Augmentation: the samples of a step after the random changes that a recipe makes of them."""

import numpy as np

from fastdense.numerics import streams

DRAWN = 2  # uniform numbers of a sample, for an entry that does not take one for each number


def augmented(network, recipe, inputs, step):
    """Samples (n, features) of a step after the recipe's augmentation, of the same shape."""
    if not recipe.augmentation:
        return inputs
    shape = network.shape if len(network.shape) == 3 else (1, network.features, 1)
    images = inputs.reshape(len(inputs), *shape)
    places = _same(len(inputs))
    for index, choice in enumerate(recipe.augmentation):
        entry, drawn = choice.entry, _drawn(choice.entry, recipe.seed, index, step, images)
        if entry.moves:  # those that follow each other are one
            places = _then(places, entry.spec(drawn, choice.values, shape))
        else:
            images = entry.spec(resampled(images, places), drawn, choice.values)
            places = _same(len(inputs))
    return resampled(images, places).reshape(inputs.shape)


def _drawn(entry, seed, index, step, images):
    stream = [seed], streams.AUGMENT, index, step
    if not entry.each:
        return streams.numbers("uniform", *stream, (len(images), DRAWN))[0]
    width = images[0].size
    numbers = streams.numbers("normal", *stream, (len(images), width + width % 2))[0]
    return numbers[:, :width].reshape(images.shape)


def _same(count):
    return np.tile(np.array([[1.0, 0, 0], [0, 1, 0]])[..., np.newaxis], count)


def _then(first, second):
    """Where places come from by `second` after `first`, each (2, 3, n)."""
    turned = np.einsum("ijn,jkn->ikn", first[:, :2], second)
    turned[:, 2] += first[:, 2]
    return turned


def resampled(images, places):
    """Images (n, height, width, channels) at other places, bilinear, beyond the edge as on it.

    `places` (2, 3, n) gives row and column, from the middle, that a place of the result shows.
    """
    _, height, width, _ = images.shape
    middle = (height - 1) / 2, (width - 1) / 2
    y, x = np.meshgrid(np.arange(height) - middle[0], np.arange(width) - middle[1], indexing="ij")
    from_places = np.einsum("ijn,jhw->inhw", places, np.stack([y, x, np.ones(y.shape)]))
    (top, low), (left, high) = (
        _parts(place + half, count)
        for place, half, count in zip(from_places, middle, (height, width), strict=True)
    )
    below, right = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    each = np.arange(len(images))[:, np.newaxis, np.newaxis]
    low, high = low[..., np.newaxis], high[..., np.newaxis]
    upper = images[each, top, left] * (1 - high) + images[each, top, right] * high
    lower = images[each, below, left] * (1 - high) + images[each, below, right] * high
    return upper * (1 - low) + lower * low


def _parts(place, count):
    """The whole part of places, within 0 and `count` - 1, and the rest."""
    place = np.clip(place, 0, count - 1)
    whole = place.astype(int)
    return whole, place - whole
