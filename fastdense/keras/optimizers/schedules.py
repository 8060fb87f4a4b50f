"""Learning rates as functions of the number of steps."""

import math

from fastdense.keras.configured import Configured


class LearningRateSchedule(Configured):
    """A function of the step; own subclasses define `__call__`."""

    module = "optimizers.schedules"

    def __call__(self, step):
        raise NotImplementedError(f"{type(self).__name__} must define __call__(step)")

    def engine(self, steps_per_epoch):
        """The engine's schedule that is exactly this, or None; the rate is its first one."""
        return None


class ExponentialDecay(LearningRateSchedule):
    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name=None):
        self.initial_learning_rate, self.decay_steps = float(initial_learning_rate), decay_steps
        self.decay_rate, self.staircase, self.name = float(decay_rate), bool(staircase), name

    def __call__(self, step):
        power = float(step) / self.decay_steps
        return self.initial_learning_rate * self.decay_rate ** (
            math.floor(power) if self.staircase else power
        )

    def engine(self, steps_per_epoch):
        if self.staircase or self.decay_rate <= 0:
            return None
        gamma = self.decay_rate ** (steps_per_epoch / self.decay_steps)
        return {"name": "exponential", "gamma": gamma} if gamma <= 1 else None


class InverseTimeDecay(LearningRateSchedule):
    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name=None):
        self.initial_learning_rate, self.decay_steps = float(initial_learning_rate), decay_steps
        self.decay_rate, self.staircase, self.name = float(decay_rate), bool(staircase), name

    def __call__(self, step):
        ratio = float(step) / self.decay_steps
        ratio = math.floor(ratio) if self.staircase else ratio
        return self.initial_learning_rate / (1 + self.decay_rate * ratio)

    def engine(self, steps_per_epoch):
        if self.staircase:
            return None
        decay = self.decay_rate * steps_per_epoch / self.decay_steps
        return {"name": "inverse_time", "decay": decay}


class PiecewiseConstantDecay(LearningRateSchedule):
    def __init__(self, boundaries, values, name=None):
        if len(values) != len(boundaries) + 1:
            raise ValueError(
                f"{len(values)} values for {len(boundaries)} boundaries; give one more"
            )
        self.boundaries, self.values, self.name = list(boundaries), list(values), name

    def __call__(self, step):
        for boundary, value in zip(self.boundaries, self.values, strict=False):
            if step <= boundary:
                return value
        return self.values[-1]


class PolynomialDecay(LearningRateSchedule):
    def __init__(
        self, initial_learning_rate, decay_steps, end_learning_rate=0.0001, power=1.0,
        cycle=False, name=None,
    ):  # fmt: skip
        self.initial_learning_rate, self.decay_steps = float(initial_learning_rate), decay_steps
        self.end_learning_rate, self.power = float(end_learning_rate), float(power)
        self.cycle, self.name = bool(cycle), name

    def __call__(self, step):
        most = self.decay_steps
        if self.cycle:
            most *= max(1, math.ceil(float(step) / self.decay_steps))
        share = min(float(step), most) / most
        fall = self.initial_learning_rate - self.end_learning_rate
        return fall * (1 - share) ** self.power + self.end_learning_rate


class CosineDecay(LearningRateSchedule):
    def __init__(
        self, initial_learning_rate, decay_steps, alpha=0.0, name=None, warmup_target=None,
        warmup_steps=0,
    ):  # fmt: skip
        self.initial_learning_rate, self.decay_steps = float(initial_learning_rate), decay_steps
        self.alpha, self.name = float(alpha), name
        self.warmup_target, self.warmup_steps = warmup_target, warmup_steps

    def __call__(self, step):
        first, step = self.initial_learning_rate, float(step)
        if self.warmup_target is not None:
            if step < self.warmup_steps:
                return first + (self.warmup_target - first) * step / self.warmup_steps
            first, step = self.warmup_target, step - self.warmup_steps
        share = min(step, self.decay_steps) / self.decay_steps
        wave = (1 + math.cos(math.pi * share)) / 2
        return first * ((1 - self.alpha) * wave + self.alpha)


class CosineDecayRestarts(LearningRateSchedule):
    def __init__(
        self, initial_learning_rate, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name=None
    ):
        self.initial_learning_rate = float(initial_learning_rate)
        self.first_decay_steps, self.t_mul = first_decay_steps, float(t_mul)
        self.m_mul, self.alpha, self.name = float(m_mul), float(alpha), name

    def __call__(self, step):
        length, factor, place = float(self.first_decay_steps), 1.0, float(step)
        while place >= length:
            place, length, factor = place - length, length * self.t_mul, factor * self.m_mul
        wave = factor * (1 + math.cos(math.pi * place / length)) / 2
        return self.initial_learning_rate * ((1 - self.alpha) * wave + self.alpha)
