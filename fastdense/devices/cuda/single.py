"""The training of one network on a GPU: a pack of one, by all threads together."""

import numpy as np

from fastdense.devices.cpu import checkpoint
from fastdense.devices.cpu.stepping import kept
from fastdense.devices.cuda import compiling, supported
from fastdense.devices.cuda.arrays import is_drawn
from fastdense.devices.cuda.pack import Pack
from fastdense.devices.cuda.stepping import Stepper
from fastdense.kernels import layout
from fastdense.variants import Variants


class Parameters:
    """The parameters of a training, (size,), where they stand on the GPU."""

    def __init__(self, array, size):
        self._array, self._size = array, size

    def copy(self):
        """As they are now."""
        return compiling.get(self._array)[: self._size].copy()

    def __setitem__(self, places, values):
        numbers = compiling.get(self._array)
        numbers[: self._size][places] = values
        compiling.write(self._array, numbers)


class Single(Pack):
    """The training of a task.

    Parameters
    ----------
    task : Task
    shared : dict, optional
        Arrays of another training, on the GPU, to work in, by name, in place of its own.
    """

    def __init__(self, task, shared=None):
        supported.check(task)
        variants = Variants.of(task.network, task.recipe, task.parameters[np.newaxis])
        super().__init__(task, variants, together=True, shared=shared)
        self._steppers = {}

    @property
    def between_steps(self):
        """Whether no mini-batch is half done, and nothing that was to be measured."""
        state = self.state[0]
        return self.between_epochs or bool(state["phase"] == layout.STEP and not state["done"])

    def advance_steps(self, count):
        """Go on for some mini-batches, and what is to be measured if they end an epoch."""
        until = self.steps + count
        while not self.done and (self.steps < until or not self.between_steps):
            self.advance(until_step=until)

    def finish_step(self):
        """Go on until no mini-batch is half done, and all after it is measured."""
        while not self.between_steps:
            self.advance(until=self.epoch, until_step=self.steps)

    def step(self, inputs, targets, weights=None):
        """One update on a mini-batch of the caller's; returns its mean loss before it."""
        self.finish_step()
        if self._all_ended:
            self.rate = self.rate  # frozen, so that only the optimizer's state goes on
        stepper = kept(self._steppers, Stepper, self, len(inputs), weights is not None)
        return stepper.step(self, inputs, targets, weights)

    def curves(self, since):
        """Running loss, running penalty and test loss of the epochs after `since`, (3, n, 1)."""
        curves = self._arrays()["curves"]
        places = [layout.RUNNING_LOSS, layout.RUNNING_PENALTY, layout.TEST_LOSS]
        return curves[places, since + 1 : int(self.state["row"][0])]

    def outputs(self):
        """The rows that the steps of the epoch visited, and the outputs of each."""
        self.finish_step()
        state, width = self.state[0], self.task.network.outputs
        under_way = state["phase"] == layout.STEP
        count = int(state["position"]) if under_way else self.task.visits
        if not self.steps:
            count = 0
        outputs = compiling.get(self.work.outputs)[: count * width].reshape(count, width)
        rows = checkpoint.order_of(self.task, self.epoch if under_way else self.epoch - 1)
        return np.array(rows[:count]), outputs

    @property
    def parameters(self):
        """Of the network; they may be set."""
        return Parameters(self.work.parameters, self.task.network.size)

    @property
    def rate(self):
        """The learning rate; it may be set."""
        return float(compiling.get(self.work.rates)[0])

    @rate.setter
    def rate(self, rate):
        compiling.write(self.work.rates, np.array([rate]))
        frozen = rate == 0.0 or self._all_ended
        compiling.write(self.work.frozen, np.array([frozen], np.int64))

    def optimizer_state(self):
        """Slots (slots, size), running products, and how many mini-batches there were."""
        self.finish_step()
        slots, powers = (self._place(name, shape) for name, shape in self._of_state.items())
        return slots, powers, self.steps

    def restore(self, slots, powers, steps):
        """Go on with an optimizer's state."""
        self.finish_step()
        checkpoint.check_state(slots, powers, self._of_state.values())
        self._put("slots", slots)
        self._put("powers", powers)
        self.state[0]["step"] = steps
        self.put_state()

    @property
    def _of_state(self):
        """The shapes of what an optimizer has come to."""
        slots = len(self.task.recipe.optimizer.entry.slots)
        return {"slots": (slots, self.task.network.size), "powers": (layout.POWERS,)}

    @property
    def running_loss(self):
        """Mean loss of the epoch's samples so far, or of the last epoch's."""
        return self._running("running", layout.RUNNING_LOSS)

    @property
    def running_penalty(self):
        """Of the epoch's mini-batches so far, or of the last epoch's."""
        return self._running("running_penalty", layout.RUNNING_PENALTY)

    def _running(self, name, curve):
        self.finish_step()
        state = self.state[0]
        if state["phase"] == layout.STEP and state["position"] > 0:
            sums = compiling.get(getattr(self.work, name)).tolist()
            return float(sum(sums) / state["position"])
        return float(self._arrays()["curves"][curve, max(int(state["row"]) - 1, 0), 0])

    def take(self):
        """The counters and arrays of a checkpoint; see `checkpoint.take`."""
        self.finish_step()
        network = compiling.get(self.work.networks)[0]
        return checkpoint.take(self.task, self.state[0], network, self._place)

    def put(self, counters, saved):
        """Go on from a checkpoint; see `checkpoint.put`."""
        networks = compiling.get(self.work.networks)
        checkpoint.put(self.task, counters, saved, self.state[0], networks[0])
        for name, array in saved.items():
            self._put(name, array)
        compiling.write(self.work.networks, networks)
        self._all_ended = bool(networks["ended"].all())
        self.rate = self.rate  # what it freezes
        if self.state[0]["phase"] == layout.STEP and is_drawn(self.task):
            order = checkpoint.order_of(self.task, self.epoch)
            compiling.write(self.work.order, order.astype(np.int32))
        self.put_state()

    def _place(self, name, shape):
        """A copy of an array of a checkpoint."""
        if name == "slots":
            return compiling.get(self.work.parameters)[self.task.network.size :].reshape(shape)
        array = compiling.get(getattr(self.work, name))
        if name == "parameters":
            return array[: shape[0]]
        if name == "curves":
            return array[:, : shape[1], 0]
        if name == "sums":
            return array[: shape[0], ..., 0]
        return array.reshape(shape)

    def _put(self, name, values):
        """Write such an array."""
        held = "parameters" if name == "slots" else name
        array = compiling.get(getattr(self.work, held))
        if name == "slots":
            array[self.task.network.size :] = np.ravel(values)
        elif name == "parameters":
            array[: len(values)] = values
        elif name == "curves":
            array[:, : values.shape[1], 0] = values
        elif name == "sums":
            array[: len(values), ..., 0] = values
        else:
            array[:] = np.reshape(values, array.shape)
        compiling.write(getattr(self.work, held), array)
