"""Numbers and arrays that a program may read and set, as Keras's variables are."""

import numpy as np


class Variable:
    """Something that is read and written by functions.

    Parameters
    ----------
    read : callable
        Returns what it holds now.
    write : callable
        Takes what it is to hold.
    name : str
    trainable : bool
    within : str
        Of what it is: the beginning of its path.
    """

    def __init__(self, read, write, name="variable", trainable=False, within=""):
        self._read, self._write = read, write
        self.name, self.path = name, within + name
        self.trainable = trainable

    @property
    def value(self):
        return self

    def numpy(self):
        return np.asarray(self._read())

    def assign(self, value):
        self._write(np.asarray(value))
        return self

    def assign_add(self, value):
        return self.assign(self.numpy() + np.asarray(value))

    def assign_sub(self, value):
        return self.assign(self.numpy() - np.asarray(value))

    @property
    def shape(self):
        return self.numpy().shape

    @property
    def dtype(self):
        return str(self.numpy().dtype)

    def __array__(self, dtype=None, copy=None):
        return np.array(self.numpy(), dtype)

    def __float__(self):
        return float(self.numpy())

    def __int__(self):
        return int(self.numpy())

    def __repr__(self):
        return f"<Variable path={self.path}, shape={self.shape}, value={self.numpy()}>"

    def __format__(self, how):
        return format(float(self), how) if how else str(self.numpy())

    def __getitem__(self, place):
        return self.numpy()[place]

    def __len__(self):
        return len(self.numpy())


def _arithmetic(name):
    def operate(self, other):
        other = other.numpy() if isinstance(other, Variable) else other
        return getattr(self.numpy(), name)(other)

    return operate


for _name in ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "pow", "lt",
              "le", "gt", "ge", "eq", "ne"):  # fmt: skip
    setattr(Variable, f"__{_name}__", _arithmetic(f"__{_name}__"))
Variable.__neg__ = lambda self: -self.numpy()  # type: ignore[attr-defined]
Variable.__hash__ = object.__hash__  # type: ignore[assignment]
