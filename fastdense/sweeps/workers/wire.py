"""What of a job travels to another process: settings and numbers, neither rows nor code.

The rows are sent apart, once to each worker; a `Task` is prepared from them again where it is
needed, which gives the same arrays, so that neither conversions nor initial parameters travel.
"""

import functools
import pickle

import fastdense
from fastdense.numerics.version import VERSION
from fastdense.sweeps.job import Job, prepared

# What two processes must agree in, to get the same bits from a parcel.
TERMS = f"fastdense {fastdense.__version__} with numerics {VERSION}"


def encode(job):
    """A job without its rows, as bytes."""
    task = job.task
    of_task = task.network, task.recipe, task.evaluate_every, task.observe_every
    return pickle.dumps((job.group, job.runs, of_task, job.varied, job.settings))


def decode(parcel, rows):
    """The `Job` in a parcel, over the pickled `Data` in `rows`."""
    group, runs, of_task, varied, settings = pickle.loads(parcel)
    return Job(group, runs, _task(_data(rows), *of_task), varied, settings)


# Jobs come group by group, so the last ones are enough; more would only take memory.
@functools.lru_cache(maxsize=1)
def _data(rows):
    return pickle.loads(rows)


@functools.lru_cache(maxsize=1)
def _task(data, network, recipe, evaluate_every, observe_every):
    return prepared(network, recipe, data, evaluate_every, observe_every)
