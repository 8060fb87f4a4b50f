"""Measures of the signals of the layers."""

from functools import cache

import numpy as np

from fastdense import catalogue
from fastdense.measures.registry import relative, signal


@signal
def update_ratio(run, data):
    """largest of the updates observed, relative to the parameters"""
    if not np.isfinite(run.parameters).all():
        return np.inf
    updates = run.signals["update_ratio"][1:]  # entry 0 is from before the first step
    # NaN is 0 / 0, a layer of zeros that stays so; an update of such a layer is infinite.
    return float(np.where(np.isnan(updates), 0.0, updates).max(initial=0.0))


@signal
def gradient_left(run, data):
    """gradient norm at the end over that at the start"""
    norms = np.sqrt((run.signals["gradient_norm"] ** 2).sum(axis=1))
    if not len(norms):  # the loss was not finite from the start
        return np.inf
    return relative(float(norms[-1]), float(norms[0]))


@signal
def gradient_at_start(run, data):
    """gradient norm at the start"""
    norms = run.signals["gradient_norm"]
    return float(np.sqrt((norms[0] ** 2).sum())) if len(norms) else np.inf


@signal
def gradient_ratio(run, data):
    """gradient of the first layer over that of the last, at the start"""
    norms = run.signals["gradient_norm"]
    return relative(float(norms[0, 0]), float(norms[0, -1])) if len(norms) else np.inf


FAR_BELOW = -10.0  # zero; where the rectifiers are zero and flat, and others are only nearly so


@cache
def _dies(activation):
    """Whether units of an activation can be zero and flat, so that nothing revives them.

    Sigmoid and softmax outputs that round to zero are saturated, and an identity that is zero
    still learns: neither is dead.
    """
    entry = catalogue.get("activations", activation)
    if entry.coupled:
        return False
    value, slope = entry.spec(np.full((1, 1), FAR_BELOW), np.ones((1, 1)))
    return bool(value == 0 and slope == 0)


def _mean(layers, shares):
    """The mean over the units of the first layers of a signal (observed, dense layers)."""
    if not layers or not len(shares):  # no such layer; or a loss that is not finite from the start
        return np.full(max(len(shares), 1), np.inf)
    units = [layer.units for layer in layers]
    return np.average(shares[:, : len(units)], axis=1, weights=units)


def _hidden(run):
    return [layer for _, layer in run.network.dense[:-1]]


def _dead(run):
    """The share of dead units, in the output layer too where its activation can die."""
    _, last = run.network.dense[-1]
    outputs = [last] if _dies(last.activation) else []
    return _mean([*_hidden(run), *outputs], run.signals["dead_share"])


@signal
def dead_at_start(run, data):
    """share of dead units at the start"""
    return float(_dead(run)[0])


@signal
def dead_at_end(run, data):
    """share of dead units at the end"""
    return float(_dead(run)[-1])


@signal
def revived(run, data):
    """largest fall of the share of dead units"""
    return float(-np.diff(_dead(run)).min(initial=0.0))


@signal
def slope_at_start(run, data):
    """mean slope of the hidden activations at the start"""
    return float(_mean(_hidden(run), run.signals["mean_slope"])[0])
