"""Gives the compiler the primitives and every formula of `fastdense.numerics.maths`.

Importing this module is enough: compiled code may then call those plain Python functions.
"""

import inspect

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.emit import declare
from fastdense.numerics import maths, primitives

# A formula that stays a call inside an element loop would stop vectorization.
INLINE = {**NUMPY, "forceinline": True}


def _llvm_intrinsic(name, arity):
    """A function of `arity` equal floats that emits the LLVM intrinsic `name` for their type."""

    def emit(typingctx, *arguments):
        (kind,) = set(arguments)

        def codegen(context, builder, signature, values):
            llvm_type = context.get_value_type(kind)
            suffixed = f"llvm.{name}.f{kind.bitwidth}"
            function = declare(builder, suffixed, llvm_type, [llvm_type] * arity)
            return builder.call(function, values)

        return kind(*arguments), codegen

    if arity == 1:
        return intrinsic(lambda typingctx, x: emit(typingctx, x))
    return intrinsic(lambda typingctx, a, b, c: emit(typingctx, a, b, c))


def _bit_cast(source, target):
    llvm_types = {
        types.float32: ir.FloatType(),
        types.float64: ir.DoubleType(),
        types.int32: ir.IntType(32),
        types.int64: ir.IntType(64),
    }

    def emit(typingctx, x):
        def codegen(context, builder, signature, values):
            return builder.bitcast(values[0], llvm_types[target])

        return target(source), codegen

    return intrinsic(emit)


_fma = _llvm_intrinsic("fma", 3)
_rint = _llvm_intrinsic("rint", 1)
_sqrt = _llvm_intrinsic("sqrt", 1)
_bits32 = _bit_cast(types.float32, types.int32)
_bits64 = _bit_cast(types.float64, types.int64)
_float32_from_bits = _bit_cast(types.int32, types.float32)
_float64_from_bits = _bit_cast(types.int64, types.float64)


def _give_primitive(primitive, implementation):
    overload(primitive, jit_options=INLINE)(implementation)


_give_primitive(primitives.fma, lambda a, b, c: lambda a, b, c: _fma(a, b, c))
_give_primitive(primitives.rint, lambda x: lambda x: _rint(x))
_give_primitive(primitives.sqrt, lambda x: lambda x: _sqrt(x))
_give_primitive(primitives.bits32, lambda x: lambda x: _bits32(x))
_give_primitive(primitives.bits64, lambda x: lambda x: _bits64(x))
_give_primitive(primitives.float32_from_bits, lambda i: lambda i: _float32_from_bits(i))
_give_primitive(primitives.float64_from_bits, lambda i: lambda i: _float64_from_bits(i))


def _give(function):
    """Let compiled code call `function`; the twin for its argument's type, if it has two."""
    single, double = maths.BY_PRECISION.get(function, (function, function))

    def choose(*arguments):
        return single if arguments[0] == types.float32 else double

    # Numba compares the signature of `choose` with that of the implementation.
    choose.__signature__ = inspect.signature(function)
    overload(function, jit_options=INLINE, strict=False)(choose)


for _function in vars(maths).values():
    if inspect.isfunction(_function) and _function.__module__ == maths.__name__:
        _give(_function)
