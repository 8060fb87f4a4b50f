"""All numbers of a sample times one factor between `low` and `high`."""

SOURCE = "Keras `ImageDataGenerator(brightness_range=[low, high])`, without its bound at white."
HYPER = {"low": 0.8, "high": 1.2}
RANGES = {"low": (0.0, float("inf")), "high": (0.0, float("inf"))}


def value(x, drawn, at, hyper):
    low, high = hyper
    return x * (low + (high - low) * drawn[0])


def spec(images, drawn, hyper):
    factor = hyper["low"] + (hyper["high"] - hyper["low"]) * drawn[:, 0]
    return images * factor[:, None, None, None]
