"""Small pieces of LLVM IR that intrinsics emit."""

from llvmlite import ir

I64 = ir.IntType(64)
I32 = ir.IntType(32)


def int64(value):
    return ir.Constant(I64, value)


def declare(builder, name, result, arguments):
    """A function of the module that is emitted, declared if it is not yet."""
    found = builder.module.globals.get(name)
    return found or ir.Function(builder.module, ir.FunctionType(result, arguments), name)


def members(builder, value):
    """The values in a tuple."""
    return [builder.extract_value(value, i) for i in range(len(value.type.elements))]


def on_stack(builder, number, count):
    """Room for `count` numbers, in the entry block: a loop would take it again in every round."""
    with builder.goto_entry_block():
        return builder.alloca(number, size=int64(count))
