"""Measures of the parameters at the end: how many differ, and how the loss is curved there."""

import numpy as np

from fastdense.measures.registry import measure
from fastdense.reference.curvature import largest_curvature


@measure
def distinct_units(run, data):
    """number of units in the first layer with weights of their own"""
    return len(np.unique(np.vstack(run.layers[0]), axis=1).T)


@measure
def sharpness(run, data):
    """largest curvature of the loss at the end"""
    return largest_curvature(run.network, run.recipe, data, run.parameters)
