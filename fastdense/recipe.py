"""How a network is trained: loss, optimizer, schedule, batches, penalties, seed, dtype."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from fastdense.catalogue import Choice, Chosen
from fastdense.checks import as_python, real, seed, whole
from fastdense.errors import FastdenseError, shown, unknown

DEFAULT_BATCH = 32
MAX_COUNTED = 10**15  # epochs, or batches of an update: more than anybody lives to see
DTYPES = ("float32", "float64")
MEANS = ("mean", "weighted_mean")  # whose steps do not grow with the batch
REDUCTIONS = (*MEANS, "sum", "sum_keras")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that decides a training besides the network and the data.

    Parameters
    ----------
    loss, optimizer, schedule : str, dict or Choice
        An entry's name, or a table `{"name": "adam", "epsilon": 1e-7}`.
    learning_rate : float, optional
        The optimizer's own default if not given.
    ascend : bool
        The learning rate is below zero: steps climb the loss, a fault that has been published.
    batch_size : int or "full", optional
        Samples a mini-batch; 32 if not given, or all of them where they are fewer. The short last
        batch of an epoch is kept.
    epochs : int
        Passes over the data.
    shuffle : bool
        A new permutation every epoch; otherwise the order of the rows.
    reduction : str
        What is descended: "mean", over the samples of a batch and, for elementwise losses, over
        outputs; "sum" over both, as in PyTorch; "sum_keras" over samples of the mean over outputs;
        "weighted_mean", as in scikit-learn: the losses of a batch, summed over outputs, and its
        penalties, together divided by the sum of its sample weights.
        Reported losses, and the signals of the layers, are those of the mean.
    gradient_accumulation_steps : int
        Mini-batches whose gradients are averaged for one update, as in Keras; they go on into the
        next epoch.
    l1, l2 : float
        Penalty l1 * sum|w| + l2 * sum w^2 on weights (not biases), in the gradient only: every
        reported loss is that of the data. A layer may have penalties of its own, which add up.
    clip_value, clip_norm : float
        Bound on each gradient component, then on the norm of the gradient; 0 for none.
    clip_each : bool
        `clip_norm` bounds the gradient of each array of parameters by itself, as Keras's
        `clipnorm` does, instead of all of them together.
    class_weights : sequence of float
        Weight of the samples of class 0, 1, 2, ...; empty for none.
    augmentation : sequence of str, dict or Choice
        Random changes of the samples of each step, one after the other, as the names or tables of
        entries under `fastdense/augmentations`; empty for none. Losses between epochs, signals and
        predictions are of the rows as they are.
    seed : int
        Decides the initial parameters, the permutations, the dropout masks and the augmentation.
    dtype : str
        "float32" or "float64".

    Raises
    ------
    FastdenseError
        An unknown name, or a value out of its range.
    """

    # Defaults are as a caller gives them; `__post_init__` converts them.
    loss: Choice = "mse"  # type: ignore[assignment]
    optimizer: Choice = "sgd"  # type: ignore[assignment]
    learning_rate: float = None  # type: ignore[assignment]
    ascend: bool = False
    schedule: Choice = "constant"  # type: ignore[assignment]
    batch_size: int | Literal["full"] | None = None
    epochs: int = 100
    shuffle: bool = True
    reduction: str = "mean"
    gradient_accumulation_steps: int = 1
    l1: float = 0.0
    l2: float = 0.0
    clip_value: float = 0.0
    clip_norm: float = 0.0
    clip_each: bool = False
    class_weights: tuple[float, ...] = ()
    augmentation: tuple[Choice, ...] = ()
    seed: int = 0
    dtype: str = "float32"

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            loss: Chosen = "mse",
            optimizer: Chosen = "sgd",
            learning_rate: float | None = None,
            ascend: bool = False,
            schedule: Chosen = "constant",
            batch_size: int | Literal["full"] | None = None,
            epochs: int = 100,
            shuffle: bool = True,
            reduction: Literal["mean", "sum", "sum_keras", "weighted_mean"] = "mean",
            gradient_accumulation_steps: int = 1,
            l1: float = 0.0,
            l2: float = 0.0,
            clip_value: float = 0.0,
            clip_norm: float = 0.0,
            clip_each: bool = False,
            class_weights: Sequence[float] | np.ndarray = (),
            augmentation: Sequence[Chosen] = (),
            seed: int = 0,
            dtype: Literal["float32", "float64"] = "float32",
        ) -> None: ...

    def __post_init__(self) -> None:
        put = object.__setattr__
        for name, kind in (
            ("loss", "losses"),
            ("optimizer", "optimizers"),
            ("schedule", "schedules"),
        ):
            put(self, name, Choice.of(kind, getattr(self, name)))
        for name in ("ascend", "shuffle", "clip_each"):
            if not isinstance(getattr(self, name), bool):
                raise FastdenseError(
                    f"{name} is {shown(getattr(self, name))}; expected true or false"
                )
        if self.learning_rate is None:
            rate = self.optimizer.entry.rate
            put(self, "learning_rate", -rate if self.ascend else rate)
        put(self, "learning_rate", _rate(self.learning_rate, self.ascend))
        if self.batch_size is not None and not (
            isinstance(self.batch_size, str) and self.batch_size == "full"
        ):
            if isinstance(self.batch_size, str):
                raise FastdenseError(
                    f"batch_size is {shown(self.batch_size)}; expected an integer of at least 1, "
                    'or "full" for all samples'
                )
            put(self, "batch_size", whole("batch_size", self.batch_size, 1))
        put(self, "epochs", whole("epochs", self.epochs, 0, MAX_COUNTED))
        put(self, "seed", seed("seed", self.seed))
        steps = whole(
            "gradient_accumulation_steps", self.gradient_accumulation_steps, 1, MAX_COUNTED
        )
        put(self, "gradient_accumulation_steps", steps)
        if not isinstance(self.reduction, str) or self.reduction not in REDUCTIONS:
            raise unknown("reduction", self.reduction, REDUCTIONS)
        for name in ("l1", "l2", "clip_value", "clip_norm"):
            put(self, name, real(name, getattr(self, name), 0.0, float("inf")))
        weights = self.class_weights
        weights = as_python(weights) if isinstance(weights, np.ndarray) else weights
        if not isinstance(weights, (list, tuple)):
            raise FastdenseError(f"class_weights is {shown(weights)}; expected a list of numbers")
        weights = tuple(real("a class weight", weight, 0.0, float("inf")) for weight in weights)
        put(self, "class_weights", weights)
        if weights and not any(weights):
            raise FastdenseError("class_weights are all zero; expected one above zero")
        changes = self.augmentation
        if not isinstance(changes, (list, tuple)):
            raise FastdenseError(
                f"augmentation is {shown(changes)}; expected a list of names or tables"
            )
        changes = tuple(Choice.of("augmentations", change) for change in changes)
        put(self, "augmentation", changes)
        if not isinstance(self.dtype, str) or self.dtype not in DTYPES:
            raise unknown("dtype", self.dtype, DTYPES)
        loss = self.loss.entry
        if loss.check is not None:
            fault = loss.check(self.loss.values, np.dtype(self.dtype))
            if fault:
                raise FastdenseError(fault)

    def __repr__(self) -> str:
        own = Recipe(optimizer=self.optimizer, ascend=self.ascend)  # with its usual learning rate
        given = []
        for name in (f.name for f in fields(self)):
            usual = getattr(own if name == "learning_rate" else Recipe(), name)
            if getattr(self, name) != usual:
                given.append(f"{name}={getattr(self, name)!r}")
        return f"Recipe({', '.join(given)})"

    def replace(self, **changes: Any) -> "Recipe":
        """The same recipe with some fields changed."""
        return replace(self, **changes)

    def batch_of(self, samples: int) -> int:
        """Samples of a mini-batch when an epoch visits so many.

        Raises
        ------
        FastdenseError
            The batch is larger than that.
        """
        if self.batch_size is None:
            return min(DEFAULT_BATCH, samples)
        if self.batch_size == "full":
            return samples
        if self.batch_size > samples:
            raise FastdenseError(
                f"a batch of {shown(self.batch_size)} is larger than the {samples} samples; use at "
                f'most {samples}, or "full"'
            )
        return self.batch_size

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as `from_dict` and scenario files have them."""
        plain = asdict(self)
        for name in ("loss", "optimizer", "schedule"):
            plain[name] = getattr(self, name).to_dict()
        plain["class_weights"] = list(self.class_weights)
        plain["augmentation"] = [choice.to_dict() for choice in self.augmentation]
        return plain

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> "Recipe":
        """Read the `[recipe]` table of a scenario."""
        known = [f.name for f in fields(cls)]
        for key in table:
            if key not in known:
                raise unknown("key in [recipe]", key, known)
        return cls(**table)


def _rate(rate, ascend):
    """A learning rate as a float, of the sign that was asked for."""
    real("learning_rate", abs(rate) if _is_negative(rate) else rate, 0.0, float("inf"))
    rate = float(rate)
    if ascend and rate > 0:
        raise FastdenseError(
            f"learning_rate is {rate:g}; expected at most 0 where ascend is true: give {-rate:g}"
        )
    if rate < 0 and not ascend:
        raise FastdenseError(
            f"learning_rate is {rate:g}; expected at least 0, or ascend = true to climb the loss"
        )
    return rate


def _is_negative(value):
    return isinstance(value, (int, float, np.number)) and value < 0
