"""The results of one network, and those of several as arrays of a row for each."""

import numpy as np

SHARED = "epochs", "observed_epochs"  # the same for all networks
LENGTHS = "rows", "observed"  # of the curves and signals of each


def alone(results):
    """What `Run` takes besides the task, of a network that is the only one."""
    result = {
        name: values if values is None or name in SHARED else values[0]
        for name, values in results.items()
        if name not in LENGTHS
    }
    return result | {"steps": int(result["steps"])}


def as_many(result):
    """The results of several networks of which there is one."""
    results = {
        name: values if values is None or name in SHARED else np.array([values])
        for name, values in result.items()
    }
    lengths = [len(result[name]) for name in SHARED]
    return results | {name: np.array([n]) for name, n in zip(LENGTHS, lengths, strict=True)}
