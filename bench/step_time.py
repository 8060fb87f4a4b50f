"""Microseconds per training step, fastdense beside its peers, interleaved in one run.

    taskset -c 0 python bench/step_time.py

One thread each. Rows are visited in a new permutation every epoch, which each peer draws itself
("shuffled"), or in an order given beforehand. Before anything is timed, the losses of the last
epoch in the given order are checked to agree.
"""

import argparse
import importlib.util
import os
import platform
import statistics
import time
from importlib.metadata import version

os.environ.setdefault(
    "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)

import numpy as np
import peers
from workloads import WORKLOADS


def cpu_name():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":")[1].strip() for line in file if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", default="", help="part of a workload's name")
    options = parser.parse_args()
    installed = {}
    for name, (peer, install) in peers.PEERS.items():
        if importlib.util.find_spec(name):
            installed[name] = peer
        else:
            print(f"{name} is not installed: {install}")
    packages = ["numba", "numpy", *installed]
    print(f"{cpu_name()}; " + ", ".join(f"{p} {version(p)}" for p in packages))
    titles = "".join(f" {name + ' us':>10} {'ratio':>6}" for name in installed)
    print(f"{'workload':<34} {'order':<9}{'us/step':>9} {'spread':>7} {'GFLOP/s':>8}{titles}")
    for workload in WORKLOADS:
        if options.only not in workload.name:
            continue
        parameters = workload.network().initialize(1)
        for shuffled in (False, True):
            peer_functions = {"fastdense": peers.fastdense, **installed}
            runs = {n: peer(workload, parameters, shuffled) for n, peer in peer_functions.items()}
            ends = {name: run() for name, run in runs.items()}
            if not shuffled:
                for name, end in ends.items():
                    np.testing.assert_allclose(end, ends["fastdense"], rtol=1e-2, err_msg=name)
            report(workload, "shuffled" if shuffled else "given", time_all(runs, workload, options))


def time_all(runs, workload, options):
    """Microseconds per step of each peer's repeats, the peers in turn."""
    times = {name: [] for name in runs}
    for _ in range(options.repeats):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            times[name].append((time.perf_counter() - started) / workload.steps * 1e6)
    return times


def report(workload, order, times):
    ours = statistics.median(times["fastdense"])
    spread = (max(times["fastdense"]) - min(times["fastdense"])) / ours
    line = f"{workload.name:<34} {order:<9}{ours:>9.2f} {spread:>7.0%}"
    line += f" {workload.flops / ours / 1e3:>8.1f}"
    for name, theirs in times.items():
        if name != "fastdense":
            line += f" {statistics.median(theirs):>10.2f} {statistics.median(theirs) / ours:>5.1f}x"
    print(line, flush=True)


if __name__ == "__main__":
    main()
