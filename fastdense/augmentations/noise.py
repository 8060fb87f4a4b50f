"""A normal number of deviation `std` added to every number of a sample."""

SOURCE = "Bishop (1995), Neural Computation 7, 108; Keras `GaussianNoise`."
HYPER = {"std": 0.1}
RANGES = {"std": (0.0, float("inf"))}
EACH = True


def value(x, drawn, at, hyper):
    (std,) = hyper
    return x + std * drawn[0]


def spec(images, drawn, hyper):
    return images + hyper["std"] * drawn
