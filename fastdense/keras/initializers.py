"""How weights begin."""

import math

import numpy as np

from fastdense.catalogue import Choice
from fastdense.keras.configured import Configured, Directory
from fastdense.keras.floats import floatx
from fastdense.keras.randomness import next_seed
from fastdense.numerics import streams

# The standard deviation of a standard normal number within two of them.
TRUNCATED = 0.87962566103423978


def fans(shape):
    """How many numbers a unit takes, and how many units take one, as Keras counts them."""
    shape = tuple(shape)
    if len(shape) < 2:
        return (shape[0] if shape else 1,) * 2
    places = math.prod(shape[:-2])
    return shape[-2] * places, shape[-1] * places


# Those that the engine has by name; of normal numbers it cuts none off.
_SCHEMES = {
    (1.0, "fan_avg", "uniform"): "glorot_uniform",
    (2.0, "fan_in", "uniform"): "he_uniform",
    (1.0, "fan_in", "uniform"): "lecun_uniform",
}


class Initializer(Configured):
    """Numbers of a shape; the same ones again from the same object, as Keras 3 has it."""

    module = "initializers"
    seed = None
    _own = None

    def choice(self, shape):
        """The engine's entry for weights of a shape."""
        raise NotImplementedError

    def __call__(self, shape, dtype=None):
        choice = Choice.of("initializers", self.choice(shape))
        entry = choice.entry
        shape = tuple(int(one) for one in np.atleast_1d(shape)) if np.size(shape) else ()
        if entry.random:
            if self.seed is None and self._own is None:
                self._own = next_seed()
            seed = self._own if self.seed is None else int(self.seed)
            flat = shape if entry.elementwise else (math.prod(shape[:-1]), shape[-1])
            stream = entry.distribution, [seed], streams.INITIAL, 0, 0
            numbers = streams.numbers(*stream, flat)[0]
        else:
            numbers = np.zeros(shape)
        drawn = entry.draw(numbers, *fans(shape), choice.values)
        return np.asarray(drawn, dtype or floatx()).reshape(shape)


class Zeros(Initializer):
    def __init__(self):
        pass

    def choice(self, shape):
        return "zeros"


class Ones(Initializer):
    def __init__(self):
        pass

    def choice(self, shape):
        return {"name": "constant", "value": 1.0}


class Constant(Initializer):
    def __init__(self, value=0.0):
        self.value = float(value)

    def choice(self, shape):
        return {"name": "constant", "value": self.value}


class RandomNormal(Initializer):
    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean, self.stddev, self.seed = float(mean), float(stddev), seed

    def choice(self, shape):
        return {"name": "normal", "mean": self.mean, "std": self.stddev}


class TruncatedNormal(RandomNormal):
    def choice(self, shape):
        return {"name": "truncated_normal", "mean": self.mean, "std": self.stddev}


class RandomUniform(Initializer):
    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        self.minval, self.maxval, self.seed = float(minval), float(maxval), seed

    def choice(self, shape):
        return {"name": "uniform", "low": self.minval, "high": self.maxval}


class VarianceScaling(Initializer):
    """Of a variance of `scale` over the fan of `mode`."""

    def __init__(self, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None):
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"mode is {mode!r}; expected fan_in, fan_out or fan_avg")
        distribution = "truncated_normal" if distribution == "normal" else distribution
        if distribution not in ("truncated_normal", "untruncated_normal", "uniform"):
            raise ValueError(
                f"distribution is {distribution!r}; expected truncated_normal or uniform"
            )
        self.scale, self.mode = float(scale), mode
        self.distribution, self.seed = distribution, seed

    def choice(self, shape):
        into, out = fans(shape)
        fan = {"fan_in": into, "fan_out": out, "fan_avg": (into + out) / 2}[self.mode]
        variance = self.scale / max(1.0, fan)
        scheme = (self.scale, self.mode, self.distribution)
        if scheme in _SCHEMES:
            return _SCHEMES[scheme]
        if self.distribution == "uniform":
            bound = math.sqrt(3.0 * variance)
            return {"name": "uniform", "low": -bound, "high": bound}
        if self.distribution == "untruncated_normal":
            return {"name": "normal", "std": math.sqrt(variance)}
        return {"name": "truncated_normal", "std": math.sqrt(variance) / TRUNCATED}


class _Named(VarianceScaling):
    """One of the schemes that have a name."""

    scheme: tuple[float, str, str]

    def __init__(self, seed=None):
        super().__init__(*self.scheme, seed=seed)


class GlorotUniform(_Named):
    scheme = 1.0, "fan_avg", "uniform"


class GlorotNormal(_Named):
    scheme = 1.0, "fan_avg", "truncated_normal"


class HeUniform(_Named):
    scheme = 2.0, "fan_in", "uniform"


class HeNormal(_Named):
    scheme = 2.0, "fan_in", "truncated_normal"


class LecunUniform(_Named):
    scheme = 1.0, "fan_in", "uniform"


class LecunNormal(_Named):
    scheme = 1.0, "fan_in", "truncated_normal"


class Orthogonal(Initializer):
    def __init__(self, gain=1.0, seed=None):
        self.gain, self.seed = float(gain), seed

    def choice(self, shape):
        return {"name": "orthogonal", "gain": self.gain}


class Identity(Initializer):
    """Ones on the diagonal of a matrix, times `gain`."""

    def __init__(self, gain=1.0):
        self.gain = float(gain)

    def choice(self, shape):
        if len(shape) != 2:
            raise ValueError(
                f"Identity can only be used for matrices of two dimensions, but is given {shape}"
            )
        return {"name": "explicit", "values": (self.gain * np.eye(*shape)).tolist()}


_all = Directory("initializer", Initializer)
_all.add(Zeros, "zero")
_all.add(Ones, "one")
_all.add(Constant)
_all.add(RandomNormal, "normal")
_all.add(TruncatedNormal)
_all.add(RandomUniform, "uniform")
_all.add(VarianceScaling)
_all.add(GlorotUniform)
_all.add(GlorotNormal)
_all.add(HeUniform)
_all.add(HeNormal)
_all.add(LecunUniform)
_all.add(LecunNormal)
_all.add(Orthogonal)
_all.add(Identity, "identity_initializer")
get = deserialize = _all.get


def __getattr__(name):
    """The functions that Keras 2 has beside the classes: `he_normal(seed)` and others."""
    if name in _all.classes:
        return _all.classes[name]
    raise AttributeError(f"module 'keras.initializers' has no attribute {name!r}")
