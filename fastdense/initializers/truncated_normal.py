"""Normal without what lies beyond two standard deviations."""

SOURCE = "Keras `TruncatedNormal`; `std` is that of the normal before it is cut."
DISTRIBUTION = "truncated_normal"
HYPER = {"mean": 0.0, "std": 0.05}
RANGES = {"std": (0.0, float("inf"))}


def draw(truncated, fan_in, fan_out, hyper):
    return hyper["mean"] + hyper["std"] * truncated
