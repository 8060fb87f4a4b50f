"""Straight code for one lane of a group: numbers in registers, and calls of compiled formulas."""

from llvmlite import ir
from numba import types

from fastdense.kernels.compile.emit import declare, int64


class Lane:
    """Emits what one lane does: scalars, and calls of compiled formulas."""

    def __init__(self, context, builder, kind, place):
        self.context, self.builder, self.kind, self.place = context, builder, kind, place
        self.number = context.get_value_type(kind)
        self.zero, self.one = (ir.Constant(self.number, value) for value in (0.0, 1.0))

    def load(self, array, *steps):
        """This lane's number of a row; steps to the row are counts and strides."""
        for count, stride in steps:
            array = self.builder.gep(array, [self.builder.mul(int64(count), stride)])
        return self.builder.load(self.builder.gep(array, [self.place]))

    def products(self, pairs):
        """Of each pair."""
        return [self.builder.fmul(a, b) for a, b in pairs]

    def chain(self, start, pairs):
        """The sum of `start` and products, which are added in their order."""
        name = f"llvm.fma.f{self.kind.bitwidth}"
        fma = declare(self.builder, name, self.number, [self.number] * 3)
        for a, b in pairs:
            start = self.builder.call(fma, [a, b, start])
        return start

    def apply(self, formula, *arguments):
        """A compiled formula of numbers; a list among them is one tuple."""
        kinds, values = [], []
        for argument in arguments:
            kind = self.kind
            if isinstance(argument, list):
                kind = types.UniTuple(kind, len(argument))
                argument = self.context.make_tuple(self.builder, kind, argument)
            kinds.append(kind)
            values.append(argument)
        typing = self.context.typing_context
        function_type = typing.resolve_value_type(formula)
        signature = typing.resolve_function_type(function_type, tuple(kinds), {})
        function = self.context.get_function(function_type, signature)
        result = function(self.builder, values)
        self.context.add_linking_libs(getattr(function, "libs", ()))
        return result
