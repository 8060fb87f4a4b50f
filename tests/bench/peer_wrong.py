"""A peer that trains NumPy's way at a rate one tenth too high."""

from dataclasses import replace

from fastdense_bench.peers import numpy

NAME, IMPORTS, PACKAGES, INSTALL = "wrong", ("numpy",), (), "pip install wrong"


def train(job):
    rate = 1.1 * job.workload.learning_rate
    return numpy.train(replace(job, workload=replace(job.workload, learning_rate=rate)))
