"""Measures of what the network says of the training rows."""

import numpy as np

from fastdense.measures.registry import measure
from fastdense.reference.forward import forward


@measure
def output_range(run, data):
    """largest range of an output"""
    return float(np.ptp(run.predict(data.inputs), axis=0).max())


@measure
def initial_output_range(run, data):
    """largest range of an output at the start"""
    outputs, _ = forward(run.network, run.initial_parameters, data.inputs)
    return float(np.ptp(outputs, axis=0).max())
