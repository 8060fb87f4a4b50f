"""The register tile: a matrix-product micro-kernel emitted as LLVM vectors.

    C[m, n] = start[m, n] + sum over ascending k of A[m, k] * B[k, n]

for MR rows and NV vectors of columns. A is broadcast, B and C are contiguous in n. Each output
is one chain of fused multiply-adds in ascending k, so neither the shape of the tile nor the width
of the vector changes a bit.
"""

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils, config
from numba.extending import intrinsic

ZERO, ACCUMULATE, BIAS = range(3)  # where a chain starts: 0, C[m, n], bias[m]

I64 = ir.IntType(64)
I32 = ir.IntType(32)


def register_bytes():
    """Width of the widest vector register of the CPU that kernels are compiled for."""
    features = config.CPU_FEATURES
    if features is None:
        features = "" if config.CPU_NAME else llvm.get_host_cpu_features().flatten()
    if "+avx512f" in features:
        return 64
    return 32 if "+avx" in features else 16


def vector_length(bitwidth):
    """Numbers of `bitwidth` bits in one register."""
    return register_bytes() * 8 // bitwidth


def make_tile(kind, rows, vectors, masked, width):
    """The intrinsic `tile(k, a, sam, sak, b, ldb, c, ldc, start, bias, tail)`.

    Strides are in elements. `masked` writes only the first `tail` columns of the last vector;
    B is read in full, so its rows must be readable up to a whole vector.
    """
    number = ir.FloatType() if kind == types.float32 else ir.DoubleType()
    vector = ir.VectorType(number, width)
    bits = kind.bitwidth

    def emit(typingctx, k, a, sam, sak, b, ldb, c, ldc, start, bias, tail):
        pointer = types.CPointer(kind)
        signature = types.void(
            *(types.intp, pointer, types.intp, types.intp, pointer, types.intp),
            *(pointer, types.intp, types.intp, pointer, types.intp),
        )

        def codegen(context, builder, signature, arguments):
            k, a, sam, sak, b, ldb, c, ldc, start, bias, tail = arguments
            module = builder.module
            fma = cgutils.get_or_insert_function(
                module, ir.FunctionType(vector, [vector] * 3), f"llvm.fma.v{width}f{bits}"
            )
            undefined = ir.Constant(vector, ir.Undefined)
            zero = ir.Constant(vector, [ir.Constant(number, 0.0)] * width)
            int64 = lambda value: ir.Constant(I64, value)  # noqa: E731

            def splat(value):
                first = builder.insert_element(undefined, value, ir.Constant(I32, 0))
                zeros = ir.Constant(ir.VectorType(I32, width), [ir.Constant(I32, 0)] * width)
                return builder.shuffle_vector(first, undefined, zeros)

            def is_partial(n):
                return masked and n == vectors - 1

            if masked:
                lane = ir.Constant(
                    ir.VectorType(I32, width), [ir.Constant(I32, i) for i in range(width)]
                )
                tail_vector = builder.insert_element(
                    ir.Constant(ir.VectorType(I32, width), ir.Undefined),
                    builder.trunc(tail, I32),
                    ir.Constant(I32, 0),
                )
                tail_vector = builder.shuffle_vector(
                    tail_vector,
                    tail_vector,
                    ir.Constant(ir.VectorType(I32, width), [ir.Constant(I32, 0)] * width),
                )
                mask = builder.icmp_signed("<", lane, tail_vector)
                mask_type = ir.VectorType(ir.IntType(1), width)
                # Opaque pointers: the suffix names the vector and the address space.
                masked_load = cgutils.get_or_insert_function(
                    module,
                    ir.FunctionType(vector, [vector.as_pointer(), I32, mask_type, vector]),
                    f"llvm.masked.load.v{width}f{bits}.p0",
                )
                masked_store = cgutils.get_or_insert_function(
                    module,
                    ir.FunctionType(ir.VoidType(), [vector, vector.as_pointer(), I32, mask_type]),
                    f"llvm.masked.store.v{width}f{bits}.p0",
                )
            align = ir.Constant(I32, bits // 8)

            def load(pointer, n):
                place = builder.bitcast(pointer, vector.as_pointer())
                if is_partial(n):
                    return builder.call(masked_load, [place, align, mask, zero])
                loaded = builder.load(place)
                loaded.align = bits // 8
                return loaded

            def store(value, pointer, n):
                place = builder.bitcast(pointer, vector.as_pointer())
                if is_partial(n):
                    builder.call(masked_store, [value, place, align, mask])
                else:
                    builder.store(value, place).align = bits // 8

            tiles = [(m, n) for m in range(rows) for n in range(vectors)]

            def place_in_c(m, n):
                row = builder.mul(int64(m), ldc)
                return builder.gep(c, [builder.add(row, int64(n * width))])

            blocks = {
                name: builder.append_basic_block(name)
                for name in ("zero", "accumulate", "bias", "before", "loop", "done")
            }
            switch = builder.switch(start, blocks["zero"])
            switch.add_case(int64(ACCUMULATE), blocks["accumulate"])
            switch.add_case(int64(BIAS), blocks["bias"])
            starts = {}
            builder.position_at_end(blocks["zero"])
            starts["zero"] = [zero for _ in tiles]
            builder.branch(blocks["before"])
            builder.position_at_end(blocks["accumulate"])
            starts["accumulate"] = [load(place_in_c(m, n), n) for m, n in tiles]
            builder.branch(blocks["before"])
            builder.position_at_end(blocks["bias"])
            by_row = [splat(builder.load(builder.gep(bias, [int64(m)]))) for m in range(rows)]
            starts["bias"] = [by_row[m] for m, n in tiles]
            builder.branch(blocks["before"])

            builder.position_at_end(blocks["before"])
            first = [builder.phi(vector) for _ in tiles]
            for name, values in starts.items():
                for phi, value in zip(first, values, strict=True):
                    phi.add_incoming(value, blocks[name])
            builder.branch(blocks["loop"])

            builder.position_at_end(blocks["loop"])
            index = builder.phi(I64)
            index.add_incoming(int64(0), blocks["before"])
            sums = [builder.phi(vector) for _ in tiles]
            for phi, value in zip(sums, first, strict=True):
                phi.add_incoming(value, blocks["before"])
            b_row = builder.gep(b, [builder.mul(index, ldb)])
            b_vectors = []
            for n in range(vectors):
                place = builder.gep(b_row, [int64(n * width)])
                loaded = builder.load(builder.bitcast(place, vector.as_pointer()))
                loaded.align = bits // 8
                b_vectors.append(loaded)
            a_column = builder.gep(a, [builder.mul(index, sak)])
            next_sums = []
            for m in range(rows):
                a_value = splat(builder.load(builder.gep(a_column, [builder.mul(int64(m), sam)])))
                for n in range(vectors):
                    chain = sums[m * vectors + n]
                    next_sums.append(builder.call(fma, [a_value, b_vectors[n], chain]))
            following = builder.add(index, int64(1))
            index.add_incoming(following, blocks["loop"])
            for phi, value in zip(sums, next_sums, strict=True):
                phi.add_incoming(value, blocks["loop"])
            builder.cbranch(builder.icmp_signed("<", following, k), blocks["loop"], blocks["done"])

            builder.position_at_end(blocks["done"])
            for (m, n), value in zip(tiles, next_sums, strict=True):
                store(value, place_in_c(m, n), n)
            return context.get_dummy_value()

        return signature, codegen

    return intrinsic(emit)


def make_transpose(kind, width):
    """The intrinsic `transpose(delta, slope, stride, rows, target, target_stride)` of one square.

    Multiplies `rows` rows of `width` numbers of `delta` by those of `slope`, in place, and writes
    the square's transpose to `target`; rows that are missing count as zero. The exchange of
    blocks of 1, 2, 4, ... lanes between vectors is Eklundh's (1972).
    """
    number = ir.FloatType() if kind == types.float32 else ir.DoubleType()
    vector = ir.VectorType(number, width)
    align = kind.bitwidth // 8

    def emit(typingctx, delta, slope, stride, rows, target, target_stride):
        pointer = types.CPointer(kind)
        signature = types.void(pointer, pointer, types.intp, types.intp, pointer, types.intp)

        def codegen(context, builder, signature, arguments):
            delta, slope, stride, rows, target, target_stride = arguments
            zero = ir.Constant(vector, [ir.Constant(number, 0.0)] * width)
            last = builder.sub(rows, ir.Constant(I64, 1))

            def place(base, row):
                return builder.bitcast(builder.gep(base, [row]), vector.as_pointer())

            lines = []
            for r in range(width):
                index = ir.Constant(I64, r)
                present = builder.icmp_signed("<=", index, last)
                # A missing row reads the last one again, which is harmless, and counts as zero.
                offset = builder.mul(builder.select(present, index, last), stride)
                loaded = builder.load(place(delta, offset))
                loaded.align = align
                factor = builder.load(place(slope, offset))
                factor.align = align
                lines.append((offset, present, builder.fmul(loaded, factor)))
            for offset, _, product in reversed(lines):
                builder.store(product, place(delta, offset)).align = align
            lines = [builder.select(present, product, zero) for _, present, product in lines]
            distance = 1
            while distance < width:
                for i in range(width):
                    if i & distance:
                        continue
                    low, high = lines[i], lines[i + distance]
                    first = [n if not n & distance else n - distance + width for n in range(width)]
                    second = [n + distance if not n & distance else n + width for n in range(width)]
                    for k, lanes_of in ((i, first), (i + distance, second)):
                        mask = ir.Constant(
                            ir.VectorType(I32, width), [ir.Constant(I32, n) for n in lanes_of]
                        )
                        lines[k] = builder.shuffle_vector(low, high, mask)
                distance *= 2
            for r in range(width):
                offset = builder.mul(ir.Constant(I64, r), target_stride)
                builder.store(lines[r], place(target, offset)).align = align
            return context.get_dummy_value()

        return signature, codegen

    return intrinsic(emit)


def make_move(kind, count):
    """The intrinsic `move(source, target)` of `count` neighboring numbers."""
    number = ir.FloatType() if kind == types.float32 else ir.DoubleType()
    vector = ir.VectorType(number, count)
    align = kind.bitwidth // 8

    def emit(typingctx, source, target):
        def codegen(context, builder, signature, arguments):
            source, target = (builder.bitcast(p, vector.as_pointer()) for p in arguments)
            loaded = builder.load(source)
            loaded.align = align
            builder.store(loaded, target).align = align
            return context.get_dummy_value()

        return types.void(types.CPointer(kind), types.CPointer(kind)), codegen

    return intrinsic(emit)
