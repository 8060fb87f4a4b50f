"""A module as a chain of operators: of an `nn.Sequential` its modules, of others what is exported.

Both ways give the same operators, named and with arguments as ATen has them.
"""

import copy
from dataclasses import dataclass, field
from typing import Any

from fastdense.arrays.loaders import random_states_kept
from fastdense.errors import FastdenseError, shown
from fastdense.frameworks import ANSWERS, spelling


@dataclass(frozen=True, eq=False)
class Operator:
    """One link of the chain.

    Attributes
    ----------
    kind : str
        Such as "conv2d".
    where : str
        What it is called in messages: the class of a module, or the operator, and its place.
    options : dict
        Its arguments that are no tensors.
    tensors : dict
        "weight", "bias", ... to names in the module's `state_dict`.
    shape : tuple or None
        Of what it gives, where it was exported; the samples first.
    """

    kind: str
    where: str
    options: dict = field(default_factory=dict)
    tensors: dict = field(default_factory=dict)
    shape: tuple | None = None

    def option(self, name, usual=None) -> Any:
        return self.options.get(name, usual)

    def refused(self, what, instead):
        """The error for something about it that is not here."""
        return FastdenseError(f"{self.where} has {what}, which is not here; {instead}")


def chain_of(module, example):
    """The operators of a module, in their order.

    Raises
    ------
    FastdenseError
        The module is no chain of operators that are here.
    """
    if example is None or _is_plain(module):
        return _of_sequential(module)
    return _of_exported(module, example)


def copied(module):
    """A copy of a module, as nothing may happen to the one that was given."""
    try:
        return copy.deepcopy(module)
    except Exception as error:
        reason = str(error).strip().partition("\n")[0]
        raise FastdenseError(
            f"{type(module).__name__} cannot be copied: {reason}; give one that deepcopy takes"
        ) from None


# Modules --------------------------------------------------------------------------------------


def _options(*names, **fixed):
    """Reads attributes of a module, some of which are only there where something is unusual."""
    return lambda module: {name: getattr(module, name) for name in names} | fixed


def _adaptive(module):
    return {"output_size": module.output_size}


WINDOW = "kernel_size", "stride", "padding"
# The class of a module under `torch.nn` to the operator that it is, and its options.
MODULES = {
    "Linear": ("linear", _options()),
    "Conv2d": ("conv2d", _options("stride", "padding", "dilation", "groups", "padding_mode")),
    "MaxPool2d": ("max_pool2d", _options(*WINDOW, "dilation", "ceil_mode", "return_indices")),
    "AvgPool2d": (
        "avg_pool2d",
        _options(*WINDOW, "ceil_mode", "count_include_pad", "divisor_override"),
    ),
    "AdaptiveAvgPool2d": ("adaptive_avg_pool2d", _adaptive),
    "Flatten": ("flatten", _options("start_dim", "end_dim")),
    "BatchNorm1d": ("batch_norm", _options("momentum", "eps", dimensions=1)),
    "BatchNorm2d": ("batch_norm", _options("momentum", "eps", dimensions=2)),
    "LayerNorm": ("layer_norm", _options("normalized_shape", "eps")),
    "Dropout": ("dropout", _options("p")),
    "Identity": ("identity", _options()),
    "ReLU": ("relu", _options()),
    "ReLU6": ("hardtanh", _options("min_val", "max_val")),
    "Hardtanh": ("hardtanh", _options("min_val", "max_val")),
    "LeakyReLU": ("leaky_relu", _options("negative_slope")),
    "ELU": ("elu", _options("alpha")),
    "CELU": ("celu", _options("alpha")),
    "SELU": ("selu", _options()),
    "GELU": ("gelu", _options("approximate")),
    "Sigmoid": ("sigmoid", _options()),
    "Tanh": ("tanh", _options()),
    "Softplus": ("softplus", _options("beta", "threshold")),
    "Softsign": ("softsign", _options()),
    "SiLU": ("silu", _options()),
    "Mish": ("mish", _options()),
    "Hardswish": ("hardswish", _options()),
    "Hardsigmoid": ("hardsigmoid", _options()),
    "Softmax": ("softmax", _options("dim")),
    "LogSoftmax": ("log_softmax", _options("dim")),
}
HOOKS = "_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks"


