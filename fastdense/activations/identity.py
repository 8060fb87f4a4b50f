"""Identity: a = z."""

SOURCE = "Linear output layer; no nonlinearity."
ALIASES = ("linear",)


def value(z):
    return z


def slope(z, a):
    return type(z)(1)


def spec(z, da):
    return z, da
