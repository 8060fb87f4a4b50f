"""Random words drawn in vectors: `fastdense.numerics.philox` carried out on lanes."""

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from fastdense.kernels.compile.emit import I32, I64
from fastdense.kernels.compile.vectors import register_bytes
from fastdense.numerics import philox

LOW_WORD = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


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


def _emit(builder, width, target, stride, index, tag, time, key):
    """Draw a block in each of `width` lanes; word w goes to `target + w * stride`."""
    drawn = philox.block(
        index & LOW_WORD, time & LOW_WORD, tag & LOW_WORD, time >> HALF, key & LOW_WORD, key >> HALF
    )
    vector = ir.VectorType(I64, width)
    for word, lane in enumerate(drawn):
        place = builder.gep(target, [I64(word * stride)])
        builder.store(lane.value, builder.bitcast(place, vector.as_pointer())).align = 8


def _splat(builder, width, number):
    vector, zeros = ir.VectorType(I64, width), ir.VectorType(I32, width)
    one = builder.insert_element(ir.Constant(vector, ir.Undefined), number, I32(0))
    return _Lanes(builder, builder.shuffle_vector(one, one, ir.Constant(zeros, [0] * width)))


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
            tag = _splat(builder, width, builder.or_(builder.shl(purpose, I64(24)), layer))
            first, time, seed = (_splat(builder, width, n) for n in (first, time, seed))
            for begin in range(0, blocks, width):
                lanes = ir.Constant(vector, list(range(begin, begin + width)))
                index = _Lanes(builder, builder.add(first.value, lanes))
                place = builder.gep(target, [I64(begin)])
                _emit(builder, width, place, blocks, index, tag, time, seed)
            return context.get_dummy_value()

        return signature, codegen

    return intrinsic(emit)


def make_drawing_of_lanes(lanes):
    """The intrinsic `draw(target, block, purpose, time, seeds)`: one block for each of some seeds.

    Word w of lane l goes to `target[w * lanes + l]`.
    """
    width = min(register_bytes() // 8, lanes)
    vector = ir.VectorType(I64, width)

    def emit(typingctx, target, block, purpose, time, seeds):
        pointer = types.CPointer(types.int64)
        signature = types.void(pointer, types.int64, types.int64, types.int64, pointer)

        def codegen(context, builder, signature, arguments):
            target, block, purpose, time, seeds = arguments
            tag = _splat(builder, width, builder.shl(purpose, I64(24)))
            block, time = (_splat(builder, width, n) for n in (block, time))
            for begin in range(0, lanes, width):
                place = builder.bitcast(builder.gep(seeds, [I64(begin)]), vector.as_pointer())
                own = builder.load(place)
                own.align = 8
                words = builder.gep(target, [I64(begin)])
                _emit(builder, width, words, lanes, block, tag, time, _Lanes(builder, own))
            return context.get_dummy_value()

        return signature, codegen

    return intrinsic(emit)
