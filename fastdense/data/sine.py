"""A sine of one input on an interval."""

from fastdense.data import spread
from fastdense.numerics.exact import sin

SOURCE = "y = offset + amplitude sin(frequency x)."
HYPER = {
    "low": 0.0,
    "high": 10.0,
    "spacing": "even",
    "amplitude": 1.0,
    "frequency": 1.0,
    "offset": 0.0,
}


def make(draw, hyper, count):
    x = spread(draw, hyper, count)
    return x, hyper["offset"] + hyper["amplitude"] * sin(hyper["frequency"] * x)
