"""Layers of a chain of PyTorch's operators, and where each of its parameters goes.

Images there have their channels first, here last. So the numbers of a parameter stand in another
order; and behind a flatten the features do, until a linear layer mixes them.
"""

from dataclasses import replace

import numpy as np

from fastdense.errors import FastdenseError
from fastdense.layers.activate import Activation
from fastdense.layers.average_pool2d import AveragePool2D
from fastdense.layers.batch_normalization import BatchNormalization
from fastdense.layers.conv2d import Conv2D
from fastdense.layers.dense import Dense
from fastdense.layers.dropout import Dropout
from fastdense.layers.flatten import Flatten
from fastdense.layers.global_average_pool2d import GlobalAveragePool2D
from fastdense.layers.layer_normalization import LayerNormalization
from fastdense.layers.max_pool2d import MaxPool2D
from fastdense.network import Network
from fastdense.torch.operators import shown_option

# How PyTorch draws them; a diagnosis that begins anew does so, too.
DRAWN = {"weights": "torch_linear", "bias": "torch_linear"}
# Operators to activations, and the options at which they are these.
ACTIVATIONS = {
    "relu": ("relu", {}), "relu6": ("relu6", {}),
    "leaky_relu": ("leaky_relu", {"negative_slope": 0.01}),
    "elu": ("elu", {"alpha": 1, "scale": 1, "input_scale": 1}), "celu": ("elu", {"alpha": 1}),
    "selu": ("selu", {}), "gelu": ("gelu", {"approximate": "none"}), "sigmoid": ("sigmoid", {}),
    "tanh": ("tanh", {}), "softplus": ("softplus", {"beta": 1, "threshold": 20}),
    "softsign": ("softsign", {}), "silu": ("silu", {}), "mish": ("mish", {}),
    "hardswish": ("hard_silu", {}), "hardsigmoid": ("hard_sigmoid", {}),
    "exp": ("exponential", {}), "softmax": ("softmax", {}), "log_softmax": ("log_softmax", {}),
}  # fmt: skip
BOUNDS = {(-1, 1): "hard_tanh", (0, 6): "relu6"}
COUPLED = "softmax", "log_softmax"  # along the features


def stack_of(chain, inputs, shapes, frozen=()):
    """The `Network` of a chain, and where the numbers of its parameters stand in PyTorch's tensors.

    Parameters
    ----------
    chain : list of Operator
    inputs : tuple of int or None
        Shape of a sample, (features,) or (channels, height, width); None for what the first linear
        layer takes.
    shapes : dict
        Names of tensors to their shapes.
    frozen : set of str
        Names of those that no optimizer changes.

    Returns
    -------
    network : Network
    places : list of (str or None, ndarray of int)
        For each tensor, in the order of the network's parameters, the place in it of each number;
        without a name where there is none, and the parameters are zero.
    """
    return _Stack(chain, inputs, shapes, frozen).finished()


def _pair(value):
    """(height, width) of a number, or of one or two in a sequence."""
    values = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    return values * 2 if len(values) == 1 else values


