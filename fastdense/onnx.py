"""`to_onnx(model, path)`: a trained network as a file that other programs predict with.

Inputs keep their channels last. Between the layers of images the graph has them first, as ONNX
does, and the features of a flatten are in the order that they have here.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fastdense import catalogue
from fastdense.errors import FastdenseError, shown
from fastdense.files.atomic import appearing
from fastdense.model import Model

if TYPE_CHECKING:
    from os import PathLike

OPSET = 18  # the first one with Mish
IR_VERSION = 8
FIRST, LAST = [0, 3, 1, 2], [0, 2, 3, 1]  # of images, to channels first and back


def to_onnx(model: "Model | Any", path: "str | PathLike[str]") -> None:
    """Write a model into an ONNX file: one input "inputs", one output "outputs".

    Inputs are (n, features), or of images (n, height, width, channels), in the dtype of the model's
    parameters; n is free. Dropout is left out, and batch normalization takes its moving averages,
    as in predictions here. A file that exists is replaced when the new one is whole.

    Parameters
    ----------
    model : Model
        Or what has one, as a `Run` does.
    path : path

    Raises
    ------
    FastdenseError
        It is no model, the package onnx is not installed, or the file cannot be written.
    """
    model = getattr(model, "model", model)
    if not isinstance(model, Model):
        raise FastdenseError(f"{shown(model)} is no model; give a Model, or a Run")
    content = _Graph(model).proto().SerializeToString()
    try:
        with appearing(Path(path)) as file:
            file.write(content)
    except (OSError, TypeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FastdenseError(f"cannot write {shown(str(path))}: {reason}") from None


def _onnx() -> Any:
    try:
        import onnx
    except ImportError:
        raise FastdenseError(
            "the package onnx is not installed; install it by pip install 'fastdense[onnx]'"
        ) from None
    return onnx


# Activations that are one operator, and its attributes; those of several are methods of `_Graph`.
OPERATORS: dict[str, tuple[str, dict[str, Any]]] = {
    "relu": ("Relu", {}), "tanh": ("Tanh", {}), "sigmoid": ("Sigmoid", {}),
    "softplus": ("Softplus", {}), "softsign": ("Softsign", {}), "exponential": ("Exp", {}),
    "softmax": ("Softmax", {"axis": -1}), "log_softmax": ("LogSoftmax", {"axis": -1}),
}  # fmt: skip


class _Graph:
    """A graph that grows by a node at a time, behind the last one."""

    def __init__(self, model: Model) -> None:
        self.onnx = _onnx()
        self.model, self.dtype = model, model.parameters.dtype
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.last, self.channels_first = "inputs", False
        parts = iter(model.network.split(model.parameters))
        for shape, layer in model.network.sized:
            arrays = next(parts) if layer.parameters(shape) else ()
            getattr(self, f"layer_{layer.entry_name()}")(layer, shape, *arrays)

    def proto(self) -> Any:
        """The checked model."""
        helper, network = self.onnx.helper, self.model.network
        kind = helper.np_dtype_to_tensor_dtype(self.dtype)
        self.nodes[-1].output[0] = "outputs"
        graph = helper.make_graph(
            self.nodes,
            "fastdense",
            [helper.make_tensor_value_info("inputs", kind, ["n", *network.shape])],
            [helper.make_tensor_value_info("outputs", kind, ["n", network.outputs])],
            self.constants,
        )
        opset = [helper.make_opsetid("", OPSET)]
        made = helper.make_model(graph, opset_imports=opset, producer_name="fastdense")
        made.ir_version = IR_VERSION
        self.onnx.checker.check_model(made)
        return made

    # Parts ------------------------------------------------------------------------------------

    def _add(self, kind: str, *others: str, of: str | None = None, **attributes: Any) -> str:
        """One more node of the last value, or of `of`, and `others`; returns its value."""
        name = f"value{len(self.nodes)}"
        inputs = [self.last if of is None else of, *others]
        self.nodes.append(self.onnx.helper.make_node(kind, inputs, [name], **attributes))
        self.last = name
        return name

    def _constant(self, values: Any, dtype: Any = None) -> str:
        name = f"constant{len(self.constants)}"
        array = np.array(values, self.dtype if dtype is None else dtype, order="C")
        self.constants.append(self.onnx.numpy_helper.from_array(array, name))
        return name

    def _with_channels(self, first: bool) -> None:
        """Images with their channels first, or last."""
        if self.channels_first != first:
            self._add("Transpose", perm=FIRST if first else LAST)
            self.channels_first = first

    def _activate(self, name: str) -> None:
        if name in OPERATORS:
            kind, attributes = OPERATORS[name]
            self._add(kind, **attributes)
        else:
            hyper = catalogue.get("activations", name).hyper
            getattr(self, name.partition("(")[0])(**hyper)

    # Layers -----------------------------------------------------------------------------------

    def layer_dense(self, layer: Any, shape: Any, weights: np.ndarray, bias: np.ndarray) -> None:
        self._add("Gemm", self._constant(weights), self._constant(bias))
        self._activate(layer.activation)

    def layer_conv2d(self, layer: Any, shape: Any, weights: np.ndarray, bias: np.ndarray) -> None:
        self._with_channels(first=True)
        turned = self._constant(weights.transpose(3, 2, 0, 1))
        self._add(
            "Conv", turned, self._constant(bias),
            kernel_shape=layer.kernel, dilations=layer.dilation,
            strides=layer.stride, pads=_pads(layer.windows(shape)),
        )  # fmt: skip
        self._activate(layer.activation)

    def layer_max_pool2d(self, layer: Any, shape: Any) -> None:
        self._pool("MaxPool", layer, shape, -np.inf)

    def layer_average_pool2d(self, layer: Any, shape: Any) -> None:
        self._pool("AveragePool", layer, shape, 0.0)
        windows = layer.windows(shape)
        inside = np.zeros((1, windows.down, windows.across, 1))
        for _, _, _, outer in windows.taps():
            inside[outer] += 1
        size = layer.size[0] * layer.size[1]
        if (inside < size).any():  # means of what of a window lies within the image
            self._add("Mul", self._constant(size / inside.transpose(FIRST)))

    def _pool(self, kind: str, layer: Any, shape: Any, around: float) -> None:
        """Pooling of images with a number around them, a node of its own.

        The reference of ONNX takes the pads of a pooling in another order than its specification.
        """
        self._with_channels(first=True)
        pads = _pads(layer.windows(shape))
        if any(pads):
            places = [0, 0, *pads[:2], 0, 0, *pads[2:]]
            self._add("Pad", self._constant(places, np.int64), self._constant(around))
        self._add(kind, kernel_shape=layer.size, strides=layer.stride)

    def layer_global_average_pool2d(self, layer: Any, shape: Any) -> None:
        self._with_channels(first=True)
        self._add("ReduceMean", self._constant([2, 3], np.int64), keepdims=0)
        self.channels_first = False

    def layer_flatten(self, layer: Any, shape: Any) -> None:
        self._with_channels(first=False)
        self._add("Flatten", axis=1)

    def layer_batch_normalization(
        self,
        layer: Any,
        shape: Any,
        scale: np.ndarray,
        shift: np.ndarray,
        mean: np.ndarray,
        variance: np.ndarray,
    ) -> None:
        # A multiplication and an addition, in float64 first: so images may stay as they are.
        factor = scale.astype(float) / np.sqrt(variance.astype(float) + layer.epsilon)
        offset = shift - mean * factor
        sides = (-1, 1, 1) if self.channels_first else (-1,)
        self._add("Mul", self._constant(factor.reshape(sides)))
        self._add("Add", self._constant(offset.reshape(sides)))

    def layer_layer_normalization(
        self, layer: Any, shape: Any, scale: np.ndarray, shift: np.ndarray
    ) -> None:
        self._with_channels(first=False)
        parts = self._constant(scale), self._constant(shift)
        self._add("LayerNormalization", *parts, axis=-1, epsilon=layer.epsilon)

    def layer_dropout(self, layer: Any, shape: Any) -> None:
        pass

    def layer_activate(self, layer: Any, shape: Any) -> None:
        self._activate(layer.function)

    def layer_rescale(self, layer: Any, shape: Any) -> None:
        self._add("Mul", self._constant(layer.factor))
        self._add("Add", self._constant(layer.offset))

    # Activations ------------------------------------------------------------------------------

    def identity(self) -> None:
        pass

    def _bounded(self, low: float, high: float) -> None:
        self._add("Clip", self._constant(low), self._constant(high))

    def relu6(self) -> None:
        self._bounded(0, 6)

    def hard_tanh(self) -> None:
        self._bounded(-1, 1)

    def hard_sigmoid(self) -> None:
        self._add("Add", self._constant(3))
        self._add("Div", self._constant(6))
        self._bounded(0, 1)

    def _times(self, factor: str, given: str) -> None:
        self._add("Mul", given, of=factor)

    def hard_silu(self) -> None:
        given = self.last
        self.hard_sigmoid()
        self._times(self.last, given)

    def silu(self) -> None:
        given = self.last
        self._times(self._add("Sigmoid"), given)

    def mish(self) -> None:
        self._add("Mish")

    def gelu(self) -> None:
        from fastdense.activations import gelu

        given = self.last
        self._add("Mul", self._constant(gelu.ROOT_HALF))
        self._add("Erf")
        self._add("Add", self._constant(1))
        self._times(self.last, given)
        self._add("Mul", self._constant(0.5))

    # Attributes are float32: with constants a model in float64 keeps its digits.

    def leaky_relu(self, slope: float) -> None:
        self._add("PRelu", self._constant([slope]))

    def selu(self) -> None:
        from fastdense.activations import selu

        self.elu(selu.ALPHA)
        self._add("Mul", self._constant(selu.SCALE))

    def elu(self, alpha: float) -> None:
        given = self.last
        zero = self._constant(0)
        above = self._add("Max", zero)
        below = self._add("Elu", of=given, alpha=1.0)
        below = self._add("Min", zero, of=below)
        below = self._add("Mul", self._constant(alpha), of=below)
        self._add("Add", above, of=below)


def _pads(windows: Any) -> list[int]:
    """Rows and columns before and behind an image, as ONNX lists them."""
    below = max(windows.high - windows.top - windows.height, 0)
    right = max(windows.wide - windows.left - windows.width, 0)
    return [windows.top, windows.left, below, right]
