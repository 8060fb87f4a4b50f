"""A kernel becomes one object file, and what it calls LLVM IR only: all that is private in Numba.

Numba would compile every function that a kernel calls to machine code of its own, with a wrapper
for Python and one for C, although only its inlined copy is used. Here such a function stays IR
until the kernel that calls it is optimized as a whole. The object file knows nothing of Numba:
loading it again takes LLVM's linker and nothing else.
"""

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import compiler
from numba.core.codegen import CPUCodeLibrary
from numba.core.compiler_lock import global_compiler_lock
from numba.core.compiler_machinery import PassManager
from numba.core.registry import cpu_target
from numba.np.arrayobj import get_cfarray_intrinsic

# `view(pointer, shape)`: memory as an array that nobody counts references to.
view = get_cfarray_intrinsic("C", None)

# What kernels may call: every C library has these. LLVM calls most of them of its own accord, for
# loops that clear or copy memory and where a CPU has no fused multiply-add.
C_FUNCTIONS = {"fma", "fmaf", "memcpy", "memmove", "memset", "sqrt"}
_RAISED = "fastdense_kernel_raised"


class _Library(CPUCodeLibrary):
    """The IR of a function, to be linked into kernels."""

    def _optimize_functions(self, module):
        module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self):
        pass

    def _finalize_final_module(self):
        self._finalized = True


# Passes of Numba's for what kernels do without: expressions of arrays, loops over tuples of several
# types, inner functions, functions that are inlined by Numba instead of LLVM, listings.
LEFT_OUT = {
    "AnnotateTypes",
    "DumpParforDiagnostics",
    "FindLiterallyCalls",
    "InlineClosureLikes",
    "InlineInlinables",
    "InlineOverloads",
    "LiteralPropagationSubPipelinePass",
    "LiteralUnroll",
    "MakeFunctionToJitFunction",
    "NoPythonSupportedFeatureValidation",
    "NopythonRewrites",
    "WithLifting",
}


class _Compiler(compiler.Compiler):
    """Numba's compiler as far as IR."""

    def define_pipelines(self):
        """The usual passes, less those that are left out."""
        (usual,) = super().define_pipelines()
        pipeline = PassManager("kernel")
        for step, description in usual.passes:
            if step.__name__ not in LEFT_OUT:
                pipeline.add_pass(step, description)
        pipeline.finalize()
        return [pipeline]

    def compile_extra(self, function):
        """Compile a Python function."""
        flags, context = self.state.flags, self.state.targetctx
        flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
        self.state.library = _Library(context.codegen(), function.__qualname__)
        result = super().compile_extra(function)
        # Numba tells functions apart by what Python would call: a builtin that takes any arguments.
        # This one is another for each function, and raises.
        entry_point = f"{{{function.__name__} is for kernels only}}".format
        context.insert_user_function(entry_point, result.fndesc, [result.library])
        return result._replace(entry_point=entry_point)


class _ColdCompiler(_Compiler):
    """The same for functions that LLVM is to leave out of line."""

    names = set()

    def compile_extra(self, function):
        """Compile a Python function."""
        result = super().compile_extra(function)
        self.names.add(result.fndesc.mangled_name)
        return result


# error_model="numpy": the default checks every division for zero, which stops vectorization.
# _nrt=False: what would count references or allocate memory does not compile.
OPTIONS = {"error_model": "numpy", "_nrt": False}
# How functions that kernels call are compiled; they cannot be called from Python.
NUMPY = {**OPTIONS, "pipeline_class": _Compiler}
# What is seldom called: inlined, it would have its addresses prepared, and registers spilled to
# the stack, on the way of what is called all the time.
COLD = {**OPTIONS, "pipeline_class": _ColdCompiler}


def optimized_module(function, signature, symbol, noalias=False, unroll=True):
    """The LLVM module of `function` as the C function `symbol`, and the machine it is for."""
    with global_compiler_lock:
        context, flags = cpu_target.target_context, compiler.Flags()
        cpu_target.options.parse_as_flags(flags, OPTIONS)
        flags.enable_pyobject = False
        result = compiler.compile_extra(
            cpu_target.typing_context,
            context,
            function,
            signature.args,
            signature.return_type,
            flags,
            {},
            pipeline_class=_Compiler,
        )
        library, codegen = result.library, context.codegen()
        library.add_ir_module(_entry(context, library, result.fndesc, symbol, noalias))
        library.finalize()
        module = library._final_module
        for part in module.functions:
            if not part.is_declaration and part.name != symbol:
                part.linkage = "internal"  # so that nothing is kept that is not called
                if part.name in _ColdCompiler.names:
                    part.add_function_attribute("noinline")
        passes, builder = codegen._module_pass_manager(cost="cheap", opt=0, loop_vectorize=False)
        passes.run(module, builder)
        builder = _thorough(codegen._tm, unroll)
        builder.getModulePassManager().run(module, builder)
        module.verify()
        _check(module, symbol)
        return module, codegen._tm


def _thorough(target_machine, unroll):
    """Numba's thorough passes, with a say in what it does not offer: the unrolling of loops."""
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.slp_vectorization = False
    options.loop_vectorization = True
    options.loop_unrolling = unroll
    return llvm.create_pass_builder(target_machine, options)


def _entry(context, library, description, symbol, noalias):
    """A C function around a compiled one, which returns a status besides its result."""
    module = library.create_ir_module("entry")
    convention = context.call_conv
    callee = ir.Function(
        module,
        convention.get_function_type(description.restype, description.argtypes),
        description.llvm_func_name,
    )
    function_type = ir.FunctionType(
        context.get_value_type(description.restype),
        [context.get_value_type(t) for t in description.argtypes],
    )
    entry = ir.Function(module, function_type, symbol)
    for argument in entry.args:
        if noalias and isinstance(argument.type, ir.PointerType):
            argument.add_attribute("noalias")
    builder = ir.IRBuilder(entry.append_basic_block())
    status, result = convention.call_function(
        builder, callee, description.restype, description.argtypes, entry.args
    )
    with builder.if_then(status.is_error, likely=False):
        raised = ir.Function(module, ir.FunctionType(ir.VoidType(), []), _RAISED)
        builder.call(raised, [])
    builder.ret(result)
    return module


def _check(module, symbol):
    """No kernel may raise or call into Python: the object file could not be loaded by itself."""
    unknown = {
        part.name
        for part in (*module.functions, *module.global_variables)
        if part.is_declaration and not part.name.startswith("llvm.")
    } - C_FUNCTIONS
    if unknown:
        reason = "raises an exception" if _RAISED in unknown else f"needs {sorted(unknown)}"
        raise AssertionError(f"kernel {symbol} {reason}")


def object_file(function, signature, symbol, noalias=False, unroll=True):
    """Compile `function` as the C function `symbol`; returns the object file.

    `noalias` promises that nothing it writes through one pointer is read through another. Without
    it loops exist twice, in vectors and one by one, and compare the addresses first. Without
    `unroll`, loops of few rounds are not unrolled before they could become vectors.
    """
    module, machine = optimized_module(function, signature, symbol, noalias, unroll)
    return machine.emit_object(module)
