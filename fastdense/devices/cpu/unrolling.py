"""Which packs take steps that are compiled for their network alone, and from when on."""

import functools
import warnings

from fastdense import catalogue
from fastdense.kernels import registry
from fastdense.kernels.loop.step_shape import StepShape
from fastdense.kernels.registry import UNROLLED

MAX_NUMBERS = 40  # parameters and slots: those that registers do not hold are moved all the time
MAX_PRODUCTS = 160  # parameters times samples, which decide how long the code is
MAX_LAYERS = 6  # the kernel's file is named after them
# Of trainings of a kind, before their step is compiled: about as long as it takes to import Numba
# and compile it.
ENOUGH_SECONDS = 1.0


class Kind:
    """What is known of trainings whose steps have one shape.

    Attributes
    ----------
    address : int
        Of the unrolled step; 0 as long as it has not been compiled, on this machine or here.
    """

    def __init__(self, shape, dtype):
        self._shape, self._dtype = shape, dtype
        self._seconds = 0.0
        self._attempts = [None]  # that may still be made; a list, so that one thread takes it
        self.address = registry.kernel_on_disk(UNROLLED, shape, dtype)

    def note(self, seconds):
        """Trainings have taken so long; compiles the step when that is enough."""
        self._seconds += seconds
        if self.address or self._seconds < ENOUGH_SECONDS:
            return
        try:
            self._attempts.pop()
        except IndexError:
            return
        try:  # in this thread; the others go on meanwhile
            self.address = registry.kernel(UNROLLED, self._shape, self._dtype)
        except Exception as error:  # too little memory, or what LLVM does not like
            warnings.warn(f"trains on by the usual steps: {error!r}", RuntimeWarning, stacklevel=2)
        except BaseException:  # an interrupt says nothing about the next time
            self._attempts.append(None)
            raise


@functools.cache
def _kind_of(shape, dtype):
    return Kind(shape, dtype)


def kind_of(task, variants):
    """The `Kind` of a pack's trainings, or None where the usual step is the only one."""
    network, recipe = task.network, task.recipe
    if len(network.layers) > MAX_LAYERS or network.size * task.batch > MAX_PRODUCTS:
        return None
    loss = recipe.loss.entry
    optimizer = recipe.optimizer.entry
    layers = tuple(layer.unrolled for layer in network.layers if layer.unrolled)
    coupled = any(catalogue.get("activations", name).coupled for _, name in layers)
    changed = (variants.l1, variants.l2, variants.clip_value, variants.clip_norm)
    if (
        network.size * (1 + len(optimizer.slots)) > MAX_NUMBERS
        or len(layers) < len(network.layers)
        or coupled
        or loss.coupled
        or task.weights.size
        or any(numbers.any() for numbers in changed)
        or task.evaluate_every == 1  # values of losses are asked for all the time
        or recipe.epochs < 2  # and for all of the last epoch
        or recipe.gradient_accumulation_steps > 1
        or any(layer.regularized for layer in network.layers)
    ):
        return None
    names = recipe.loss.name, recipe.optimizer.name
    return _kind_of(StepShape(network.features, layers, *names, task.batch), recipe.dtype)
