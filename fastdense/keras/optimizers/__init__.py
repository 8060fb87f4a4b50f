"""Optimizers, with Keras's defaults and formulas."""

from weakref import WeakKeyDictionary

import numpy as np

from fastdense.keras.configured import Configured, Directory
from fastdense.keras.names import line, snake
from fastdense.keras.optimizers import schedules
from fastdense.keras.refused import refuse, refusing
from fastdense.keras.variables import Variable
from fastdense.keras.words import old_words, only

DECAY = "decay"  # of Keras 1 and 2: the rate is divided by 1 + decay * steps


class Optimizer(Configured):
    """How weights are changed.

    Each model that is trained by one has a state of its own: Keras 2 allowed models to share an
    optimizer, and so does this.
    """

    module = "optimizers"

    def __init__(
        self, learning_rate, weight_decay=None, clipnorm=None, clipvalue=None,
        global_clipnorm=None, name=None, decay=0.0, **others,
    ):  # fmt: skip
        for key, value in others.items():
            if key not in _USUAL:
                raise ValueError(f"Argument(s) not recognized by {type(self).__name__}: {key}")
            only(type(self).__name__, key, value, *_USUAL[key])
        self.line = line()
        if isinstance(learning_rate, dict):
            learning_rate = getattr(schedules, learning_rate["class_name"]).from_config(
                learning_rate["config"]
            )
        elif callable(learning_rate) and not isinstance(
            learning_rate, schedules.LearningRateSchedule
        ):
            learning_rate = learning_rate()
        if weight_decay and type(self) is not AdamW:
            raise refuse(f"{type(self).__name__}(weight_decay=...)", "use AdamW, or a regularizer")
        if clipnorm is not None and global_clipnorm is not None:
            raise ValueError("clipnorm and global_clipnorm are given; expected one of them")
        schedule = isinstance(learning_rate, schedules.LearningRateSchedule)
        self._rate = learning_rate if schedule else float(learning_rate)
        self.weight_decay, self.clipnorm, self.clipvalue = weight_decay, clipnorm, clipvalue
        self.global_clipnorm, self.decay = global_clipnorm, float(decay or 0.0)
        self.name = name or snake(type(self).__name__)
        self.states = WeakKeyDictionary()  # of each model that it trains
        self._latest = None

    def choice(self):
        """The engine's entry with its hyper-parameters."""
        raise NotImplementedError

    def note(self, model, state):
        """Keep what the training of a model has come to."""
        self.states[model] = state
        self._latest = state

    @property
    def schedule(self):
        """The `LearningRateSchedule`, or None."""
        return self._rate if isinstance(self._rate, schedules.LearningRateSchedule) else None

    @property
    def learning_rate(self):
        steps = 0 if self._latest is None else self._latest.steps
        schedule = self.schedule
        if schedule is not None:
            return Variable(lambda: np.float32(schedule(steps)), self._set, "learning_rate")
        return Variable(lambda: np.float32(self._rate), self._set, "learning_rate")

    @learning_rate.setter
    def learning_rate(self, rate):
        self._set(rate)

    lr = learning_rate

    def _set(self, rate):
        if isinstance(rate, schedules.LearningRateSchedule):
            self._rate = rate
            return
        if self.schedule is not None:
            raise TypeError(
                "This optimizer was created with a `LearningRateSchedule` object as its "
                "`learning_rate` constructor argument, hence its learning rate is not settable."
            )
        self._rate = float(rate)

    @property
    def rate(self):
        """As a number, or the schedule."""
        return self._rate

    @property
    def iterations(self):
        steps = 0 if self._latest is None else self._latest.steps
        return Variable(lambda: np.int64(steps), lambda value: None, "iterations")

    def get_config(self):
        config = {name: getattr(self, name) for name in self.arguments() if hasattr(self, name)}
        config.pop("others", None)
        schedule = self.schedule
        config["learning_rate"] = (
            float(self._rate) if schedule is None
            else {"class_name": type(schedule).__name__, "config": schedule.get_config()}
        )  # fmt: skip
        return {
            "name": self.name, **config, "clipnorm": self.clipnorm, "clipvalue": self.clipvalue,
            "global_clipnorm": self.global_clipnorm,
        }  # fmt: skip

    def apply_gradients(self, *_, **__):
        raise refuse("apply_gradients", "gradients are taken by fit and train_on_batch only")

    apply = minimize = apply_gradients


