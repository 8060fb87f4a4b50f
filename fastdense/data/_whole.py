"""Hyper-parameters of sources that are whole numbers."""

from fastdense.errors import FastdenseError


def whole_of(hyper, key):
    """The hyper-parameter `key`, checked."""
    if hyper[key] != int(hyper[key]):
        raise FastdenseError(f"data.{key} is {hyper[key]:g}; expected a whole number")
    return int(hyper[key])
