"""Losses, as Keras defines them on its backends."""

import contextlib

import numpy as np

from fastdense.catalogue import Choice
from fastdense.keras.configured import Configured, Directory
from fastdense.keras.floats import backend
from fastdense.keras.refused import DIFFERENTIATION, refuse, refusing

REDUCTIONS = "sum_over_batch_size", "mean", "sum", "auto"


def columns(values):
    """Numbers as rows and columns, in float64."""
    values = np.asarray(values)
    values = values.reshape(len(values), -1) if values.ndim else values.reshape(1, 1)
    return values.astype(float)


class Loss(Configured):
    """A loss that the engine has."""

    module = "losses"
    entry = ""  # of the engine

    def __init__(self, reduction="sum_over_batch_size", name=None):
        reduction = {"sum_over_batch_size": "sum_over_batch_size", "auto": "sum_over_batch_size",
                     None: "none"}.get(reduction, reduction)  # fmt: skip
        self.reduction, self.name = reduction, name or self.usual_name()

    @classmethod
    def usual_name(cls):
        """The name of its function."""
        return next(name for name, one in FUNCTIONS.items() if one is cls)

    @property
    def sums(self):
        """Whether the loss of a batch is the sum over its rows."""
        return self.reduction == "sum"

    def choice(self):
        """The engine's entry with its hyper-parameters."""
        return self.entry

    def values(self, y_true, y_pred):
        """The loss of each sample."""
        choice = Choice.of("losses", self.choice())
        y, p = columns(y_true), columns(y_pred)
        if y.shape[1] != p.shape[1] and choice.entry.targets != "label":
            y = np.broadcast_to(y, p.shape)
        with np.errstate(all="ignore"):
            return choice.entry.spec(p, y, choice.values)[0]

    def __call__(self, y_true, y_pred, sample_weight=None):
        values = self.values(y_true, y_pred)
        if sample_weight is not None:
            values = values * np.asarray(sample_weight, float).reshape(-1)
        if self.reduction == "none":
            return values.astype("float32")
        return np.float32(values.sum() if self.reduction == "sum" else values.mean())


class MeanSquaredError(Loss):
    entry = "mse"


class MeanAbsoluteError(Loss):
    entry = "mae"


class MeanAbsolutePercentageError(Loss):
    entry = "mape"


class MeanSquaredLogarithmicError(Loss):
    entry = "msle"


class LogCosh(Loss):
    entry = "log_cosh"


class Poisson(Loss):
    entry = "poisson"


class KLDivergence(Loss):
    entry = "kl_divergence"


class Hinge(Loss):
    entry = "hinge"


class SquaredHinge(Loss):
    entry = "squared_hinge"


class Huber(Loss):
    def __init__(self, delta=1.0, reduction="sum_over_batch_size", name=None):
        super().__init__(reduction, name)
        self.delta = float(delta)

    def choice(self):
        return {"name": "huber", "delta": self.delta}


class _CrossEntropy(Loss):
    """On TensorFlow taken from the pre-activation of a final sigmoid or softmax; else clipped."""

    logits = ""  # the entry of outputs without sigmoid or softmax

    def __init__(
        self, from_logits=False, label_smoothing=0.0, reduction="sum_over_batch_size", name=None
    ):
        super().__init__(reduction, name)
        self.from_logits, self.label_smoothing = bool(from_logits), float(label_smoothing)

    def choice(self):
        table = {"name": self.logits if self.from_logits else _of_backend(self.entry)}
        if self.label_smoothing:
            table["label_smoothing"] = self.label_smoothing
        return table


def _of_backend(entry):
    return entry if backend() == "tensorflow" else f"{entry}_clipped"


class BinaryCrossentropy(_CrossEntropy):
    entry = "binary_crossentropy"
    logits = "binary_crossentropy_logits"


class CategoricalCrossentropy(_CrossEntropy):
    entry = "categorical_crossentropy"
    logits = "softmax_cross_entropy"


class SparseCategoricalCrossentropy(_CrossEntropy):
    entry = "sparse_categorical_crossentropy"
    logits = "sparse_softmax_cross_entropy"

    def __init__(
        self, from_logits=False, ignore_class=None, reduction="sum_over_batch_size", name=None
    ):
        if ignore_class is not None:
            raise refuse("ignore_class", "leave out the rows of that class")
        super().__init__(from_logits, 0.0, reduction, name)
        self.ignore_class = None


FUNCTIONS = {
    "mean_squared_error": MeanSquaredError,
    "mean_absolute_error": MeanAbsoluteError,
    "mean_absolute_percentage_error": MeanAbsolutePercentageError,
    "mean_squared_logarithmic_error": MeanSquaredLogarithmicError,
    "log_cosh": LogCosh,
    "poisson": Poisson,
    "kl_divergence": KLDivergence,
    "hinge": Hinge,
    "squared_hinge": SquaredHinge,
    "huber": Huber,
    "binary_crossentropy": BinaryCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy,
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
}
SHORT = {
    "mse": "mean_squared_error", "MSE": "mean_squared_error",
    "mae": "mean_absolute_error", "MAE": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error", "MAPE": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error", "MSLE": "mean_squared_logarithmic_error",
    "logcosh": "log_cosh", "kld": "kl_divergence", "KLD": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence", "huber_loss": "huber",
    "bce": "binary_crossentropy", "BCE": "binary_crossentropy",
}  # fmt: skip
_all = Directory("loss", Loss)
for _name, _class in FUNCTIONS.items():
    _all.add(_class, _name, *(short for short, long in SHORT.items() if long == _name))


class LossFunction:
    """A loss as a function of arrays: its values for each sample."""

    def __init__(self, name, cls):
        self.__name__, self.cls, self.__doc__ = name, cls, cls.__doc__

    def __call__(self, y_true, y_pred, **options):
        return self.cls(**options).values(y_true, y_pred).astype("float32")

    def __repr__(self):
        return f"<function {self.__name__}>"


def get(given):
    """A `Loss` from its name, its function, its class or itself."""
    if isinstance(given, LossFunction):
        return given.cls()
    if callable(given) and not isinstance(given, (type, Loss)):
        name = getattr(given, "__name__", repr(given))
        module = getattr(given, "__module__", "") or ""
        if name in _all.classes and module.partition(".")[0] in ("keras", "tensorflow"):
            return _all.get(name)
        raise refuse(f"the loss {name}, a function of your own,", DIFFERENTIATION)
    if isinstance(given, str) and given not in _all.classes:
        with contextlib.suppress(AttributeError):
            _refused(given)()  # by its name
    return _all.get(given)


deserialize = get
serialize = repr
_refused = refusing(
    "keras.losses",
    {
        "the engine does not have this loss": "CategoricalHinge CosineSimilarity "
        "BinaryFocalCrossentropy CategoricalFocalCrossentropy Dice Tversky CTC Circle "
        "CategoricalGeneralizedCrossEntropy categorical_hinge cosine_similarity cosine_proximity "
        "binary_focal_crossentropy categorical_focal_crossentropy dice tversky ctc",
    },
)


def __getattr__(name):
    name = SHORT.get(name, name)
    if name in FUNCTIONS:
        return LossFunction(name, FUNCTIONS[name])
    return _refused(name)
