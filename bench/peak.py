"""The most multiply-adds that the machine can do: `python -m fastdense_bench.peak CORES`.

Independent chains of vector fused multiply-adds that stay in registers, as many as hide the
latency of each; what no training can exceed.
"""

import ctypes
import sys
import threading
import time

import llvmlite.binding as llvm
from llvmlite import ir

from fastdense.kernels.compile.vectors import vector_length
from fastdense_bench import serve

CHAINS = 12  # more than latency times units, 4 x 2; fewer than the 16 registers of AVX2
UNROLLED = 8  # multiply-adds of every chain in one turn of the loop
SECONDS = 0.02
WIDTH = vector_length(32)
I64 = ir.IntType(64)


def source():
    """LLVM's form of `chains(turns, factor, out)`: each is x = x * factor + factor, again."""
    number = ir.FloatType()
    vector = ir.VectorType(number, WIDTH)
    module = ir.Module(name="peak")
    function = ir.Function(
        module, ir.FunctionType(ir.VoidType(), [I64, number, vector.as_pointer()]), "chains"
    )
    fma = ir.Function(module, ir.FunctionType(vector, [vector] * 3), f"llvm.fma.v{WIDTH}f32")
    turns, factor, out = function.args
    entry, loop, done = (function.append_basic_block(name) for name in ("entry", "loop", "done"))

    builder = ir.IRBuilder(entry)
    factors = ir.Constant(vector, ir.Undefined)
    for lane in range(WIDTH):
        factors = builder.insert_element(factors, factor, ir.Constant(ir.IntType(32), lane))
    builder.branch(loop)

    builder.position_at_end(loop)
    index = builder.phi(I64)
    index.add_incoming(ir.Constant(I64, 0), entry)
    chains = [builder.phi(vector) for _ in range(CHAINS)]
    values = list(chains)
    for _ in range(UNROLLED):
        values = [builder.call(fma, [value, factors, factors]) for value in values]
    following = builder.add(index, ir.Constant(I64, 1))
    index.add_incoming(following, loop)
    for number_of, (chain, value) in enumerate(zip(chains, values, strict=True)):
        # Different starts: equal chains would be computed once.
        start = ir.Constant(vector, [ir.Constant(number, float(number_of))] * WIDTH)
        chain.add_incoming(start, entry)
        chain.add_incoming(value, loop)
    builder.cbranch(builder.icmp_signed("<", following, turns), loop, done)

    builder.position_at_end(done)
    for place, value in enumerate(values):
        builder.store(value, builder.gep(out, [ir.Constant(I64, place)])).align = 4
    builder.ret_void()
    return str(module)


def compile_chains():
    """The function of `source` by its address, and what keeps it alive."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3
    )
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(source()), machine)
    engine.finalize_object()
    prototype = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_float, ctypes.c_void_p)
    return prototype(engine.get_function_address("chains")), engine


class Peak:
    """GFLOP/s of so many threads, measured again at every request."""

    def __init__(self, threads):
        self.threads = threads
        self.turns = 1000
        self._chains, self._engine = compile_chains()
        while self._seconds() < SECONDS:
            self.turns *= 2

    def measure(self):
        flops = 2.0 * WIDTH * CHAINS * UNROLLED * self.turns * self.threads
        return {"gflops": flops / self._seconds() / 1e9}

    def _seconds(self):
        started = time.perf_counter()
        others = [threading.Thread(target=self._run) for _ in range(self.threads - 1)]
        for thread in others:
            thread.start()
        self._run()
        for thread in others:
            thread.join()
        return time.perf_counter() - started

    def _run(self):
        self._chains(self.turns, 0.5, (ctypes.c_float * (WIDTH * CHAINS))())


def main():
    cores = [int(core) for core in sys.argv[1].split(",")]
    serve.pin(cores)
    serve.serve({"measure": Peak(len(cores)).measure})


if __name__ == "__main__":
    main()