class _Stack:
    def __init__(self, chain, inputs, shapes, frozen):
        self.chain, self.shapes, self.frozen = chain, shapes, frozen
        self.layers, self.places, self.seen = [], [], set()
        self.order = None  # of the features, as places in PyTorch's; None for the same
        if inputs is None:
            inputs = self._features_of_the_first()
        # Of a sample, as PyTorch has it; and as it is here.
        self.there = tuple(inputs)
        self.here = self._ours(self.there)
        self.inputs = self.here[0] if len(self.here) == 1 else self.here
        for place, operator in enumerate(chain):
            self.is_last = place + 1 == len(chain)
            getattr(self, f"_{operator.kind}", self._activation)(operator)

    def finished(self):
        last = self.layers[-1] if self.layers else None
        if not isinstance(last, Dense):
            where = self.chain[-1].where if self.chain else "an empty module"
            raise FastdenseError(
                f"the module ends in {where}; expected a Linear with at most one activation "
                "behind it, in which a network here ends"
            )
        return Network(self.inputs, self.layers), self.places

    def _features_of_the_first(self):
        for operator in self.chain:
            if operator.kind == "linear":
                return (self.shapes[operator.tensors["weight"]][1],)
            if operator.kind in ("conv2d", "max_pool2d", "avg_pool2d", "adaptive_avg_pool2d"):
                raise FastdenseError(
                    f"{operator.where} takes images, whose height and width no parameter tells; "
                    "give an example input, such as from_torch(module, example=images[:2])"
                )
        raise FastdenseError("the module has no Linear, in which a network here ends; add one")

    @staticmethod
    def _ours(there):
        return (*there[1:], there[0]) if len(there) == 3 else there

    def _add(self, operator, layer, there=None):
        """One more layer, which gives samples of the shape `there`."""
        try:
            self.here = layer.outputs(self.here)
        except FastdenseError as error:
            raise FastdenseError(f"{operator.where}: {error}") from None
        self.there = self._ours_inverse() if there is None else there
        self.layers.append(layer)

    def _ours_inverse(self):
        return (self.here[2], *self.here[:2]) if len(self.here) == 3 else self.here

    def _take(self, operator, *parts):
        """Parameters of the layer that was added, `(role, reorder)` each, in its order."""
        for role, reorder in parts:
            name = operator.tensors.get(role)
            if name is None:
                raise operator.refused(
                    f"no {role}",
                    f"give it one: every layer here has {role}s"
                    if role == "bias"
                    else "give it one, as its default is",
                )
            if name in self.seen:
                raise operator.refused(
                    f"the parameter {name!r} of another one", "give each its own"
                )
            self.seen.add(name)
            shape = self.shapes[name]
            count = int(np.prod(shape))
            self.places.append((name, reorder(np.arange(count).reshape(shape)).ravel()))

    def _trainable(self, operator):
        """Whether its parameters are trained: all of them, or none."""
        own = [operator.tensors[role] for role in ("weight", "bias") if role in operator.tensors]
        held = [name for name in own if name in self.frozen]
        if held and len(held) < len(own):
            raise FastdenseError(
                f"{operator.where} has the parameter {held[0]!r} with requires_grad=False and "
                "others with True; a layer here is trained as a whole, or not"
            )
        return not held

    def _in_order(self, numbers):
        """Numbers of the features, or along the first axis, in the order that they have here."""
        return numbers if self.order is None else numbers[self.order]

    def _images(self, operator, are=True):
        if (len(self.there) == 3) != are:
            what = "features" if are else f"images of {self.there}"
            instead = "leave it out" if are else "put nn.Flatten() before it"
            raise operator.refused(f"{what} as its inputs", instead)

    # Layers -----------------------------------------------------------------------------------

    def _linear(self, operator):
        self._images(operator, are=False)
        units, features = self.shapes[operator.tensors["weight"]]
        if features != self.here[0]:
            raise operator.refused(f"{features} inputs but is given {self.here[0]}", "change one")
        order = self._in_order
        self._take(operator, ("weight", lambda a: order(a.T)))
        drawn = self._biases(operator, units)
        self._add(operator, Dense(units, trainable=self._trainable(operator), **drawn))
        self.order = None

    def _conv2d(self, operator):
        self._images(operator)
        if operator.option("groups", 1) != 1:
            raise operator.refused(f"groups={operator.option('groups')}", "give it groups=1")
        mode = operator.option("padding_mode", "zeros")
        if mode != "zeros":
            raise operator.refused(f"padding_mode={mode!r}", 'give it padding_mode="zeros"')
        filters, channels, *kernel = self.shapes[operator.tensors["weight"]]
        if channels != self.here[2]:
            raise operator.refused(f"{channels} channels but is given {self.here[2]}", "change one")
        stride, dilation = (_pair(operator.option(name, 1)) for name in ("stride", "dilation"))
        padding = operator.option("padding", 0)
        padding = padding if isinstance(padding, str) else _pair(padding)
        self._take(operator, ("weight", lambda a: a.transpose(2, 3, 1, 0)))
        drawn = self._biases(operator, filters)
        drawn["trainable"] = self._trainable(operator)
        layer = self._made(
            operator, Conv2D, filters, tuple(kernel), "identity", stride, padding, dilation, **drawn
        )
        self._add(operator, layer)

    def _biases(self, operator, units):
        """Take the biases of a layer, or say that it has none; how it is drawn."""
        if "bias" in operator.tensors:
            self._take(operator, ("bias", lambda a: a))
            return {**DRAWN}
        self.places.append((None, np.arange(units)))  # zeros, which stay so
        return {"weights": DRAWN["weights"], "use_bias": False}

    def _made(self, operator, kind, *arguments, **options):
        try:
            return kind(*arguments, **options)
        except FastdenseError as error:
            raise FastdenseError(f"{operator.where}: {error}") from None

    def _max_pool2d(self, operator):
        if _pair(operator.option("dilation", 1)) != (1, 1):
            raise operator.refused(
                f"dilation={shown_option(operator.option('dilation'))}", "give it dilation=1"
            )
        if operator.option("return_indices", False):
            raise operator.refused("return_indices=True", "leave it out")
        self._pool(operator, MaxPool2D)

    def _avg_pool2d(self, operator):
        if operator.option("divisor_override") is not None:
            raise operator.refused("a divisor_override", "leave it out")
        if any(_pair(operator.option("padding", 0))) and operator.option("count_include_pad", True):
            raise operator.refused(
                "count_include_pad=True with a padding", "give it count_include_pad=False"
            )
        self._pool(operator, AveragePool2D)

    def _pool(self, operator, kind):
        self._images(operator)
        size, padding = _pair(operator.option("kernel_size")), _pair(operator.option("padding", 0))
        stride = operator.option("stride") or size
        stride = size if stride in ([], ()) else _pair(stride)
        layer = self._made(operator, kind, size, stride, padding)
        if operator.option("ceil_mode", False):
            for side, k, s, p in zip(self.here[:2], size, stride, padding, strict=True):
                if (side + 2 * p - k) % s:
                    raise operator.refused(
                        f"ceil_mode=True on images of {self.here[0]} x {self.here[1]}",
                        "give it ceil_mode=False",
                    )
        self._add(operator, layer)

    def _adaptive_avg_pool2d(self, operator):
        self._images(operator)
        wanted = _pair(operator.option("output_size"))
        sides = self.here[:2]
        wanted = tuple(n if w is None else w for w, n in zip(wanted, sides, strict=True))
        if wanted == (1, 1):
            self._global(operator, (self.here[2], 1, 1))
            return
        if any(n % w for w, n in zip(wanted, sides, strict=True)):
            raise operator.refused(
                f"output_size={wanted} on images of {sides[0]} x {sides[1]}",
                "give it 1, or sizes that divide those of the images",
            )
        size = tuple(n // w for w, n in zip(wanted, sides, strict=True))
        self._add(operator, AveragePool2D(size, size))

    def _global(self, operator, there):
        self._add(operator, GlobalAveragePool2D(), there)

    def _mean(self, operator):
        axes = operator.option("dim")
        if len(self.here) != 3 or {axis % 4 for axis in axes or ()} != {2, 3}:
            raise operator.refused(f"dim={shown_option(axes)}", "give it the height and width")
        channels = self.here[2]
        self._global(operator, (channels, 1, 1) if operator.option("keepdim") else (channels,))

    def _flatten(self, operator):
        first, last = operator.option("start_dim", 1), operator.option("end_dim", -1)
        if first != 1 or last not in (-1, len(self.there)):
            raise operator.refused(
                f"start_dim={first} and end_dim={last}", "give it 1 and -1, all but the samples"
            )
        self._flat(operator)

    def _flat(self, operator):
        if len(self.here) == 3:
            order = np.arange(int(np.prod(self.there))).reshape(self.there)
            self._add(operator, Flatten())
            self.order = order.transpose(1, 2, 0).ravel()
        self.there = self.here

    def _reshape(self, operator):
        samples, *rest = operator.shape
        if tuple(rest) == self.there:
            return
        if rest != [int(np.prod(self.there))]:
            raise operator.refused(
                f"the shape {operator.shape}", "give it (n, -1), all numbers of a sample in a row"
            )
        self._flat(operator)

    def _squeeze(self, operator):
        """At the end, where (n, 1) becomes (n,); or of the sides of images that are 1 x 1."""
        rest = operator.shape[1:]
        if rest == () and self.is_last and self.here == (1,):
            return
        if len(self.there) == 3 and rest == self.here:
            self.there = self.here
        elif rest != self.there:
            raise operator.refused(
                f"the shape {operator.shape}", "leave it out, or put it last behind one output"
            )

    def _batch_norm(self, operator):
        dimensions = operator.option("dimensions")
        if dimensions is not None:
            self._images(operator, are=dimensions == 2)
        for role in ("running_mean", "running_var"):
            if role not in operator.tensors:
                raise operator.refused("no running averages", "give it track_running_stats=True")
        if "weight" not in operator.tensors:
            raise operator.refused("affine=False", "give it affine=True")
        momentum = operator.option("momentum")
        if momentum is None or not 0 < momentum <= 1:
            raise operator.refused(
                f"momentum={momentum}", "give it a number above 0 and up to 1, such as 0.1"
            )
        order = self._in_order
        roles = "weight", "bias", "running_mean", "running_var"
        self._take(operator, *((role, order) for role in roles))
        trainable = self._trainable(operator)
        layer = BatchNormalization(operator.option("eps"), 1 - momentum, True, trainable=trainable)
        self._add(operator, layer, self.there)

    def _layer_norm(self, operator):
        shape = tuple(operator.option("normalized_shape"))
        if len(self.there) != 1 or shape != self.there:
            raise operator.refused(
                f"normalized_shape={shape} on samples of {self.there}",
                "put it where there are features, and give it their number",
            )
        if "weight" not in operator.tensors:
            raise operator.refused("elementwise_affine=False", "give it elementwise_affine=True")
        self._take(operator, ("weight", self._in_order), ("bias", self._in_order))
        trainable = self._trainable(operator)
        self._add(operator, LayerNormalization(operator.option("eps"), trainable=trainable))

    def _dropout(self, operator):
        rate = operator.option("p")
        if operator.option("train", True) and rate > 0:
            layer = self._made(operator, Dropout, float(rate))
            self._add(operator, layer, self.there)

    def _identity(self, operator):
        pass

    # Activations ------------------------------------------------------------------------------

    def _hardtanh(self, operator):
        bounds = operator.option("min_val"), operator.option("max_val")
        if bounds not in BOUNDS:
            raise operator.refused(f"the bounds {bounds}", "give it -1 and 1, or 0 and 6")
        self._activate(operator, BOUNDS[bounds])

    def _clamp(self, operator):
        bounds = operator.option("min"), operator.option("max")
        found = {(0, None): "relu", **BOUNDS}.get(bounds)
        if found is None:
            raise operator.refused(f"the bounds {bounds}", "give it 0, 0 and 6, or -1 and 1")
        self._activate(operator, found)

    def _activation(self, operator):
        name, usual = ACTIVATIONS[operator.kind]
        for option, value in usual.items():
            given = operator.option(option, value)
            if given != value:
                raise operator.refused(f"{option}={shown_option(given)}", f"give it {value!r}")
        if name in COUPLED and operator.option("dim") not in (1, -1):
            raise operator.refused(f"dim={operator.option('dim')}", "give it dim=1")
        self._activate(operator, name)

    def _activate(self, operator, name):
        last = self.layers[-1] if self.layers else None
        apart = not isinstance(last, (Dense, Conv2D)) or last.activation != "identity"
        if name in COUPLED and (apart or isinstance(last, Conv2D)):
            raise operator.refused("units that depend on each other", "put it behind a Linear")
        if apart:
            self._add(operator, Activation(name), self.there)
        else:
            self.layers[-1] = replace(last, activation=name)
