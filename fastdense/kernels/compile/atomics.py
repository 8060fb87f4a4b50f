"""Atomic operations on memory that threads share."""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from fastdense.kernels.compile.emit import I64, declare


@intrinsic
def atomic_add(typingctx, pointer, number):
    """Add to the int64 behind a pointer; returns what it was."""

    def codegen(context, builder, signature, arguments):
        return builder.atomic_rmw("add", *arguments, "seq_cst")

    return types.int64(pointer, types.int64), codegen


@intrinsic
def atomic_read(typingctx, pointer):
    """The int64 behind a pointer."""

    def codegen(context, builder, signature, arguments):
        return builder.load_atomic(arguments[0], "seq_cst", 8, typ=I64)

    return types.int64(pointer), codegen


@intrinsic
def atomic_write(typingctx, pointer, number):
    """Write the int64 behind a pointer."""

    def codegen(context, builder, signature, arguments):
        builder.store_atomic(arguments[1], arguments[0], "seq_cst", 8)
        return context.get_dummy_value()

    return types.void(pointer, types.int64), codegen


@intrinsic
def relax(typingctx):
    """Tell the core that this is a loop that waits."""

    def codegen(context, builder, signature, arguments):
        if builder.module.triple.startswith(("x86_64", "i686")):
            pause = declare(builder, "llvm.x86.sse2.pause", ir.VoidType(), [])
            builder.call(pause, [])
        return context.get_dummy_value()

    return types.void(), codegen
