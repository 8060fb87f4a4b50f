"""`from_torch(module, ...) -> Converted`: a module of PyTorch with its training, and back again."""

import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from fastdense.arrays import loaders
from fastdense.arrays.conversion import numbers_of
from fastdense.dataset import Data
from fastdense.errors import FastdenseError, shown
from fastdense.model import Model
from fastdense.network import Network
from fastdense.once import once
from fastdense.recipe import DTYPES, Recipe
from fastdense.torch.losses import loss_of
from fastdense.torch.operators import chain_of, copied
from fastdense.torch.optimizers import Optimizer
from fastdense.torch.stack import stack_of
from fastdense.training import OptimizerState

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

PROBES = 3  # rows on which a module and its network are compared
FAR = 1e-3  # relative to the largest output: a conversion that is wrong is farther off


def from_torch(
    module: Any,
    example: Any = None,
    loss: Any = None,
    optimizer: Any = None,
    *,
    of_labels: bool = True,
) -> "Converted":
    """A module of PyTorch as a network here, with its parameters and how it is trained.

    The module, the optimizer and the global random numbers are left as they are. What is not
    exactly the same here is refused, by its name.

    Parameters
    ----------
    module : torch.nn.Module
        An `nn.Sequential`, nested ones too, of layers that are here; or, with an `example`, any
        module whose operators are a chain of these.
    example : tensor, shape (n, features) or (n, channels, height, width), optional
        Inputs as the module takes them, one or more. Needed where images come in, for their height
        and width, and for a module that is no `nn.Sequential`, to record its operators.
    loss : module under torch.nn, optional
        Or a function under `torch.nn.functional`.
    optimizer : torch.optim.Optimizer, optional
        Of the module's parameters.
    of_labels : bool
        Whether the targets of a cross entropy are class labels, and not a probability for each
        class.

    Returns
    -------
    Converted

    Raises
    ------
    FastdenseError
        A layer, an operator, an option, a loss or an optimizer that is not here.
    """
    torch = _torch()
    if not isinstance(module, torch.nn.Module):
        raise FastdenseError(f"{shown(module)} is no module of PyTorch; give a torch.nn.Module")
    return Converted(module, _example(example), loss, optimizer, of_labels)


class Converted:
    """A module of PyTorch as it is here; `from_torch` makes it.

    Attributes
    ----------
    network : Network
    parameters : ndarray, shape (network.size,)
        Read-only, in the dtype of the module's.
    recipe : Recipe or None
        None where neither a loss nor an optimizer was given; what else a recipe says (epochs,
        batch_size, ...) is as it usually is, so replace it.
    optimizer_state : OptimizerState or None
        What the optimizer has come to, for `Training.optimizer_state`; None if it has no state.
    squeezed : bool
        Whether the module gives (n,) in place of (n, 1).
    """

    network: Network
    parameters: np.ndarray
    recipe: Recipe | None
    optimizer_state: OptimizerState | None

    def __init__(
        self,
        module: Any,
        example: Any,
        loss: Any = None,
        optimizer: Any = None,
        of_labels: bool = True,
    ) -> None:
        _check_begun(module)
        own = {name: one.detach() for name, one in module.state_dict(keep_vars=True).items()}
        dtype = _dtype(module)
        _check_shared(module)
        chain = chain_of(module, example)
        shapes = {name: tuple(one.shape) for name, one in own.items()}
        self.squeezed = bool(chain) and chain[-1].kind == "squeeze"
        inputs = None if example is None else tuple(example.shape[1:])
        trained = {n: one for n, one in module.named_parameters() if one.requires_grad}
        frozen = {name for name, _ in module.named_parameters()} - set(trained)
        self.network, self._places = stack_of(chain, inputs, shapes, frozen)
        self._module, self._dtype = copied(module), dtype
        self.parameters = self._flat({n: one.cpu().numpy() for n, one in own.items()})
        self.parameters.setflags(write=False)
        _check_agreement(self, example)
        fields: dict[str, Any] = {"dtype": dtype}
        self.optimizer_state = None
        if loss is not None:
            fields |= loss_of(loss, of_labels).fields
        if optimizer is not None:
            read = Optimizer(optimizer, module)
            fields |= {"optimizer": read.table, "learning_rate": read.rate}
            self.optimizer_state = read.state(trained, self._flat)
        self.recipe = Recipe(**fields) if loss is not None or optimizer is not None else None

    def __repr__(self) -> str:
        return f"Converted({self.network!r})"

    @once
    def model(self) -> Model:
        """The network with the module's parameters."""
        return Model(self.network, self.parameters)

    def inputs(self, inputs: Any) -> np.ndarray:
        """Inputs as the module takes them, as the network here takes them.

        Images (n, channels, height, width) become (n, height, width, channels); rows stay rows.
        """
        array = loaders.array_of("inputs", inputs)
        if len(self.network.shape) == 1:
            return array.reshape(len(array), -1)
        height, width, channels = self.network.shape
        if array.shape[1:] != (channels, height, width):
            raise FastdenseError(
                f"inputs have the shape {array.shape}; expected (n, {channels}, {height}, {width})"
            )
        return loaders.channels_last(array)

    def data(self, inputs: Any, targets: Any = None) -> Data:
        """The `Data` of inputs and targets as the module takes them.

        Parameters
        ----------
        inputs : tensor or array, or a data set or loader of PyTorch with both
        targets : tensor or array, optional
        """
        if targets is None:
            return Data.of(inputs)
        return Data(self.inputs(inputs), loaders.array_of("targets", targets))

    def to_torch(self, parameters: "ArrayLike | Any" = None) -> Any:
        """A new module of the same structure, with these parameters under the same names.

        Parameters
        ----------
        parameters : array_like, shape (network.size,), or a Run, Model or Training, optional
            Those that were converted, if not given.
        """
        import torch

        given = self.parameters if parameters is None else parameters
        given = numbers_of("parameters", getattr(given, "parameters", given))
        if given.shape != (self.network.size,):
            raise FastdenseError(
                f"parameters of shape {given.shape} given; the module has {self.network.size}"
            )
        module = copy.deepcopy(self._module)
        held = module.state_dict(keep_vars=True)
        first = 0
        with torch.no_grad():
            for name, places in self._places:
                numbers = np.empty(len(places), given.dtype)
                numbers[places] = given[first : first + len(places)]
                first += len(places)
                if name is None:  # biases that are none there
                    continue
                tensor = held[name]
                tensor.copy_(torch.from_numpy(numbers.astype(self._dtype)).reshape(tensor.shape))
        return module

    def _flat(self, arrays: dict[str, np.ndarray]) -> np.ndarray:
        """Arrays by the names of the module's tensors as one vector; those not given are zeros."""
        flat = np.zeros(self.network.size, self._dtype)
        first = 0
        for name, places in self._places:
            if name in arrays:
                flat[first : first + len(places)] = arrays[name].reshape(-1)[places]
            first += len(places)
        return flat


