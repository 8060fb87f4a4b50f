"""Uniform inputs with binary labels that do not depend on them."""

from fastdense.errors import FastdenseError

SOURCE = "x uniform on [0, 1) in every feature, y 1 with probability `share`."
HYPER = {"features": 10.0, "share": 0.5}
RANGES = {"features": (1.0, 1e4), "share": (0.0, 1.0)}


def make(draw, hyper, count):
    features = int(hyper["features"])
    if features != hyper["features"]:
        raise FastdenseError(f"data.features is {hyper['features']:g}; expected a whole number")
    return draw(count, features), (draw(count, 1) < hyper["share"]).astype(float)
