"""How long a sweep will take, and how large its store will be, before it is begun."""

import time

import numpy as np

from fastdense.devices import device_of
from fastdense.many import Trial
from fastdense.sweeps.job import curve_places, lanes_of

PROBES = 6  # groups that are tried, from the cheapest to the dearest
PROBE_SECONDS = 0.05  # of training in each
STEP_SECONDS = 2e-8  # that a step costs whatever its size; of the model only ratios matter
FLOPS_A_SECOND = 5e10
RUN_SECONDS = 2e-5  # beside the training: initial parameters, outcome, a row of the store
RUN_BYTES = 75  # in a store, without curve and measures
CELL_BYTES = 150


def seconds_each(plan):
    """The seconds of one run of every group on one core, (groups,), after training a little."""
    modeled = np.array([_modeled(group.task) for group in plan.groups])
    order = np.argsort(modeled)
    tried = order[np.unique(np.linspace(0, len(order) - 1, PROBES).round().astype(int))]
    ratios = np.array([_measured(plan.groups[i]) / modeled[i] for i in tried])
    # The model knows nothing of activations, caches and clocks; the groups between are alike.
    between = np.interp(np.log(modeled), np.log(modeled[tried]), np.log(ratios))
    return modeled * np.exp(between) + RUN_SECONDS


def _modeled(task):
    """About how long a run takes in a pack."""
    products = [layer.products(inputs) for inputs, layer in task.network.sized]
    epochs, rows = task.recipe.epochs, len(task.inputs)
    flops = 2 * epochs * task.visits * (3 * sum(products) - products[0])
    flops += 2 * task.evaluations * rows * sum(products)
    steps = epochs * -(-task.visits // task.batch) + task.evaluations
    return flops / FLOPS_A_SECOND + steps * STEP_SECONDS


def _measured(group):
    count = min(lanes_of(group.task, group.device), group.runs)
    job = next(group.jobs(0, np.arange(count), count))
    started = time.perf_counter()
    trial = Trial.of(job.task, job.varied, device=job.device)
    drawn = time.perf_counter() - started
    return (drawn + device_of(job.device).seconds_of(*trial.job, PROBE_SECONDS)) / count


def size_of(plan):
    """About how many bytes the store will take."""
    bytes_ = 0
    for group in plan.groups:
        points = len(curve_places(group.task.evaluations, group.settings["curve_points"]))
        run = RUN_BYTES + 4 * points + 8 * len(group.settings["measures"])
        bytes_ += run * group.runs + CELL_BYTES * len(group.points)
    return bytes_
