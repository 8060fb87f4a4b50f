"""Vectors of the CPU that kernels are compiled for: how intrinsics load, store and turn them."""

from llvmlite import ir
from numba import config, types

from fastdense.kernels.compile import linker
from fastdense.kernels.compile.emit import I32, declare


def register_bytes():
    """Width of the widest vector register of the CPU that kernels are compiled for."""
    features = config.CPU_FEATURES
    if features is None:
        features = "" if config.CPU_NAME else linker.target()[-1]
    if "+avx512f" in features:
        return 64
    return 32 if "+avx" in features else 16


def vector_length(bitwidth):
    """Numbers of `bitwidth` bits in one register."""
    return register_bytes() * 8 // bitwidth


class Vectors:
    """Emits operations on vectors of `width` numbers of `kind`; memory need not be aligned."""

    def __init__(self, kind, width):
        self.number = ir.FloatType() if kind == types.float32 else ir.DoubleType()
        self.bits = kind.bitwidth
        self.width = width
        self.part = min(128 // self.bits, width)  # numbers of 128 bits
        self.vector = ir.VectorType(self.number, width)
        self.zero = ir.Constant(self.vector, [ir.Constant(self.number, 0.0)] * width)
        self.mask = ir.VectorType(ir.IntType(1), width)
        self._suffix = f"v{width}f{self.bits}"

    def _place(self, builder, pointer):
        return builder.bitcast(pointer, self.vector.as_pointer())

    def load(self, builder, pointer):
        loaded = builder.load(self._place(builder, pointer))
        loaded.align = self.bits // 8
        return loaded

    def store(self, builder, value, pointer):
        builder.store(value, self._place(builder, pointer)).align = self.bits // 8

    def first_lanes(self, builder, count):
        """The mask of the first `count` lanes, an int64."""
        lanes = ir.VectorType(I32, self.width)
        numbers = ir.Constant(lanes, [ir.Constant(I32, i) for i in range(self.width)])
        one = builder.insert_element(
            ir.Constant(lanes, ir.Undefined), builder.trunc(count, I32), ir.Constant(I32, 0)
        )
        return builder.icmp_signed("<", numbers, self.shuffle(builder, one, one, [0] * self.width))

    def masked_load(self, builder, pointer, mask):
        """Numbers where `mask`, else zero; what is masked away is not read."""
        # Opaque pointers: the suffix names the vector and the address space.
        place = self._place(builder, pointer)
        load = declare(
            builder, f"llvm.masked.load.{self._suffix}.p0", self.vector,
            [place.type, I32, self.mask, self.vector],
        )  # fmt: skip
        return builder.call(load, [place, ir.Constant(I32, self.bits // 8), mask, self.zero])

    def masked_store(self, builder, value, pointer, mask):
        place = self._place(builder, pointer)
        store = declare(
            builder, f"llvm.masked.store.{self._suffix}.p0", ir.VoidType(),
            [self.vector, place.type, I32, self.mask],
        )  # fmt: skip
        builder.call(store, [value, place, ir.Constant(I32, self.bits // 8), mask])

    def fma(self, builder, a, b, c):
        function = declare(builder, f"llvm.fma.{self._suffix}", self.vector, [self.vector] * 3)
        return builder.call(function, [a, b, c])

    def splat(self, builder, value):
        """`value` in every lane."""
        undefined = ir.Constant(self.vector, ir.Undefined)
        first = builder.insert_element(undefined, value, ir.Constant(I32, 0))
        return self.shuffle(builder, first, undefined, [0] * self.width)

    def shuffle(self, builder, a, b, lanes):
        """Lanes of `a` (from 0) and `b` (from `width`) in the given order."""
        mask = ir.Constant(ir.VectorType(I32, len(lanes)), [ir.Constant(I32, n) for n in lanes])
        return builder.shuffle_vector(a, b, mask)

    def transpose(self, builder, lines):
        """The transpose of a square of `width` vectors.

        Exchanges in the manner of Eklundh (1972), chosen so that each is one instruction: numbers
        interleave within parts of 128 bits, then whole parts change vectors.
        """
        part = self.part
        lines = self.transpose_parts(builder, lines)
        distance = part
        while distance < self.width:
            parts = self.width // part
            halves = [
                [
                    s + p * part + j
                    for s in (0, self.width)
                    for p in range(h, parts, 2)
                    for j in range(part)
                ]
                for h in (0, 1)
            ]
            lines = self._exchange(builder, lines, distance, halves)
            distance *= 2
        return lines

    def transpose_parts(self, builder, lines):
        """The transposes of squares within parts of 128 bits, of each `part` lines."""
        part = self.part
        bases = range(0, self.width, part)
        halves = [
            [s + b + h + j for b in bases for j in range(part // 2) for s in (0, self.width)]
            for h in (0, part // 2)
        ]
        distance = part // 2
        while distance:
            lines = self._exchange(builder, lines, distance, halves)
            distance //= 2
        return lines

    def _exchange(self, builder, lines, distance, halves):
        after = list(lines)
        for i in range(len(lines)):
            if not i & distance:
                pair = lines[i], lines[i + distance]
                after[i] = self.shuffle(builder, *pair, halves[0])
                after[i + distance] = self.shuffle(builder, *pair, halves[1])
        return after
