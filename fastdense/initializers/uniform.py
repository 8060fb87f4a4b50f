"""Uniform between `low` and `high`; the defaults are Keras's."""

SOURCE = "Keras `RandomUniform`."
HYPER = {"low": -0.05, "high": 0.05}
ALIASES = ("RandomUniform",)


def draw(uniform, fan_in, fan_out, hyper):
    return hyper["low"] + (hyper["high"] - hyper["low"]) * uniform
