"""Normal with a mean and a standard deviation; the defaults are Keras's."""

SOURCE = "Keras `RandomNormal`."
DISTRIBUTION = "normal"
HYPER = {"mean": 0.0, "std": 0.05}
RANGES = {"std": (0.0, float("inf"))}
ALIASES = ("RandomNormal",)


def draw(normal, fan_in, fan_out, hyper):
    return hyper["mean"] + hyper["std"] * normal
