"""Share of units whose output is zero on all training rows."""

SOURCE = "Lu, Shin, Su, Karniadakis (2019), arXiv:1903.06733, Dying ReLU and initialization."
UNIT = "1"
TAKEN = "activations"


def of(sums, counts):
    return sums.dead_units / counts.units


def spec(layer):
    return (layer.outputs == 0).all(axis=0).mean()
