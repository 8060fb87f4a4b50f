"""The matrix products as kernels of their own, which layers call by address.

Both take the same arguments, `(a, sam, sak, b, sbn, sbk, c, scm, m, n, k, start, bias, lanes)`:
strides in numbers, columns of C `lanes` apart; see `gemm.py` and `lane_gemm.py`.
"""

from numba import njit, types

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import offset
from fastdense.kernels.layout import PACK_FROM
from fastdense.kernels.linalg.gemm import product_for
from fastdense.kernels.linalg.lane_gemm import pack_product_for


def _signature(kind):
    pointer, whole = types.CPointer(kind), types.int64
    return types.void(
        pointer, whole, whole, pointer, whole, whole, pointer, whole, whole, whole, whole, whole,
        pointer, whole,
    )  # fmt: skip


def product(kind):
    """Of one network, whose columns are neighbors: `sbn` and `lanes` are 1."""
    multiply = product_for(kind)

    @njit(**NUMPY)
    def whole(a, sam, sak, b, sbk, c, scm, m, n, k, start, bias):
        # Of a large A the product would want to make a copy, and there is no scratch for it.
        zero, most, i = 0, max((PACK_FROM - 1) // k, 8), 0
        while i < m:
            multiply(
                offset(a, i * sam), sam, sak, b, sbk, offset(c, i * scm), scm, min(most, m - i), n,
                k, start, offset(bias, i), bias, bias, zero, zero,
            )  # fmt: skip
            i += most

    def product(a, sam, sak, b, sbn, sbk, c, scm, m, n, k, start, bias, lanes):
        whole(a, sam, sak, b, sbk, c, scm, m, n, k, start, bias)

    return product, _signature(kind)


def pack_product(kind):
    """Of a pack."""
    multiply = pack_product_for(kind)

    def pack_product(a, sam, sak, b, sbn, sbk, c, scm, m, n, k, start, bias, lanes):
        multiply(a, sam, sak, b, sbn, sbk, c, scm, m, n, k, start, bias, lanes)

    return pack_product, _signature(kind)
