"""Share of units whose output is zero on all training rows, at all places of an image."""

SOURCE = "Lu, Shin, Su, Karniadakis (2019), arXiv:1903.06733, Dying ReLU and initialization."
UNIT = "1"
TAKEN = "activations"


def of(sums, counts):
    return sums.dead_units / counts.units


def spec(layer):
    dead = (layer.outputs == 0).reshape(-1, layer.outputs.shape[-1])  # at all places of an image
    return dead.all(axis=0).mean()
