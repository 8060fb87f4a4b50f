"""Normal without what lies beyond two standard deviations."""

from fastdense.numerics.streams import normal_quantile

SOURCE = "Keras `TruncatedNormal`; `std` is that of the normal before it is cut."
HYPER = {"mean": 0.0, "std": 0.05}
RANGES = {"std": (0.0, float("inf"))}


def draw(uniform, fan_in, fan_out, hyper):
    tail = 0.022750131948179195  # Phi(-2)
    return hyper["mean"] + hyper["std"] * normal_quantile(tail + (1 - 2 * tail) * uniform)
