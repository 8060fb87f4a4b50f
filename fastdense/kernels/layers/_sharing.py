"""Which layers threads share by their units, and what each of them has of these."""

from numba import njit

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.layout import COLUMN_MULTIPLE, TRAINING


@njit(**NUMPY)
def is_shared(plan, job, layer, samples):
    """Whether threads share the units of a layer, which takes them far longer than to meet."""
    if plan.by_units == 0 or job.purpose != TRAINING:
        return False
    return layer.n_in * layer.n_out * samples >= plan.by_units


@njit(**NUMPY)
def share_of(count, part, parts):
    """The first of some units that one of the parts has, and how many; whole groups of 16."""
    groups = (count + COLUMN_MULTIPLE - 1) // COLUMN_MULTIPLE
    first = groups * part // parts * COLUMN_MULTIPLE
    end = min(groups * (part + 1) // parts * COLUMN_MULTIPLE, count)
    return first, end - first
