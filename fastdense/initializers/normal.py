"""Normal with a mean and a standard deviation; the defaults are Keras's."""

from fastdense.numerics.streams import normal_quantile

SOURCE = "Keras `RandomNormal`."
HYPER = {"mean": 0.0, "std": 0.05}
RANGES = {"std": (0.0, float("inf"))}
ALIASES = ("RandomNormal",)


def draw(uniform, fan_in, fan_out, hyper):
    return hyper["mean"] + hyper["std"] * normal_quantile(uniform)
