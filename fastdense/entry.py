"""The contracts: what one file of the catalogue supplies.

A file under `activations/`, `losses/`, `optimizers/`, `schedules/`, `initializers/`,
`augmentations/`, `signals/` or `layers/` is one entry. Its name is the file's name, its summary the
first line of its docstring, and each field below is a module-level name of the file (upper case for
data). Formulas are plain Python on scalars over `numerics.maths` and `numerics.primitives`, and are
compiled as they stand; those of signals and layers are NumPy over arrays.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from math import prod
from types import FunctionType, ModuleType
from typing import Any, ClassVar, NamedTuple

Shape = tuple[int, ...]

ROOM = 4  # numbers of a sample that a formula which couples its features may keep


@dataclass(frozen=True)
class Entry:
    """What every entry has."""

    name: str
    summary: str
    source: str
    hyper: dict[str, Any] = field(default_factory=dict, kw_only=True)  # names and defaults
    # Where a hyper-parameter must lie: low <= value < high.
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict, kw_only=True)
    # What frameworks call exactly this; other spellings of a name are found from one of them.
    aliases: tuple[str, ...] = field(default=(), kw_only=True)

    @classmethod
    def from_module(cls, module: ModuleType) -> "Entry":
        """Read the fields of this contract off a module; formulas in lower case, data in upper."""
        given: dict[str, Any] = {
            "name": module.__name__.rpartition(".")[2],
            # Python with -OO has no docstrings.
            "summary": (module.__doc__ or "").strip().partition("\n")[0].rstrip("."),
        }
        for contract_field in fields(cls):
            key = contract_field.name
            for spelling in (key, key.upper()):
                if key not in given and hasattr(module, spelling):
                    given[key] = getattr(module, spelling)
        return cls(**given)


@dataclass(frozen=True)
class Activation(Entry):
    """An activation, elementwise or coupled over the features of a sample.

    Elementwise: `value(z)` and `slope(z, a)`, the derivative at `z` given `a = value(z)`.
    Coupled (only of dense layers): `forward(z, a, columns, room)` and
    `backward(a, da, dz, columns, room)` on arrays (features, columns), which may be in place;
    `room` is (ROOM, columns), where numbers of each sample may stand meanwhile. Loops over columns
    are the inner ones, and without branches, so that they become vectors. `spec(z, da)` is the
    independent NumPy form on (samples, features): it returns the values and the gradient with
    respect to `z` given `da`.

    Formulas read a hyper-parameter as a constant of their file, in upper case: one with another
    value is another entry, `leaky_relu(slope=0.3)`.
    """

    spec: Callable
    value: Callable | None = None
    slope: Callable | None = None
    forward: Callable | None = None
    backward: Callable | None = None

    @property
    def coupled(self) -> bool:
        return self.forward is not None

    def having(self, hyper: dict[str, float]) -> "Activation":
        """The same with other hyper-parameters."""
        constants = {key.upper(): value for key, value in hyper.items()}
        given = ", ".join(f"{key}={value!r}" for key, value in hyper.items())
        formulas = {
            each.name: FunctionType(
                formula.__code__, formula.__globals__ | constants, formula.__name__
            )
            for each in fields(self)
            if isinstance(formula := getattr(self, each.name), FunctionType)
        }
        return replace(
            self, name=f"{self.name}({given})", hyper=self.hyper | hyper, aliases=(), **formulas
        )


@dataclass(frozen=True)
class Loss(Entry):
    """A loss of one sample, elementwise over outputs (then averaged) or coupled over them.

    Elementwise: `value(p, y, hyper)` and `slope(p, y, hyper)`, the derivative with respect to
    the prediction. Coupled: `columns(p, y, loss, slope, hyper, columns, room)` on
    arrays (outputs, columns), which fills `loss` (columns,), float64, and `slope`; `room` and the
    loops are as in `Activation`.
    `spec(p, y, hyper)` is the independent NumPy form on (samples, outputs): it returns the loss
    per sample and its gradient. `constant(y, weights, hyper)` is the least weighted mean loss
    that one prediction for all samples reaches. `logits` names the loss that takes the place of
    this one on the pre-activations of a final sigmoid or softmax (`fastdense.fusion`).
    """

    # "real", "nonnegative", "unit" (in [0, 1]), "sign" (two classes, -1 or 0, and 1),
    # "distribution" (rows that sum to 1), "label"
    targets: str
    # "real", "positive", "probability", "logit", "distribution", "log-distribution"
    predictions: str
    spec: Callable
    constant: Callable
    value: Callable | None = None
    slope: Callable | None = None
    columns: Callable | None = None
    check: Callable | None = None
    logits: str | None = None

    @property
    def coupled(self) -> bool:
        return self.columns is not None

    def accuracy(self, outputs: int) -> str | None:
        """How predictions are right or wrong: "largest" output, "probability" or "logit" sign."""
        if self.targets in ("label", "distribution"):
            return "largest" if outputs > 1 else None
        if self.targets == "sign":
            return "logit"
        return self.predictions if self.targets == "unit" else None


@dataclass(frozen=True)
class Optimizer(Entry):
    """An update rule on scalars.

    `advance(rate, hyper, powers)` returns the scalars of this step, float64, and may keep running
    products in `powers` (three, all 1 before the first step). `step(p, g, *slots, k)` returns the
    parameter and its slots after the step; `slots` lists what the slots hold at the start.
    `spec(p, g, state, rate, t, hyper)` is the textbook form in NumPy, `state` a dict of its own.
    """

    advance: Callable
    step: Callable
    spec: Callable
    rate: float  # the default learning rate
    slots: tuple[float | str, ...] = ()  # initial values; a string names the hyper-parameter


@dataclass(frozen=True)
class Schedule(Entry):
    """A factor on the learning rate: `factor(epoch, epochs, hyper)`, `epoch` in fractions."""

    factor: Callable
    spec: Callable


@dataclass(frozen=True)
class Augmentation(Entry):
    """A random change of each sample of a step, in training only.

    Either `place(drawn, hyper, height, width)` returns where a place of the changed image comes
    from, `(a, b, c, d, down, right)`: from the middle of the image, row = a row' + b column' + down
    and column = c row' + d column' + right. Or `value(x, drawn, at, hyper)` is the number in place
    of `x`, which stands `at` (row, column, height, width). `drawn` holds two independent uniform
    numbers in (0, 1) of the sample; or, of an entry for `each` number, one standard normal number.

    `spec` is the independent NumPy form, given all `drawn` (samples, 2), or like the images: for
    places `spec(drawn, hyper, shape)` returns matrices (2, 3, samples), and for values
    `spec(images, drawn, hyper)` the changed images (samples, height, width, channels).
    """

    spec: Callable
    place: Callable | None = None
    value: Callable | None = None
    each: bool = False
    images: bool = False  # it needs a height and a width, as all places do

    @property
    def moves(self) -> bool:
        """Whether it gives places."""
        return self.place is not None


@dataclass(frozen=True)
class Initializer(Entry):
    """Initial values: `draw(numbers, fan_in, fan_out, hyper)`.

    `numbers` are independent, of a `distribution` of `numerics.streams`, float64, in the shape of
    the array to fill. An `elementwise` entry may be given a stack of them, (networks, *shape), at
    once.
    """

    draw: Callable
    distribution: str = "uniform"
    random: bool = True
    elementwise: bool = True


@dataclass(frozen=True)
class DataSource(Entry):
    """Rows of data: `make(draw, hyper, count)`, or `load(hyper, folder)` for what is given whole.

    `draw(*shape)` returns independent numbers in (0, 1). `make` returns inputs and targets, `load`
    a `Data`, with notes for the user where there are any; paths are relative to `folder`. Values in
    `hyper` may be numbers, strings and nested lists.
    """

    make: Callable | None = None
    load: Callable | None = None


class Sums(NamedTuple):
    """What the engine adds up of every dense layer at an observation.

    Arrays of one shape (..., dense layers), float64. To take another sum is a field here and its
    lines in `kernels/loop/evaluation.py`.
    """

    gradient_squares: Any  # over weights and bias, as the next three
    parameter_squares: Any
    earlier_squares: Any  # of the parameters before the epoch's last update; NaN if there is none
    update_squares: Any  # of what that update changed
    dead_units: Any  # whose output is zero on all rows
    slopes: Any  # over outputs and rows; NaN of a coupled activation
    preactivations: Any  # of |z|, over outputs and rows


class Counts(NamedTuple):
    """How many numbers the sums are over: arrays (dense layers,), but for the rows."""

    rows: int  # of the training data
    units: Any
    outputs: Any  # of a row: one of each unit at each place of an image
    parameters: Any


class Observed(NamedTuple):
    """A dense layer as the reference observes it, over all training rows.

    `gradient`, `parameters` and `earlier`, the parameters before the last update (None if there
    is none), are pairs of weights and bias; the others are (rows, units), or of a layer of images
    (rows, height, width, units).
    """

    gradient: Any
    parameters: Any
    earlier: Any
    preactivations: Any
    outputs: Any
    slopes: Any  # NaN of a coupled activation


@dataclass(frozen=True)
class Signal(Entry):
    """A number of every dense layer at an observation.

    `of(sums, counts)` is a formula over what the engine takes, `Sums` and `Counts`, for all
    observations and layers at once. `spec(layer)` is the independent NumPy form: of one layer as
    it was `Observed`.
    """

    unit: str
    taken: str  # from the "gradient", the "parameters", the "update" or the "activations"
    of: Callable
    spec: Callable


@dataclass(frozen=True)
class Cause(Entry):
    """Something that keeps a training from what its data allow.

    `label` is its name in collections of faults, and `why` says in a sentence what it does.
    `suspect(evidence)` returns a `diagnosis.suspicion.Suspicion`, or None where nothing points to
    it. `changes(evidence)` returns the changes, of `diagnosis.changes`, any of which must cure it,
    least invasive first. None of a cause that lies in the data has any. `explains` names causes
    that come of this one: where it is shown, they are its effects.
    """

    label: str
    why: str
    suspect: Callable
    changes: Callable | None = None
    explains: tuple[str, ...] = ()

    @property
    def of_data(self) -> bool:
        """Whether it lies in the data, so that nothing in network and recipe can cure it."""
        return self.changes is None


@dataclass(frozen=True)
class Mistake(Entry):
    """A mistake in a program around a training that is sound.

    `losses(case, trained)` returns the losses at which it leaves a training on these data: numbers,
    or pairs of the lowest and the highest. `look` says which lines of a program to look at, in
    PyTorch and in Keras.
    """

    why: str
    look: str
    losses: Callable
    label: ClassVar[str] = "PROGRAM"
    of_data: ClassVar[bool] = False


class Finding(NamedTuple):
    """What a device finds on a machine: a topic, a sentence, and what would help, if anything."""

    topic: str
    text: str
    help: str = ""


@dataclass(frozen=True)
class LayerKind(Entry):
    """A kind of layer: `LAYER` is the class of such layers, a frozen dataclass and a `Layer`."""

    layer: type


class Parameters(NamedTuple):
    """An array of a layer's parameters, and how it begins."""

    name: str
    shape: tuple[int, ...]
    initializer: Any  # a `Choice`
    fan_in: int
    fan_out: int
    penalized: bool  # by l1 and l2; these come first
    trained: bool = True  # else the layer itself keeps it up; these come last


