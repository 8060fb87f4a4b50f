"""What a peer is asked to do: a workload, and in which order."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fastdense_bench.stacks import STACKS
from fastdense_bench.workloads import Workload

SHUFFLED, GIVEN, AS_THEY_ARE = "shuffled", "given", "as they are"


@dataclass
class Job:
    """A training, or predictions of one batch, from given parameters.

    Attributes
    ----------
    workload : Workload
    order : str
        "shuffled" (the peer draws a permutation every epoch, by its own means), "given" (every
        epoch visits the rows as `permutation` has them) or "as they are".
    """

    workload: Workload
    order: str

    @classmethod
    def of(cls, workload, order):
        """The job of a workload; a full batch has no order, so its rows stay as they are."""
        full = workload.batch == workload.samples
        return cls(workload, AS_THEY_ARE if full else order)

    @property
    def inputs(self):
        return self.workload.arrays()[0]

    @property
    def targets(self):
        return self.workload.arrays()[1]

    @cached_property
    def permutation(self):
        """Row numbers (samples,) of the given order."""
        return np.random.default_rng(1).permutation(self.workload.samples)

    @property
    def arranged(self):
        """Inputs and targets in the order given, for a peer that knows only the rows' own."""
        if self.order == GIVEN:
            return self.inputs[self.permutation], self.targets[self.permutation]
        return self.inputs, self.targets

    @cached_property
    def parameters(self):
        """Where all start, flat, as fastdense has them; a row for each of several networks."""
        networks = self.workload.networks
        drawn = self.workload.network().initialize_many(range(1, networks + 1))
        return drawn if networks > 1 else drawn[0]

    @property
    def layers(self):
        """Weights (n_in, n_out) and bias (n_out,) of each layer at the start."""
        return self.workload.network().split(self.parameters)

    @property
    def shape(self):
        """(height, width, channels) of an image, a row of the inputs."""
        return STACKS[self.workload.stack][0]

    @property
    def stack(self):
        """`[(layer, arrays)]` of a network on images: as `stacks` has it, with its parameters."""
        arrays = iter(self.layers_of_all if self.workload.networks > 1 else self.layers)
        return [
            (one, next(arrays) if one[0] in ("conv", "norm", "dense") else ())
            for one in STACKS[self.workload.stack][1]
        ]

    @property
    def layers_of_all(self):
        """The same of several networks: (networks, n_in, n_out) and (networks, n_out)."""
        split = self.workload.network().split
        each = [split(parameters) for parameters in self.parameters]
        return [tuple(map(np.stack, zip(*layer, strict=True))) for layer in zip(*each, strict=True)]