def _is_plain(module):
    """Whether it is one layer of `torch.nn`, or an `nn.Sequential` of such, nested ones too.

    What is not here among these is refused as such, whatever it might be recorded as.
    """
    from torch import nn

    if type(module) is nn.Sequential:
        return all(map(_is_plain, module._modules.values()))
    return getattr(nn, type(module).__name__, None) is type(module) and not module._modules


def _of_sequential(module):
    from torch import nn

    if type(module) is not nn.Sequential:
        if _known(module) is None:
            raise FastdenseError(
                f"{type(module).__name__} is no nn.Sequential; give an example input, such as "
                "from_torch(module, example=inputs[:2]), so that its operators can be recorded"
            )
        return [_of_module(module, "")]
    return [*_modules_of(module, "", nn)]


def _modules_of(module, path, nn):
    _check_hooks(module, path)
    for name, child in module._modules.items():  # also what stands there twice
        own = f"{path}.{name}" if path else name
        if type(child) is nn.Sequential:
            yield from _modules_of(child, own, nn)
        else:
            yield _of_module(child, own)


def _known(module):
    """The entry of `MODULES` that a module is an object of, exactly."""
    from torch import nn

    name = type(module).__name__
    return MODULES.get(name) if getattr(nn, name, None) is type(module) else None


def _of_module(module, path):
    name = type(module).__name__
    where = f"{name} {path!r}" if path else name
    found = _known(module)
    if found is None:
        raise FastdenseError(f"{where} {_advice(name, 'a module that is')}")
    _check_hooks(module, path)
    kind, options = found
    prefix = f"{path}." if path else ""
    tensors = {n: prefix + n for n, _ in module.named_parameters(recurse=False)}
    tensors |= {n: prefix + n for n, one in module.named_buffers(recurse=False) if one is not None}
    return Operator(kind, where, options(module), tensors)


def _check_hooks(module, path):
    for name in HOOKS:
        if getattr(module, name, None):
            raise FastdenseError(
                f"{type(module).__name__} {path!r} has hooks ({name}), which are not here; remove "
                "them"
            )


def _advice(name, what):
    """What to do about a name that no layer or activation is."""
    answers = {spelling(key): text for key, text in ANSWERS["activations"].items()}
    answer = answers.get(spelling(name))
    if answer is not None:
        return answer
    return (
        f"is not here; give {what} a chain of Linear, Conv2d, pooling, Flatten, normalization, "
        "Dropout and activations"
    )


# Exported graphs ------------------------------------------------------------------------------

# Operators of ATen that are others with the same meaning.
SAME = {
    "view": "reshape", "_unsafe_view": "reshape", "unsafe_view": "reshape", "flatten": "reshape",
    "relu6": "relu6", "hardtanh_": "hardtanh",
}  # fmt: skip
KNOWN = {kind for kind, _ in MODULES.values()} | {
    "reshape", "exp", "squeeze", "mean", "relu6", "clamp", "contiguous", "alias", "detach",
}  # fmt: skip
NOTHING = "contiguous", "alias", "clone", "to"  # that change no number and no place
TENSORS = {
    "linear": ("weight", "bias"),
    "conv2d": ("weight", "bias"),
    "batch_norm": ("weight", "bias", "running_mean", "running_var"),
    "layer_norm": ("weight", "bias"),
}


def _of_exported(module, example):
    """The chain of a module's graph, as `torch.export` records it on an example.

    It is recorded in training mode, so that dropout is in it, of a copy of the module.
    """
    import torch

    if len(example) == 1:  # batch normalization refuses to train on one
        example = torch.cat([example, example])
    with random_states_kept():
        try:
            program = torch.export.export(copied(module).train(), (example,))
        except Exception as error:
            reason = str(error).strip().partition("\n")[0]
            raise FastdenseError(
                f"torch.export records no graph of {type(module).__name__} ({reason}); give a "
                "module whose forward is a chain of operators on one tensor"
            ) from None
    return _Graph(program).chain()


