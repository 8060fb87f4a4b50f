"""Random words in compiled code: `fastdense.random.words`, word for word."""

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from fastdense import philox
from fastdense.kernels.compiler import NUMPY
from fastdense.kernels.primitives import INLINE
from fastdense.kernels.simd import I32, I64, register_bytes

random_block = njit(philox.block, **INLINE)

LOW_WORD = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


@njit(**NUMPY)
def low_word(number):
    return np.uint64(number) & LOW_WORD


@njit(**NUMPY)
def high_word(number):
    return np.uint64(number) >> HALF


@njit(**NUMPY)
def words(index, purpose, layer, time, seed):
    """The four random words of one block: `fastdense.random.words` in compiled form."""
    return random_block(
        np.uint64(index),
        low_word(time),
        np.uint64(purpose << 24 | layer),
        high_word(time),
        low_word(seed),
        high_word(seed),
    )


class _Lanes:
    """Vectors of uint64 on which `philox.block` can be carried out while a kernel is emitted."""

    __array_ufunc__ = None  # NumPy's numbers leave an operation to this class

    def __init__(self, builder, value):
        self.builder, self.value = builder, value

    def _apply(self, operation, other):
        if not isinstance(other, _Lanes):
            count = self.value.type.count
            other = _Lanes(self.builder, ir.Constant(self.value.type, [int(other)] * count))
        return _Lanes(self.builder, getattr(self.builder, operation)(self.value, other.value))

    def __rmul__(self, other):
        return self._apply("mul", other)

    def __rshift__(self, other):
        return self._apply("lshr", other)

    def __xor__(self, other):
        return self._apply("xor", other)

    def __and__(self, other):
        return self._apply("and_", other)

    def __add__(self, other):
        return self._apply("add", other)


def make_drawing(blocks):
    """The intrinsic `draw(target, first, purpose, layer, time, seed)` of neighboring blocks.

    Word w of block `first + b` goes to `target[w * blocks + b]`. Several blocks side by side in
    vectors take a fifth of the time of one after the other.
    """
    width = min(register_bytes() // 8, blocks)
    vector = ir.VectorType(I64, width)

    def emit(typingctx, target, first, purpose, layer, time, seed):
        signature = types.void(types.CPointer(types.int64), *[types.int64] * 5)

        def codegen(context, builder, signature, arguments):
            target, first, purpose, layer, time, seed = arguments

            def splat(number):
                one = builder.insert_element(ir.Constant(vector, ir.Undefined), number, I32(0))
                zeros = ir.Constant(ir.VectorType(I32, width), [0] * width)
                return _Lanes(builder, builder.shuffle_vector(one, one, zeros))

            tag = splat(builder.or_(builder.shl(purpose, I64(24)), layer))
            low, high = splat(time) & LOW_WORD, splat(time) >> HALF
            key = splat(seed) & LOW_WORD, splat(seed) >> HALF
            for begin in range(0, blocks, width):
                lanes = ir.Constant(vector, list(range(begin, begin + width)))
                index = _Lanes(builder, builder.add(splat(first).value, lanes))
                drawn = philox.block(index & LOW_WORD, low, tag & LOW_WORD, high, *key)
                for word, lane in enumerate(drawn):
                    place = builder.gep(target, [I64(word * blocks + begin)])
                    stored = builder.store(lane.value, builder.bitcast(place, vector.as_pointer()))
                    stored.align = 8
            return context.get_dummy_value()

        return signature, codegen

    return intrinsic(emit)
