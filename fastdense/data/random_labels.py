"""Uniform inputs with binary labels that do not depend on them."""

from fastdense.data._whole import whole_of

SOURCE = "x uniform on [0, 1) in every feature, y 1 with probability `share`."
HYPER = {"features": 10.0, "share": 0.5}
RANGES = {"features": (1.0, 1e4), "share": (0.0, 1.0)}


def make(draw, hyper, count):
    features = whole_of(hyper, "features")
    return draw(count, features), (draw(count, 1) < hyper["share"]).astype(float)
