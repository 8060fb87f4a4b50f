"""The arrays of `layout.py` as pointers with the compiler's types."""

from collections import namedtuple
from functools import cache

from numba import from_dtype, types

from fastdense.kernels import layout
from fastdense.kernels.compile.pointers import table_reader

# A pointer to each array, and to the table that their addresses come from.
Work = namedtuple("Work", ("table", *layout.NAMES))
TABLE = types.CPointer(types.int64)


@cache
def work_reader(kind, packed):
    """The intrinsic `read(table)`: the `Work` of one network or of a pack, from its addresses."""
    pointed = [from_dtype(layout.dtype_of(a, str(kind), packed)) for a in layout.ARRAYS]
    return table_reader(Work, pointed)
