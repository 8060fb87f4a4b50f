"""A trained network as a function for the caller's own compiled code.

It is compiled by Numba's public `njit`, for one network, whose parameters are constants of it, and
gives the bits of a prediction: each output is one chain of fused multiply-adds from the bias on.
"""

import numpy as np
from numba import from_dtype, njit

from fastdense import catalogue
from fastdense.entry import ROOM
from fastdense.errors import FastdenseError
from fastdense.kernels.compile import primitives  # noqa: F401  (gives maths to the compiler)
from fastdense.kernels.compile.compiler import view
from fastdense.kernels.compile.pointers import stack_array
from fastdense.numerics.primitives import fma


def embedded(network, parameters):
    """`forward(inputs, out=None)`, which jitted code may call; see `Model.compiled`."""
    stages = _stages(network, parameters)
    features, outputs, dtype = network.features, network.outputs, parameters.dtype
    one = _chain(stages, max(len(bias) for _, bias, _ in stages), from_dtype(dtype))

    @njit
    def rows(inputs, out):
        if inputs.shape[1] != features or out.shape != (len(inputs), outputs):
            raise ValueError("inputs and out must be (n, features) and (n, outputs)")
        for i in range(len(inputs)):
            one(inputs[i], out[i])

    @njit
    def row(inputs, out):
        if len(inputs) != features or out.shape != (outputs,):
            raise ValueError("inputs and out must be (features,) and (outputs,)")
        one(inputs, out)

    @njit
    def forward(inputs, out=None):
        if out is None:
            if inputs.ndim == 1:
                made = np.empty(outputs, dtype)
                row(inputs, made)
                return made
            else:
                made_rows = np.empty((len(inputs), outputs), dtype)
                rows(inputs, made_rows)
                return made_rows
        else:
            if inputs.ndim == 1:
                row(inputs, out)
            else:
                rows(inputs, out)
            return out

    return forward


def _stages(network, parameters):
    """Weights, bias and activation of each dense layer; others act in training only."""
    dense = [layer for _, layer in network.dense]
    for layer in network.layers:
        if layer not in dense and not layer.passes:
            raise FastdenseError(
                f"a {layer.entry_name()} layer cannot be compiled into other code yet; use predict"
            )
    own = np.array(parameters)  # which Numba takes as constants
    return [
        (weights.copy(), bias.copy(), catalogue.get("activations", layer.activation))
        for (weights, bias), layer in zip(network.split(own), dense, strict=True)
    ]


def _chain(stages, width, kind):
    """`(x, out)` through all of some layers."""
    (weights, bias, activation), *others = stages
    affine, n_out = _affine(weights, bias), len(bias)
    activate, array = _activate_for(activation, n_out, kind), stack_array(width, kind)
    if not others:

        @njit
        def last(x, out):
            z = array()
            affine(x, z)
            activate(z)
            for j in range(n_out):
                out[j] = z[j]

        return last
    rest = _chain(others, width, kind)

    @njit
    def through(x, out):
        a = array()
        affine(x, a)
        activate(a)
        rest(a, out)

    return through


def _affine(weights, bias):
    n_in, n_out = weights.shape
    cast = weights.dtype.type

    @njit(inline="always")
    def affine(x, z):
        for j in range(n_out):
            z[j] = bias[j]
        for k in range(n_in):
            xk = cast(x[k])
            for j in range(n_out):
                z[j] = fma(xk, weights[k, j], z[j])

    return affine


def _activate_for(activation, n_out, kind):
    """`activate(z)`, in place."""
    if activation.coupled:
        forward, array = njit(activation.forward), stack_array(ROOM, kind)

        @njit
        def activate_together(z):
            units = view(z, (n_out, 1))
            forward(units, units, 1, view(array(), (ROOM, 1)))

        return activate_together
    value = njit(activation.value)

    @njit(inline="always")
    def activate(z):
        for j in range(n_out):
            z[j] = value(z[j])

    return activate
