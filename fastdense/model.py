"""`Model`: a network with its parameters, to predict with, evaluate, differentiate and keep."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fastdense.arrays.conversion import numbers_of
from fastdense.devices import device_of
from fastdense.errors import FastdenseError, shown
from fastdense.files import safetensors
from fastdense.network import Network
from fastdense.once import once
from fastdense.recipe import DTYPES, Recipe
from fastdense.task import prepare

if TYPE_CHECKING:
    from os import PathLike

    from numpy.typing import ArrayLike

    from fastdense.catalogue import Choice
    from fastdense.dataset import Data

FORMAT = "fastdense model 1"


@dataclass(frozen=True)
class Evaluation:
    """How well a model does on some data.

    Attributes
    ----------
    loss : float
        Mean over the rows, without dropout and penalties.
    accuracy : float or None
        Share of right answers, where the loss has classes.
    """

    loss: float
    accuracy: float | None


class Model:
    """A network with its parameters.

    Parameters
    ----------
    network : Network
    parameters : array_like, shape (network.size,)
        float32 or float64; copied.
    device : str
        Where it predicts and is evaluated.

    Raises
    ------
    FastdenseError
        No such device, or not as many parameters as the network has.
    """

    def __init__(self, network: Network, parameters: "ArrayLike", *, device: str = "cpu") -> None:
        if not isinstance(network, Network):
            raise FastdenseError(f"{shown(network)} is not a network; give a Network")
        device_of(device)
        given = numbers_of("parameters", parameters)
        if given.shape != (network.size,):
            raise FastdenseError(
                f"parameters of shape {given.shape} given; the network has {network.size}"
            )
        self.network, self._device = network, device
        # Of a training that diverged they may be NaN, and so are its predictions then.
        self.parameters = np.array(given, given.dtype if str(given.dtype) in DTYPES else np.float32)
        self.parameters.setflags(write=False)

    def __repr__(self) -> str:
        return f"Model({self.network!r}, {self.network.size:,} parameters)"

    @property
    def layers(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Weights (n_in, n_out) and bias (n_out,) of each dense layer."""
        return self.network.split(self.parameters)

    @once
    def _predictor(self) -> Callable[[Any], np.ndarray]:
        return device_of(self._device).predictor(self.network, self.parameters)

    def predict(self, inputs: "ArrayLike") -> np.ndarray:
        """Outputs, shape (n, outputs), for inputs (n, features)."""
        return self._predictor(inputs)

    def evaluate(
        self,
        data: "Data | tuple[ArrayLike, ArrayLike]",
        loss: "str | dict[str, Any] | Choice" = "mse",
        *,
        class_weights: Sequence[float] = (),
    ) -> Evaluation:
        """The `Evaluation` on data.

        Parameters
        ----------
        data : Data or (inputs, targets)
            Sample weights count; test rows do not.
        loss : str, dict or Choice
            Name of a loss, as a recipe has it.
        class_weights : sequence of float
            As a recipe has them.
        """
        return self._evaluated(data, loss, class_weights)[0]

    def loss_and_gradient(
        self,
        data: "Data | tuple[ArrayLike, ArrayLike]",
        loss: "str | dict[str, Any] | Choice" = "mse",
        *,
        class_weights: Sequence[float] = (),
    ) -> tuple[float, np.ndarray]:
        """The mean loss over data, and its gradient, shape (network.size,).

        Parameters are as in `evaluate`. There is no dropout, and there are no penalties.
        `network.split(gradient)` has it by layer.
        """
        evaluation, session = self._evaluated(data, loss, class_weights, observe_every=1)
        return evaluation.loss, session.gradient()

    def _evaluated(self, data, loss, class_weights, observe_every=0):
        dtype = str(self.parameters.dtype)
        recipe = Recipe(loss=loss, epochs=0, dtype=dtype, class_weights=class_weights)
        task = prepare(self.network, recipe, data, self.parameters, observe_every=observe_every)
        session = device_of(self._device).begin(task.trained)
        while not session.done:
            session.advance()
        latest = session.latest()
        return Evaluation(latest["loss"], latest.get("accuracy")), session

    def compiled(self) -> Callable[..., np.ndarray]:
        """A function for your own jitted code: `forward(inputs, out=None)`.

        It takes a row (features,) or rows (n, features), and writes into `out`, which it returns,
        or into a new array. With `out` it allocates nothing, and it touches no Python object. Numba
        compiles it where it is first called, for this network with these parameters, in about a
        second. Outputs have the bits of `predict`.
        """
        from fastdense.kernels.embedded import embedded

        return embedded(self.network, self.parameters)

    def save(self, path: "str | PathLike[str]") -> None:
        """Write network and parameters into a safetensors file, by layer.

        The arrays are `layers.0.weights` (n_in, n_out), `layers.0.bias` (n_out,), ..., of layers
        that have parameters. A file that exists is replaced when the new one is whole.
        """
        arrays = self.network.named(self.parameters)
        safetensors.write(path, arrays, {"format": FORMAT, "network": self.network.to_dict()})

    @classmethod
    def load(cls, path: "str | PathLike[str]", *, device: str = "cpu") -> "Model":
        """The model in a file that `save` wrote.

        Parameters
        ----------
        path : path
        device : str
            Where it predicts: "cpu" or "reference".

        Raises
        ------
        FastdenseError
            No whole file of a model, or numbers that are not finite.
        """
        arrays, about = safetensors.read(path)
        if about.get("format") != FORMAT:
            raise FastdenseError(
                f"{shown(str(path))} is no model; give a file that one was saved in"
            )
        try:
            written = {key: about["network"][key] for key in ("inputs", "layers")}
            network = Network.from_dict(written)
            parameters = np.empty(network.size, next(iter(arrays.values())).dtype)
            expected = network.named(parameters)
            if {n: (a.shape, a.dtype) for n, a in arrays.items()} != {
                n: (a.shape, a.dtype) for n, a in expected.items()
            }:
                raise KeyError
        except (KeyError, TypeError, AttributeError, StopIteration):
            raise FastdenseError(
                f"{shown(str(path))} does not hold the arrays of its network; it was changed"
            ) from None
        for name, part in expected.items():
            part[:] = arrays[name]
        if not np.isfinite(parameters).all():
            raise FastdenseError(
                f"{shown(str(path))} holds NaN or infinity; train anew, with a lower learning rate"
            )
        return cls(network, parameters, device=device)
