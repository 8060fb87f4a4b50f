"""One peer in a process of its own, on some cores: `python -m fastdense_bench.worker MODULE CORES`.

The variables that limit a library's threads are set by who starts the process.
"""

import importlib
import math
import sys
import time

from fastdense_bench import memory, peers, serve
from fastdense_bench.job import GIVEN, Job
from fastdense_bench.workloads import Workload

# What a training does once, such as making its arrays, is no step.
MIN_EPOCHS = 10


class Contender:
    """A peer with one workload at a time."""

    def __init__(self, module):
        self.peer = peers.load(module)

    def imports(self):
        """Import the library, before any other clock starts."""
        started = time.perf_counter()
        for name in self.peer.module.IMPORTS:
            importlib.import_module(name)
        return {"seconds": time.perf_counter() - started}

    def first(self, workload):
        """The first result, from a job that has only been asked for: compilation counts."""
        whole = Workload.from_dict(workload)
        whole.arrays()
        self.workload = whole.short
        self.workload.arrays()
        self.memory_before = memory.peak_bytes()
        started = time.perf_counter()
        self._prepare(GIVEN)
        result = self._run(whole.short_epochs if whole.trains else 1)
        seconds = time.perf_counter() - started
        loss = self._loss(result)
        self.workload = whole
        return {"seconds": seconds, "loss": loss}

    def calibrate(self, order, seconds):
        """Choose how many epochs, or predictions, take about so long; everything is warm then."""
        self._prepare(order)
        self.count = MIN_EPOCHS if self.workload.trains else 1
        self._run(self.count)
        while (elapsed := self.repeat()["seconds"]) < seconds / 2:
            self.count *= math.ceil(seconds / elapsed)
            self._run(self.count)
        each = self.workload.steps * self.workload.networks if self.workload.trains else 1
        return {"steps": self.count * each}

    def repeat(self):
        """Seconds that the calibrated work takes."""
        started = time.perf_counter()
        result = self._run(self.count)
        seconds = time.perf_counter() - started
        loss = self._loss(result)
        if not math.isfinite(loss):
            raise ArithmeticError(f"the loss became {loss}, so that the time means nothing")
        return {"seconds": seconds, "loss": loss}

    def memory(self):
        """How far the peak of resident memory rose above what imports and data took."""
        after = memory.peak_bytes()
        return {"bytes": None if after is None else after - self.memory_before}

    def _prepare(self, order):
        """Make `_run(count)`, which trains so many epochs or predicts so often."""
        job, module = Job.of(self.workload, order), self.peer.module
        if self.workload.trains:
            self._run = getattr(module, peers.role(self.workload))(job)
            return
        predict = module.predict(job)

        def run(count):
            for _ in range(count):
                outputs = predict()
            return outputs

        self._run = run

    def _loss(self, result):
        if self.workload.trains:
            return float(result)
        import numpy as np

        targets = self.workload.arrays()[1]
        return float(np.mean((np.asarray(result).reshape(targets.shape) - targets) ** 2))


def main():
    module, cores = sys.argv[1:]
    serve.pin([int(core) for core in cores.split(",")])
    contender = Contender(module)
    names = ("imports", "first", "calibrate", "repeat", "memory")
    serve.serve({name: getattr(contender, name) for name in names})


if __name__ == "__main__":
    main()
