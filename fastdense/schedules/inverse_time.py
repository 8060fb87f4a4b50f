"""The rate divided by 1 + decay * epoch."""

SOURCE = "Robbins, Monro (1951); Keras `InverseTimeDecay`."
HYPER = {"decay": 0.01}
RANGES = {"decay": (0.0, float("inf"))}


def factor(epoch, epochs, hyper):
    (decay,) = hyper
    return 1.0 / (1.0 + decay * epoch)


def spec(epoch, epochs, hyper):
    return 1 / (1 + hyper["decay"] * epoch)
