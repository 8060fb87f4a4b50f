"""The compiled device."""

from fastdense.devices.pack import Pack, worth_packing
from fastdense.devices.parallel import on_all_cores
from fastdense.devices.session import Session
from fastdense.devices.threads import cores
from fastdense.kernels.layout import lanes_of


def train(task, on_progress=None, threads=None):
    """Train one network to the end; see `fastdense.training.train`."""
    session = Session(task, threads)
    while not session.done:
        session.advance()
        if on_progress is not None:
            on_progress(session.epoch)
    return session.result()


def train_packs(jobs, stores, on_progress=None, threads=None):
    """Train the variants of several tasks, side by side and on all cores.

    Parameters
    ----------
    jobs : list of (Task, Variants)
    stores : list of callables
        For each job, called as `store(first, results)`, from any thread, with the results of some
        variants from number `first` on, as they end; see `results_of`.
    on_progress : callable, optional
        Called as `on_progress(done, total)` in networks, fractions included.
    threads : int, optional
        How many share the work; as many as there are processors, if not given.
    """
    pieces = [piece for job, given in enumerate(jobs) for piece in _cut(job, *given)]
    shares = [0.0] * len(pieces)
    most = threads or cores()

    def work(index, check):
        number, first, variants = pieces[index]
        task = jobs[number][0]
        if len(variants) > 1:
            training = Pack(task, variants)
        else:
            training = Session(task, max(most // len(pieces), 1), variants)
        epochs = max(task.recipe.epochs, 1)
        while not training.done:
            training.advance()
            check()
            shares[index] = len(variants) * training.epoch / epochs
        stores[number](first, training.results())
        shares[index] = len(variants)

    def look():
        if on_progress is not None:
            on_progress(sum(shares), total)

    total = sum(len(variants) for _, variants in jobs)
    on_all_cores(work, len(pieces), look, threads)
    look()


def _cut(number, task, variants):
    """Pieces of work: packs, and single networks where a pack would not be faster."""
    lanes = lanes_of(task.recipe.dtype)
    for first in range(0, len(variants), lanes):
        group = variants[first : first + lanes]
        if worth_packing(task, len(group)):
            yield number, first, group
        else:
            yield from ((number, first + i, group[i : i + 1]) for i in range(len(group)))