# Arguments of every optimizer that can only be as they usually are.
_USUAL = {
    "use_ema": (False,),
    "ema_momentum": (0.99,),
    "ema_overwrite_frequency": (None,),
    "loss_scale_factor": (None,),
    "gradient_accumulation_steps": (None,),
    "jit_compile": (True, False),
}


class SGD(Optimizer):
    @old_words
    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **others):
        super().__init__(learning_rate, **others)
        self.momentum, self.nesterov = float(momentum), bool(nesterov)

    def choice(self):
        if not self.momentum:
            return "sgd"
        name = "nesterov_keras" if self.nesterov else "momentum_keras"
        return {"name": name, "momentum": self.momentum}


class RMSprop(Optimizer):
    @old_words
    def __init__(
        self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False, **others
    ):
        super().__init__(learning_rate, **others)
        self.rho, self.momentum, self.centered = float(rho), float(momentum), bool(centered)
        self.epsilon = _epsilon(epsilon)

    def choice(self):
        usual = {"name": "rmsprop_keras", "rho": self.rho, "epsilon": self.epsilon}
        if not self.momentum and not self.centered:
            return usual
        more = {"momentum": self.momentum, "centered": float(self.centered)}
        return usual | {"name": "rmsprop_momentum_keras"} | more


def _epsilon(epsilon):
    """The epsilon of an optimizer; None was Keras 2's word for the usual one."""
    return 1e-7 if epsilon is None else float(epsilon)


class _Adams(Optimizer):
    """What Adam and its relatives share."""

    entry = ""

    @old_words
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **others):
        super().__init__(learning_rate, **others)
        self.beta_1, self.beta_2, self.epsilon = float(beta_1), float(beta_2), _epsilon(epsilon)

    def choice(self):
        betas = {"beta1": self.beta_1, "beta2": self.beta_2}
        return {"name": self.entry, **betas, "epsilon": self.epsilon}


class Adam(_Adams):
    @old_words
    def __init__(
        self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False, **others
    ):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, **others)
        self.amsgrad = bool(amsgrad)

    @property
    def entry(self):  # type: ignore[override]
        return "amsgrad_keras" if self.amsgrad else "adam_keras"


class AdamW(_Adams):
    @old_words
    def __init__(
        self, learning_rate=0.001, weight_decay=0.004, beta_1=0.9, beta_2=0.999, epsilon=1e-7,
        amsgrad=False, **others,
    ):  # fmt: skip
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, weight_decay=weight_decay, **others
        )
        only("AdamW", "amsgrad", amsgrad, False)
        self.amsgrad = False

    def choice(self):
        return super().choice() | {"name": "adamw_keras", "weight_decay": float(self.weight_decay)}


class Adamax(_Adams):
    entry = "adamax_keras"


class Nadam(_Adams):
    entry = "nadam_keras"


class Adagrad(Optimizer):
    @old_words
    def __init__(self, learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-7, **others):
        super().__init__(learning_rate, **others)
        self.initial_accumulator_value = float(initial_accumulator_value)
        self.epsilon = _epsilon(epsilon)

    def choice(self):
        initial = self.initial_accumulator_value
        return {"name": "adagrad_keras", "epsilon": self.epsilon, "initial": initial}


class Adadelta(Optimizer):
    @old_words
    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-7, **others):
        super().__init__(learning_rate, **others)
        self.rho, self.epsilon = float(rho), _epsilon(epsilon)

    def choice(self):
        return {"name": "adadelta_keras", "rho": self.rho, "epsilon": self.epsilon}


_all = Directory("optimizer", Optimizer)
for _class in (SGD, RMSprop, Adam, AdamW, Adamax, Nadam, Adagrad, Adadelta):
    _all.add(_class)
get = deserialize = _all.get
_refused = refusing(
    "keras.optimizers",
    {"the engine does not have this optimizer": "Ftrl Lion Lamb Muon Adafactor LossScaleOptimizer"},
)


def serialize(optimizer):
    """An optimizer as files have it."""
    from fastdense.keras.configured import serialize as write

    return write(optimizer)


def __getattr__(name):
    if name in _all.classes:  # in lower case, as in Keras 2
        return _all.classes[name]
    return _refused(name)
