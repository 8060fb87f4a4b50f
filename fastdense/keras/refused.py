"""What cannot run here, by name: it may be imported, but not used."""

from fastdense.errors import FastdenseError

DIFFERENTIATION = (
    "it needs automatic differentiation, which is not there: the layers, losses and metrics of "
    "Keras that are served run as they are"
)
RECURRENT = "recurrent layers are not there; a window of the sequence is a row for Dense layers"


class NotServed(FastdenseError, NotImplementedError):
    """Something of Keras or TensorFlow that cannot run here."""


def refuse(name, why):
    """The error for something that cannot run here."""
    return NotServed(f"{name} cannot run here: {why}")


def refused(name, why):
    """What stands for it in a module: a class that cannot be made, nor be a base of others."""

    def error(*_, **__):
        raise refuse(name, why)

    body = {
        "__new__": error,
        "__init_subclass__": classmethod(error),
        "__doc__": f"Cannot run here: {why}.",
        "refused": True,
    }
    return type(name.rpartition(".")[2], (), body)


def refusing(module, names):
    """`__getattr__` of a module that refuses some names: `{why: names in a text}`."""
    table = {name: why for why, text in names.items() for name in text.split()}

    def find(name):
        if name in table:
            return refused(f"{module}.{name}", table[name])
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    return find
