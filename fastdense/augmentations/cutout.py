"""A part of the image, `size` of its sides and at a random place, filled with `fill`."""

import numpy as np

SOURCE = "DeVries, Taylor (2017), arXiv:1708.04552."
HYPER = {"size": 0.3, "fill": 0.0}
RANGES = {"size": (0.0, 2.0)}
IMAGES = True


def value(x, drawn, at, hyper):
    size, fill = hyper
    row, column, height, width = at
    down = row + 0.5 - drawn[0] * height
    right = column + 0.5 - drawn[1] * width
    half = 0.5 * size
    inside = abs(down) < half * height and abs(right) < half * width
    return fill if inside else x


def spec(images, drawn, hyper):
    _, height, width, _ = images.shape
    down = np.abs(np.arange(height) + 0.5 - drawn[:, :1] * height) < hyper["size"] * height / 2
    right = np.abs(np.arange(width) + 0.5 - drawn[:, 1:] * width) < hyper["size"] * width / 2
    inside = down[:, :, None] & right[:, None, :]
    return np.where(inside[..., None], hyper["fill"], images)
