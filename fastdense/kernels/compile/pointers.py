"""Typed pointers into arrays, calls through addresses, and tuples read from memory.

Inside the loop everything is a pointer: an array that is passed to a function is counted by
reference, with an atomic instruction each time, which was a third of a small network's step.
Pointers stay typed from end to end: an address that passes through an integer defeats LLVM's
alias analysis, and numba 0.66 compiles it wrongly.
"""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from fastdense.kernels.compile.emit import declare, members, on_stack


def hide(builder, pointer):
    """The same pointer, but LLVM does not know where it comes from.

    Else it would keep a pointer for every place that is a constant number of strides away.
    """
    return builder.asm(ir.FunctionType(pointer.type, [pointer.type]), "", "=r,0", [pointer], False)


@intrinsic
def offset(typingctx, pointer, index):
    """`pointer + index`, in elements."""

    def codegen(context, builder, signature, arguments):
        return builder.gep(arguments[0], [arguments[1]])

    return pointer(pointer, types.intp), codegen


@intrinsic
def record(typingctx, pointer, index):
    """The record behind `pointer + index`, by reference."""

    def codegen(context, builder, signature, arguments):
        return builder.gep(arguments[0], [arguments[1]])

    return pointer.dtype(pointer, types.intp), codegen


def _prefetch(pointer, writes, locality):
    def codegen(context, builder, signature, arguments):
        i32 = ir.IntType(32)
        kinds = [arguments[0].type, i32, i32, i32]
        function = declare(builder, "llvm.prefetch.p0", ir.VoidType(), kinds)
        data = i32(1)
        builder.call(function, [arguments[0], i32(writes), i32(locality), data])
        return context.get_dummy_value()

    return types.void(pointer), codegen


@intrinsic
def prefetch(typingctx, pointer):
    """Ask for the cache line behind a pointer, which need not be one that may be read."""
    return _prefetch(pointer, writes=0, locality=2)  # into the second-level cache


@intrinsic
def own(typingctx, pointer):
    """The same to write to it: other cores give it up."""
    return _prefetch(pointer, writes=1, locality=3)


@intrinsic
def move_eight(typingctx, source, target):
    """Copy eight neighboring numbers."""

    def codegen(context, builder, signature, arguments):
        number = context.get_value_type(source.dtype)
        eight = ir.VectorType(number, 8).as_pointer()
        loaded = builder.load(builder.bitcast(arguments[0], eight))
        loaded.align = source.dtype.bitwidth // 8
        stored = builder.store(loaded, builder.bitcast(arguments[1], eight))
        stored.align = source.dtype.bitwidth // 8
        return context.get_dummy_value()

    return types.void(source, target), codegen


def stack_array(count, kind):
    """An intrinsic without arguments: `count` numbers on the stack."""

    def emit(typingctx):
        def codegen(context, builder, signature, arguments):
            return on_stack(builder, context.get_value_type(kind), count)

        return types.CPointer(kind)(), codegen

    return intrinsic(emit)


def _flat(builder, kind, value):
    """Types and values of a tuple of tuples, in one row."""
    if not isinstance(kind, types.BaseTuple):
        return [(kind, value)]
    values = members(builder, value)
    return [pair for k, v in zip(kind.types, values, strict=True) for pair in _flat(builder, k, v)]


def _call_returning(result):
    """An intrinsic `call(address, arguments)` of a C function; `arguments` is a tuple, and a tuple
    in it counts as its members.
    """

    def emit(typingctx, address, arguments):
        def codegen(context, builder, signature, values):
            pairs = _flat(builder, arguments, values[1])
            function_type = ir.FunctionType(
                context.get_value_type(result),
                [context.get_value_type(kind) for kind, _ in pairs],
            )
            function = builder.inttoptr(values[0], function_type.as_pointer())
            returned = builder.call(function, [value for _, value in pairs])
            return context.get_dummy_value() if result == types.void else returned

        return result(types.int64, arguments), codegen

    return intrinsic(emit)


call = _call_returning(types.void)
call_float64 = _call_returning(types.float64)
call_uint32 = _call_returning(types.uint32)


def table_reader(row, kinds):
    """An intrinsic `read(table)` that loads pointers to `kinds` from a table of their addresses.

    They are the fields of the named tuple `row`, behind the table itself.
    """
    pointers = [types.CPointer(kind) for kind in kinds]

    def emit(typingctx, table):
        def codegen(context, builder, signature, arguments):
            values = [arguments[0]]
            for place, pointer in enumerate(pointers):
                # As a pointer, for one made from an integer might point anywhere.
                llvm_type = context.get_value_type(pointer)
                source = builder.gep(arguments[0], [context.get_constant(types.intp, place)])
                values.append(builder.load(builder.bitcast(source, llvm_type.as_pointer())))
            return context.make_tuple(builder, signature.return_type, values)

        return types.NamedTuple([table, *pointers], row)(table), codegen

    return intrinsic(emit)


def tuple_reader(count, stride=1):
    """An intrinsic `read(pointer)` that loads `count` numbers, `stride` apart, as a tuple.

    A tuple lives in registers: the optimizer may hoist what is computed from it out of a loop,
    which it may not do with memory that the loop's stores could alias.
    """

    def emit(typingctx, pointer):
        def codegen(context, builder, signature, arguments):
            values = [
                builder.load(
                    builder.gep(arguments[0], [context.get_constant(types.intp, i * stride)])
                )
                for i in range(count)
            ]
            return context.make_tuple(builder, signature.return_type, values)

        return types.UniTuple(pointer.dtype, count)(pointer), codegen

    return intrinsic(emit)


def tuple_writer(stride=1):
    """An intrinsic `write(pointer, numbers)` that stores a tuple of float64, in the pointer's type.

    Numbers are `stride` from each other.
    """

    def emit(typingctx, pointer, numbers):
        def codegen(context, builder, signature, arguments):
            for i, value in enumerate(members(builder, arguments[1])):
                place = builder.gep(arguments[0], [context.get_constant(types.intp, i * stride)])
                builder.store(context.cast(builder, value, types.float64, pointer.dtype), place)
            return context.get_dummy_value()

        return types.void(pointer, numbers), codegen

    return intrinsic(emit)


@intrinsic
def cast_tuple(typingctx, numbers, like):
    """A tuple of float64 rounded to the type of `like`."""

    def codegen(context, builder, signature, arguments):
        values = [
            context.cast(builder, value, types.float64, like)
            for value in members(builder, arguments[0])
        ]
        return context.make_tuple(builder, signature.return_type, values)

    return types.UniTuple(like, len(numbers))(numbers, like), codegen
