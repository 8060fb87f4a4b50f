"""The numbers of a run that a claim may speak of, and that a sweep may keep."""

from fastdense.measures import classes, curve, generalization, outputs, parameters, signals
from fastdense.measures.registry import MEASURES, Measure, fault_of

__all__ = [
    "MEASURES", "Measure", "classes", "curve", "fault_of", "generalization", "outputs",
    "parameters", "signals",
]  # fmt: skip
