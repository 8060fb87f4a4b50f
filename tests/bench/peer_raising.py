"""A peer that agrees, prints while it does, and fails when it is timed."""

from fastdense_bench.job import GIVEN
from fastdense_bench.peers import numpy

NAME, IMPORTS, PACKAGES, INSTALL = "raising", ("numpy",), (), "pip install raising"


def train(job):
    print("not an answer", flush=True)
    if job.order != GIVEN:
        raise MemoryError("too\nlarge")
    return numpy.train(job)
