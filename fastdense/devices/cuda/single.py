"""The training of one network on a GPU: a pack of one, by all threads together."""

import numpy as np

from fastdense.devices.cuda import supported
from fastdense.devices.cuda.pack import Pack
from fastdense.errors import FastdenseError
from fastdense.kernels import layout
from fastdense.variants import Variants


class Parameters:
    """The parameters of the only network of a pack, (size,), where they stand on the GPU."""

    def __init__(self, pack):
        self._pack = pack

    def copy(self):
        """As they are now."""
        return self._pack.numbers()[0, : self._pack.task.network.size, 0].copy()

    def __setitem__(self, places, values):
        size, numbers = self._pack.task.network.size, self._pack.numbers()
        numbers[0, :size, 0][places] = values
        self._pack.put_numbers(numbers)


class Single(Pack):
    """The training of a task."""

    def __init__(self, task):
        supported.check(task)
        variants = Variants.of(task.network, task.recipe, task.parameters[np.newaxis])
        super().__init__(task, variants, together=True)

    def _refuse(self, *given, **named):
        raise FastdenseError(
            'the device "cuda" trains whole epochs, and gives what they end with; for steps, '
            'checkpoints and states take the device "cpu"'
        )

    advance_steps = step = take = put = outputs = optimizer_state = restore = _refuse

    @property
    def running_penalty(self):
        """Zero, for penalties are not kept here."""
        return 0.0

    def curves(self, since):
        """Running loss, running penalty and test loss of the epochs after `since`, (3, n, 1)."""
        curves = self._arrays()["curves"]
        places = [layout.RUNNING_LOSS, layout.RUNNING_PENALTY, layout.TEST_LOSS]
        return curves[places, since + 1 : int(self._state["row"][0])]

    @property
    def parameters(self):
        """Of the network; they may be set."""
        return Parameters(self)

    @property
    def rate(self):
        """The learning rate."""
        return self.task.recipe.learning_rate

    @rate.setter
    def rate(self, rate):
        self._refuse()

    @property
    def running_loss(self):
        """Mean loss of the last epoch's samples, if it was evaluated."""
        return float(self.results(final=False)["running_loss"][0][-1])