class _Graph:
    """An exported program, whose nodes are followed from the input to the output."""

    def __init__(self, program):
        signature = program.graph_signature
        self.names = {**signature.inputs_to_parameters, **signature.inputs_to_buffers}
        self.nodes = list(program.graph.nodes)
        self.inputs = [*signature.user_inputs]

    def chain(self):
        """The operators, each of which is given what the one before gives."""
        (current,) = [node for node in self.nodes if node.name in self.inputs]
        rest = [node for node in self.nodes if node.op == "call_function"]
        operators = []
        while rest:
            node = rest.pop(0)
            if self._counts_batches(node):
                continue
            if _target(node) == "abs" and (last := _softsign(node, current, rest)):
                operators.append(Operator("softsign", _where(node, "softsign")))
                current, rest = last, rest[2:]
                continue
            operator = self._operator(node)
            if operator.kind not in KNOWN and operator.kind not in NOTHING:
                raise FastdenseError(
                    f"{operator.where} {_advice(operator.kind, 'a module that is')}"
                )
            if current not in node.all_input_nodes or len(current.users) > 1:
                users = ", ".join(_target(user) for user in current.users)
                raise FastdenseError(
                    f"{operator.where} is not next in a chain, as what comes before it goes to "
                    f"{users or 'nothing'}; give a module in which each operator takes what the "
                    "one before it gives"
                )
            if operator.kind not in NOTHING:
                operators.append(operator)
            current = node
        (output,) = [node for node in self.nodes if node.op == "output"]
        if output.all_input_nodes[-1:] != [current] or len(_given(output)) != 1:
            raise FastdenseError(
                "the module gives several outputs, or others than its last operator does; give "
                "one with one output"
            )
        return operators

    def _counts_batches(self, node):
        """Whether a node does nothing but count the mini-batches of a batch normalization."""
        names = [self.names.get(one.name, "") for one in node.all_input_nodes]
        return bool(names) and all(name.endswith("num_batches_tracked") for name in names)

    def _operator(self, node):
        name = _target(node)
        kind = SAME.get(name, name)
        if kind not in KNOWN:
            kind = SAME.get(kind.removesuffix("_"), kind.removesuffix("_"))
        arguments = _arguments(node)
        tensors = {}
        for role in TENSORS.get(kind, ()):
            given = arguments.pop(role, None)
            if given is None:
                continue
            if given.name not in self.names:
                raise FastdenseError(
                    f"{_where(node, name)} has a {role} that is computed; give one whose "
                    "parameters are its own"
                )
            tensors[role] = self.names[given.name]
        value = node.meta.get("val")
        shape = tuple(value.shape) if hasattr(value, "shape") else None
        return Operator(kind, _where(node, name), arguments, tensors, shape)


def _given(output):
    (values,) = output.args
    return values if isinstance(values, (tuple, list)) else (values,)


def _target(node):
    """Such as "conv2d"."""
    return str(node.target).removeprefix("aten.").partition(".")[0]


def _where(node, name):
    stack = node.meta.get("nn_module_stack") or {}
    path = [*stack.values()][-1][0] if stack else ""
    return f"{name} in {path!r}" if path else name


def _arguments(node):
    """Names of arguments to what is given, or usual."""
    schema = getattr(node.target, "_schema", None)
    if schema is None:
        return {}
    found = {}
    for place, argument in enumerate(schema.arguments):
        if place < len(node.args):
            found[argument.name] = node.args[place]
        elif argument.name in node.kwargs:
            found[argument.name] = node.kwargs[argument.name]
        elif argument.has_default_value():
            found[argument.name] = argument.default_value
    return {name: value for name, value in found.items() if name not in ("self", "input")}


def _softsign(node, current, rest):
    """The last node of x / (|x| + 1), which PyTorch has no operator for; None of anything else."""
    if len(rest) < 2 or node.args[0] is not current or set(current.users) != {node, rest[1]}:
        return None
    plus, over = rest[:2]
    is_one = _target(plus) == "add" and tuple(plus.args) == (node, 1) and not plus.kwargs
    return over if is_one and _target(over) == "div" and over.args == (current, plus) else None


def shown_option(value):
    """A value of an option, in a message."""
    return shown(tuple(value) if isinstance(value, list) else value)
