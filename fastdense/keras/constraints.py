"""Bounds of weights after each update."""

from fastdense.keras.configured import Configured, Directory
from fastdense.keras.refused import refusing
from fastdense.keras.words import only


class Constraint(Configured):
    module = "constraints"


class MaxNorm(Constraint):
    """The weights into a unit have a norm of at most `max_value`."""

    def __init__(self, max_value=2, axis=0):
        only("MaxNorm", "axis", axis, 0, [0], [0, 1, 2], (0, 1, 2))
        self.max_value, self.axis = float(max_value), axis


max_norm = maxnorm = MaxNorm
_all = Directory("constraint", Constraint)
_all.add(MaxNorm, "maxnorm", "max_norm")
get = deserialize = _all.get
__getattr__ = refusing(
    "keras.constraints",
    {
        "of the constraints there is MaxNorm": "NonNeg UnitNorm MinMaxNorm non_neg nonneg "
        "unit_norm unitnorm min_max_norm"
    },
)