class Varied(NamedTuple):
    """A number of a layer that may differ between networks side by side: low <= number < high."""

    name: str  # in `train_many`
    field: str  # the layer's first one
    low: float
    high: float


class Layer:
    """What a network asks of a layer; `inputs` is the shape of a sample that it is given.

    That is (features,), or (height, width, channels) of an image. A table of a scenario names a
    layer by its first field: `{dense = 3, activation = "tanh"}`. Its compiled twin, under the same
    name in the engine, takes whole chunks of samples.
    """

    activation: ClassVar[str | None] = None  # what its signals are taken of
    function: ClassVar[str | None] = None  # an activation that its twin calls
    coupled: ClassVar[bool] = False  # its outputs depend on each other
    closing: ClassVar[bool] = False  # it may be the last one
    regularized: ClassVar[bool] = False  # it has penalties or bounds of its own
    random: ClassVar[bool] = False  # it draws in every step
    varied: ClassVar[Varied | None] = None
    # The twin is linked by its address; else it is compiled into the engine's own kernels, in
    # forms that work on blocks of parameters and on rows.
    linked: ClassVar[bool] = True
    # Backward leaves the delta of its inputs elsewhere, and that of its outputs as it is: any layer
    # with parameters, or of another width. Else it turns one into the other in place.
    own_delta: ClassVar[bool] = False
    passes: ClassVar[bool] = False  # predictions take its inputs as they are
    reshapes: ClassVar[bool] = False  # its outputs are its inputs in another shape
    multiplies: ClassVar[bool] = False  # its twin calls the engine's product of matrices
    # Its twin has its gradient from the backward pass itself, so that no delta is kept for it.
    sums_up: ClassVar[bool] = False
    whole_batch: ClassVar[bool] = False  # in training it needs all samples of a mini-batch at once
    unrolled: ClassVar[tuple[int, str] | None] = None  # units and activation for unrolled steps

    @classmethod
    def entry_name(cls) -> str:
        """The name of its file."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def positional(cls) -> list[Field[Any]]:
        """The fields that need no keyword; a table has the first one behind the layer's name."""
        return [one for one in fields(cls) if not one.kw_only]  # type: ignore[arg-type]

    @classmethod
    def required(cls) -> list[Field[Any]]:
        """Those without a default."""
        return [one for one in cls.positional() if one.default is MISSING]

    def to_dict(self) -> dict[str, Any]:
        """The table that it is read from; of a layer without fields its name is true."""
        every = self.positional()
        table = {self.entry_name(): getattr(self, every[0].name) if every else True}
        return table | {one.name: getattr(self, one.name) for one in [*every[1:], *self.unusual()]}

    def unusual(self) -> list[Field[Any]]:
        """The fields that need a keyword and are not as they usually are."""
        keywords = (one for one in fields(self) if one.kw_only)  # type: ignore[arg-type]
        return [one for one in keywords if getattr(self, one.name) != one.default]

    def outputs(self, inputs: Shape) -> Shape:
        """The shape of a sample that it gives.

        Raises
        ------
        FastdenseError
            It cannot be given such inputs.
        """
        return inputs

    def parameters(self, inputs: Shape) -> tuple[Parameters, ...]:
        """The arrays of its parameters, in the order in which they stand in a flat vector."""
        return ()

    def geometry(self, inputs: Shape) -> tuple[int, ...]:
        """Whole numbers for its twin."""
        return ()

    def products(self, inputs: Shape) -> int:
        """Multiply-adds of a sample, about."""
        return prod(inputs)

    def buffers(self, inputs: Shape) -> int:
        """How many numbers its twin has room for beside the chunks; they begin as zeros.

        For each lane, or for each of sixteen samples of a network alone.
        """
        return 0

    def numbers(self, varied: Any) -> Any:
        """Two numbers for its twin, (lanes, 2), given that which varies, (lanes,); or None."""
        return None

    def draw(self, seed: int, index: int, step: int, samples: int, inputs: Shape) -> Any:
        """What it draws for a step, as layer `index` of its network; or None."""
        return None

    def forward(self, arrays: Any, x: Any, drawn: Any, training: bool) -> tuple[Any, Any]:
        """Outputs for `x` (samples, *inputs), and what `backward` needs; in NumPy.

        Without what is drawn, as in an evaluation, `drawn` is None. In `training` arrays that are
        not trained are brought up to date in place.
        """
        raise NotImplementedError

    def backward(self, arrays: Any, kept: Any, delta: Any) -> tuple[Any, tuple[Any, ...]]:
        """The gradient with respect to the inputs, and those of the arrays of parameters."""
        raise NotImplementedError

    def constrain(self, arrays: Any) -> None:
        """Bring arrays of parameters back into their bounds, in place, after an update."""
