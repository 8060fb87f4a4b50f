"""From numbers to places on paper: linear, logarithmic, and logarithmic from zero on."""

import math
from dataclasses import dataclass

import numpy as np

from fastdense.markup.words import digits, short

NICE = 1, 2, 2.5, 5, 10
ROOM = 0.06  # of a linear axis, beyond its numbers


@dataclass(frozen=True)
class Scale:
    """An axis and where it stands.

    Attributes
    ----------
    low, high : float
        Its ends, low < high.
    kind : str
        "linear", "log", or "log1p": the logarithm of one more, so that zero has a place.
    start, end : float
        Where the ends stand, in pixels.
    """

    low: float
    high: float
    kind: str = "linear"
    start: float = 0.0
    end: float = 1.0

    @classmethod
    def around(cls, values, log=False, zero=False):
        """A scale with some room around numbers; `zero` is on it, too, if it is linear."""
        values = np.asarray(values, float).ravel()
        values = values[np.isfinite(values)]
        if log:
            values = values[values > 0]
            if values.size:
                low, high = values.min(), values.max()
                ratio = max(high / low, 1.2) ** ROOM
                return cls(low / ratio, high * ratio, "log")
        if not values.size:
            return cls(0.0, 1.0)
        low, high = values.min(), values.max()
        if zero:
            low, high = min(low, 0.0), max(high, 0.0)
        room = ROOM * (high - low) or 0.1 * abs(high) or 1.0
        return cls(low - (0.0 if zero and low == 0 else room), high + room)

    def on(self, start, end):
        """The same, standing between two pixels."""
        return Scale(self.low, self.high, self.kind, float(start), float(end))

    def __call__(self, values):
        """Where numbers stand, in pixels; what lies beyond an end stands at it, NaN is NaN."""
        values = np.clip(np.asarray(values, float), self.low, self.high)
        low, high = self._bent(self.low), self._bent(self.high)
        return self.start + (self._bent(values) - low) / (high - low) * (self.end - self.start)

    def _bent(self, values):
        if self.kind == "linear":
            return values
        return np.log(values) if self.kind == "log" else np.log1p(values)

    def ticks(self, most=6):
        """Round numbers on it, so many at most, and their texts: `[(number, text), ...]`."""
        if self.kind == "linear":
            return _linear(self.low, self.high, most)
        first = 1.0 if self.kind == "log1p" else self.low
        powers = range(math.ceil(math.log10(first) - 1e-9), math.floor(math.log10(self.high)) + 1)
        stride = max(1, -(-len(powers) // max(most - (self.kind == "log1p"), 1)))
        found = [10.0**power for power in powers if power % stride == 0]
        if self.kind == "log1p":
            found = [0.0, *found]
        elif len(found) < 3 and stride == 1:
            wider = range(powers.start - 1, powers.stop + 1)
            finer = [m * 10.0**power for power in wider for m in (1, 2, 5)]
            finer = [value for value in finer if self.low <= value <= self.high]
            if 2 <= len(finer) <= most:
                found = finer
        if len(found) < 2:
            return _linear(self.low, self.high, most)
        return [(value, _of_log(value)) for value in found]


def _linear(low, high, most):
    rough = (high - low) / max(most, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(n * power for n in NICE if n * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    values = [step * i for i in range(first, math.floor(high / step + 1e-9) + 1)]
    decimals = next((d for d in range(7) if abs(round(step, d) - step) < 1e-9 * step), None)
    if decimals is None or max(map(abs, values), default=0.0) >= 1e6:
        return _told_apart(values)
    return [(value, f"{value + 0.0:,.{decimals}f}") for value in values]


def _told_apart(values):
    """Numbers with as few digits as tell them apart."""
    for count in range(3, 18):
        texts = [short(f"{value:.{count}g}") for value in values]
        if len(set(texts)) == len(texts):
            break
    return list(zip(values, texts, strict=True))


def _of_log(value):
    return digits(value) if 1e-3 <= value < 1e5 or value == 0 else short(f"{value:.0e}")