def _torch():
    try:
        import torch
    except ImportError:
        raise FastdenseError(
            "PyTorch is not installed; install it by pip install 'fastdense[torch]'"
        ) from None
    return torch


def _example(example):
    """An example as a tensor, or None."""
    import torch

    if example is None:
        return None
    if isinstance(example, np.ndarray):
        example = torch.from_numpy(example)
    if not isinstance(example, torch.Tensor):
        raise FastdenseError(
            f"example is {shown(type(example).__name__)}; expected a tensor of inputs"
        )
    if example.ndim not in (2, 4) or not len(example):
        raise FastdenseError(
            f"example has the shape {tuple(example.shape)}; expected (n, features), or of images "
            "(n, channels, height, width)"
        )
    return example.detach()


def _dtype(module):
    """The one dtype of a module's parameters."""
    if next(module.parameters(), None) is None:
        raise FastdenseError(
            "the module has no parameters; give one with an nn.Linear, in which a network ends"
        )
    found = {str(one.dtype).removeprefix("torch.") for one in module.parameters()}
    if len(found) != 1 or not found <= set(DTYPES):
        raise FastdenseError(
            f"the module has parameters of {', '.join(sorted(found))}; expected float32 or float64 "
            "throughout, as module.float() makes them"
        )
    return found.pop()


def _check_begun(module):
    from torch.nn.parameter import is_lazy

    for name, one in (*module.named_parameters(), *module.named_buffers()):
        if is_lazy(one):
            raise FastdenseError(
                f"the parameter {name!r} has no shape yet; call the module once with inputs"
            )


def _check_shared(module):
    names = {}
    for name, one in module.named_parameters(remove_duplicate=False):
        if id(one) in names:
            raise FastdenseError(
                f"{names[id(one)]!r} and {name!r} are one parameter, which is not here; give each "
                "layer its own"
            )
        names[id(one)] = name


def _check_agreement(converted, example):
    """Compare predictions with the module's: what a module does beside its operators shows here."""
    import torch

    if not np.isfinite(converted.parameters).all():
        return  # of a training that diverged
    copied = copy.deepcopy(converted._module).eval()
    one = next(copied.parameters())
    if example is None:
        rng = np.random.default_rng(0)
        example = torch.from_numpy(rng.normal(size=(PROBES, converted.network.features)))
    example = example[:PROBES].to(one.dtype)
    with loaders.random_states_kept(), torch.no_grad():
        try:
            theirs = copied(example.to(one.device)).cpu().numpy()
        except Exception as error:
            reason = str(error).strip().partition("\n")[0]
            raise FastdenseError(
                f"the module does not take inputs of shape {tuple(example.shape)}: {reason}"
            ) from None
    ours = converted.model.predict(converted.inputs(example))
    with np.errstate(all="ignore"):
        theirs = theirs.reshape(ours.shape)
        far = np.abs(ours - theirs).max() > FAR * (1 + np.abs(theirs).max())
    if far:
        raise FastdenseError(
            "the module predicts otherwise than its layers do; leave out what it does beside them"
        )
