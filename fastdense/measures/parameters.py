"""Measures of the parameters: how they begin to move, and where they end."""

import numpy as np

from fastdense.fusion import fused
from fastdense.measures.registry import measure, relative
from fastdense.model import Model
from fastdense.reference.curvature import largest_curvature


@measure
def distinct_units(run, data):
    """number of units in the first layer with weights of their own"""
    return len(np.unique(np.vstack(run.layers[0]), axis=1).T)


@measure
def sharpness(run, data):
    """largest curvature of the loss at the end"""
    return largest_curvature(run.network, run.recipe, data, run.parameters)


@measure
def bias_gradient_ratio(run, data):
    """gradient of the biases of the first hidden layer over the last's, at the start"""
    # The speed of learning of Nielsen (2015), Neural networks and deep learning, chapter 5.
    network, recipe = fused(run.network, run.recipe)
    start = Model(network, run.initial_parameters.astype(float))
    _, gradient = start.loss_and_gradient((data.inputs, data.targets), recipe.loss)
    norms = [float(np.linalg.norm(bias)) for _, bias in run.network.split_dense(gradient)]
    return relative(norms[0], norms[max(len(norms) - 2, 0)])


@measure
def first_layer_moved(run, data):
    """distance of the first layer's parameters from their start, relative"""
    ends = (run.network.split_dense(one)[0] for one in (run.initial_parameters, run.parameters))
    before, after = (np.hstack([p.ravel() for p in layer]).astype(float) for layer in ends)
    return relative(float(np.linalg.norm(after - before)), float(np.linalg.norm(before)))
