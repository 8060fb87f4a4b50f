"""Networks on images by name: what each peer builds them from.

A stack is a list of layers, from the image to the last dense one: ("conv", filters, side, padding),
("max", side), ("average", side), ("norm",), ("flatten",), ("dense", units), or the name of an
activation.
"""

SHAPE = 28, 28, 1


def _two_convolutions(*between):
    return (
        ("conv", 32, 3, "valid"), *between, "relu", ("max", 2),
        ("conv", 64, 3, "valid"), *between, "relu", ("max", 2),
        ("flatten",), ("dense", 10),
    )  # fmt: skip


STACKS = {
    # Of the articles' listing.
    "cnn": (SHAPE, _two_convolutions()),
    "cnn-norm": (SHAPE, _two_convolutions(("norm",))),
    # LeCun, Bottou, Bengio and Haffner (1998), with all connections.
    "lenet5": (SHAPE, (
        ("conv", 6, 5, "same"), "tanh", ("average", 2),
        ("conv", 16, 5, "valid"), "tanh", ("average", 2),
        ("flatten",), ("dense", 120), "tanh", ("dense", 84), "tanh", ("dense", 10),
    )),
    "small-cnn": ((12, 12, 1), (
        ("conv", 4, 3, "valid"), "relu", ("max", 2),
        ("conv", 4, 3, "valid"), "relu", ("flatten",), ("dense", 3),
    )),
}  # fmt: skip


def network(name):
    """A stack as fastdense has it: an activation right behind its layer is a part of it."""
    from dataclasses import replace

    from fastdense import (
        Activation,
        AveragePool2D,
        BatchNormalization,
        Conv2D,
        Dense,
        Flatten,
        MaxPool2D,
        Network,
    )

    shape, stack = STACKS[name]
    make = {
        "conv": lambda filters, side, padding: Conv2D(filters, side, padding=padding),
        "max": MaxPool2D, "average": AveragePool2D, "norm": BatchNormalization,
        "flatten": Flatten, "dense": Dense,
    }  # fmt: skip
    layers = []
    for one in stack:
        if isinstance(one, tuple):
            layers.append(make[one[0]](*one[1:]))
        elif layers[-1].activation is None:
            layers.append(Activation(one))
        else:
            layers[-1] = replace(layers[-1], activation=one)
    return Network(shape, layers)
