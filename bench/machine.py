"""What it was measured on: the CPU and the versions."""

import os
import platform
import sys

from fastdense.reports.html.provenance import processor


def cores():
    """Numbers of the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def describe():
    """CPU, cores, width of its vectors, system and Python."""
    from fastdense.kernels.compile.vectors import register_bytes

    return {
        "cpu": processor(),
        "cores": len(cores()),
        "vector_bits": 8 * register_bytes(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": ".".join(map(str, sys.version_info[:3])),
    }
