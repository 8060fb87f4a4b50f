"""Where networks are trained: one module or folder a device, found by its name.

A device supplies

- `begin(task, threads)`: a training of one network that has not begun. It has `done`, `epoch`,
  `steps`, `between_epochs`, `advance(until=epochs)` (one piece), `step(inputs, targets, weights)`,
  `latest()`, `curves(since)`, `result(final)`, `take()` and `put(counters, arrays)` (checkpoints);
- `begin_packs(task, variants, threads)`: the trainings of many side by side that have not begun;
  each has also `lanes`, `follow(orders)`, `freeze(number)` and `parameters_of(number)`;
- `train_packs(jobs, stores, on_progress, threads)`: the variants of many tasks, on all cores;
- `train_here(task, variants, store, check, threads)`: those of one task, in this thread;
- `seconds_of(task, variants, budget)`: how long that takes; `lanes_of(task)`: how many pay at once;
- `predictor(network, parameters)`: a function of inputs;
- `demand()`: nothing, or the error of a machine that has not what it needs;
- `check(task)`: nothing, or the error of a task that it does not train;
- `about()`: what it finds on this machine, a list of `entry.Finding`;
- `parts(distribution, seeds, purpose, layer, epoch, count)`: the random numbers of initial
  parameters, those of `numerics.streams`.
"""

import importlib
import pkgutil
from functools import cache

from fastdense.errors import unknown


@cache
def names():
    """The devices there are, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def device_of(name):
    """The module of a device."""
    if not isinstance(name, str) or name not in names():
        raise unknown("device", name, names())
    return _module(name)


@cache
def _module(name):
    return importlib.import_module(f"{__name__}.{name}")
