"""What is loaded into workers of a test: trouble with jobs of five hidden units, and a list.

`TROUBLE` is "kill" (the worker, as a crash of a kernel would), "refuse" (an ordinary error) or
"old" (another version); `COMPILED` names a file in which each compiled kernel is a line.
"""

import os
import signal
import time

import fastdense.sweeps.workers.dask as cluster
from fastdense.errors import FastdenseError
from fastdense.kernels.compile import cache
from fastdense.sweeps.job import carry_out as ours

TROUBLE = os.environ.get("TROUBLE")


def carry_out(job, check):
    if job.task.network.dense[0][1].units == 5:
        time.sleep(0.2)  # so that others wait behind it
        if TROUBLE == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise FastdenseError("five are too many")
    return ours(job, check)


def list_kernel(name):
    with open(os.environ["COMPILED"], "a", encoding="utf-8") as file:
        file.write(f"{name}\n")


if TROUBLE == "old":
    cluster.TERMS = "fastdense 0.0.1 with numerics 0"
elif TROUBLE:
    cluster.carry_out = carry_out
if "COMPILED" in os.environ:
    cache.on_compile = list_kernel
