"""Puts object files into this process: LLVM's linker, and nothing else of the compiler."""

import functools
import itertools
import os
import threading

import llvmlite.binding as llvm

_numbers = itertools.count()

# Held while LLVM or Numba are at work. They have locks of their own, which a forked process would
# find taken for ever: so a fork waits until they are done.
at_work = threading.RLock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=at_work.acquire, after_in_parent=at_work.release, after_in_child=at_work.release
    )


@functools.cache
def _linker():
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    # JITLink puts an object file into memory in one piece, as the code for ARM processors needs.
    # Errors are raised, so they need not be printed too.
    return llvm.create_lljit_compiler(use_jit_link=True, suppress_errors=True)


def load(object_file, symbol):
    """Load an object file; returns the address of the function `symbol` in it.

    Raises
    ------
    RuntimeError
        It is no object file of this machine, or lacks or needs a symbol.
    """
    with at_work:
        parts = llvm.JITLibraryBuilder().add_object_img(object_file).add_current_process()
        library = parts.export_symbol(symbol).link(_linker(), f"{symbol}-{next(_numbers)}")
        library.detach()  # its address is given away, so it stays until the process ends
        return library[symbol]


def target():
    """The machine that code is compiled for, as far as LLVM can tell it from others."""
    with at_work:
        try:
            features = llvm.get_host_cpu_features().flatten()
        except RuntimeError:  # unknown on some machines
            features = ""
        return llvm.get_process_triple(), llvm.get_host_cpu_name(), features
