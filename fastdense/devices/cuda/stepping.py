"""Single steps of a training on a GPU, on mini-batches of the caller's."""

import numpy as np

from fastdense.devices.cuda import compiling
from fastdense.kernels import layout

# What a step works on or with is the training's own.
SHARED = ("parameters", "gradient", "seeds", "numbers", "rates", "frozen", "penalties",
          "loss_hyper", "hyper", "schedule_hyper", "powers")  # fmt: skip


class Stepper:
    """Updates of a session's network by mini-batches of a given number of samples.

    Parameters
    ----------
    single : Single
        The training whose parameters, slots and step number go on.
    samples : int
    weighted : bool
        Whether samples have weights.
    """

    def __init__(self, single, samples, weighted):
        task = single.task
        shared = {name: getattr(single.work, name) for name in SHARED}
        self._own = own = type(single)(task.of_one_batch(samples, weighted), shared)
        own.plan["steps_per_epoch"] = task.steps_per_epoch

    def step(self, single, inputs, targets, weights=None):
        """One update of the training's network; returns the mean loss of the samples before it.

        The arrays are in the recipe's dtype (weights in float64), and checked.
        """
        own, state, theirs = self._own, self._own.state[0], single.state[0]
        compiling.write(own.work.inputs, np.ravel(inputs))
        compiling.write(own.work.targets, np.ravel(targets))
        if weights is not None:
            compiling.write(own.work.weights, weights)
        compiling.write(own.work.running, np.zeros(layout.PARTIAL_SUMS))
        for name in state.dtype.names:
            state[name] = 0
        state["step"], state["accumulated"] = theirs["step"], theirs["accumulated"]
        state["phase"], state["summed"] = layout.STEP, 1
        own.put_state()
        while own.state[0]["phase"] == layout.STEP:
            own.advance(until=1)
        for name in ("step", "accumulated"):
            theirs[name] = own.state[0][name]
        single.put_state()
        return float(compiling.get(own.work.curves)[layout.RUNNING_LOSS, 0, 0])
