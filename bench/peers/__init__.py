"""The libraries that are timed, one file each.

A peer's file holds

- `NAME`, what the user calls it, and `INSTALL`, the line that installs it;
- `IMPORTS`, the modules that are imported before any clock starts, and `PACKAGES`, whose versions
  are printed;
- `train(job)`, which prepares a `Job` and returns `run(epochs)`: it trains from the job's
  parameters and returns the mean loss of the last epoch's batches, each before its update;
- optionally `train_many(job)`, the same for several networks at once: the mean over them;
- optionally `train_images(job)` and `train_many_images(job)`, the same of networks on images, which
  it builds from `job.stack`, and `train_augmented(job)`;
- optionally `predict(job)`, which returns `run()`: it returns the outputs of the job's inputs;
- optionally `ACTIVATIONS`, the names of those that it has, if these are not all;
- optionally `KEEPS_CODE = True`, if compiled code stays on disk for the next process;
- optionally `environment()`, variables that are set before its imports.

The library itself is imported inside of functions: this package lists what is not installed, too.
"""

import importlib
import importlib.metadata
import importlib.util
import pkgutil
from dataclasses import dataclass
from types import ModuleType

from fastdense.errors import FastdenseError, unknown

OURS = "fastdense"


@dataclass(frozen=True)
class Peer:
    """A peer's file."""

    module: ModuleType

    @property
    def name(self):
        return self.module.NAME

    @property
    def install(self):
        """The line that installs it."""
        return self.module.INSTALL

    @property
    def installed(self):
        return all(importlib.util.find_spec(name.partition(".")[0]) for name in self.module.IMPORTS)

    @property
    def keeps_code(self):
        return getattr(self.module, "KEEPS_CODE", False)

    @property
    def environment(self):
        return getattr(self.module, "environment", dict)()

    @property
    def versions(self):
        """Version of each of its packages that is there."""
        found = {}
        for package in self.module.PACKAGES:
            try:
                found[package] = importlib.metadata.version(package)
            except importlib.metadata.PackageNotFoundError:
                continue
        return found

    def can(self, workload):
        """Whether it has what the workload asks for."""
        activations = getattr(self.module, "ACTIVATIONS", (workload.activation,))
        has = workload.stack or workload.activation in activations
        return bool(has) and hasattr(self.module, role(workload))


def role(workload):
    """The function of a peer that a workload asks for."""
    if not workload.trains:
        return "predict"
    if workload.augmentation:
        return "train_augmented"
    many, images = workload.networks > 1, bool(workload.stack)
    return "train" + "_many" * many + "_images" * images


def load(module):
    """The peer in a module of this name."""
    return Peer(importlib.import_module(module))


def find():
    """All peers in the order of their names, fastdense first."""
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    found = [load(f"{__name__}.{name}") for name in names if not name.startswith("_")]
    return sorted(found, key=lambda peer: (peer.name != OURS, peer.name))


def choose(names):
    """Peers by name; "torch" is all whose name begins with "torch-". fastdense is always there."""
    found = find()
    wanted = {OURS}
    for name in names:
        matching = {p.name for p in found if p.name == name or p.name.startswith(f"{name}-")}
        if not matching:
            raise unknown("peer", name, [peer.name for peer in found])
        wanted |= matching
    if not names:
        raise FastdenseError("no peer given; name some, or fastdense alone")
    return [peer for peer in found if peer.name in wanted]
