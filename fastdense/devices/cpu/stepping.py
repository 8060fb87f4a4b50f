"""Single steps of a training on mini-batches of the caller's."""

from fastdense.kernels import layout

MAX_STEPPERS = 8  # sizes of mini-batches that are kept ready
# What a step works on or with is the training's own; only the arena and what is cut by the size of
# the mini-batch are others.
SHARED = ("parameters", "gradient", "networks", "seeds", "numbers", "rates", "frozen",
          "penalties", "loss_hyper", "optimizer_hyper", "schedule_hyper", "powers")  # fmt: skip


def kept(steppers, make, single, *kind):
    """The stepper of a kind, from a dict of those of a training, or else `make(single, *kind)`."""
    stepper = steppers.get(kind)
    if stepper is None:
        while len(steppers) >= MAX_STEPPERS:
            steppers.pop(next(iter(steppers)))
        stepper = steppers[kind] = make(single, *kind)
    return stepper


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
        shared = {name: single.arrays[name] for name in SHARED}
        self._own = own = type(single)(task.of_one_batch(samples, weighted), single.threads, shared)
        plan = own.arrays["plan"]
        plan["steps_per_epoch"], plan["until"] = task.steps_per_epoch, 1
        self._state, self._theirs = own.state[0], single.state[0]
        self._loss = own.arrays["curves"][layout.RUNNING_LOSS]
        self._running = own.arrays["running"]
        self._given = ()

    def step(self, inputs, targets, weights=None):
        """One update; returns the mean loss of the samples before it.

        The arrays are in the recipe's dtype (weights in float64), C-contiguous, and checked.
        """
        own, state, theirs = self._own, self._state, self._theirs
        self._given = inputs, targets, weights  # kept alive while their addresses are used
        own.place("inputs", inputs)
        own.place("targets", targets)
        if weights is not None:
            own.place("weights", weights)
        self._running[:] = 0.0
        state["step"], state["accumulated"] = theirs["step"], theirs["accumulated"]
        state["phase"], state["epoch"], state["position"] = layout.STEP, 0, 0
        state["loaded"], state["summed"], state["row"] = 0, 1, 0
        if own.short:
            own.step_at_once()
        while state["phase"] == layout.STEP:
            own.advance(until=1)
        theirs["step"], theirs["accumulated"] = state["step"], state["accumulated"]
        return float(self._loss[0, 0])
