"""The networks that are timed: shapes, activation, optimizer, batch."""

from dataclasses import asdict, dataclass, replace
from functools import cache

import numpy as np

from fastdense import Network, Recipe
from fastdense_bench import matrix_exponential, stacks

# Of the training whose loss is checked: enough to tell a wrong rate, and so few that roundings, and
# where Adam's epsilon is added, do not grow into another course.
AGREEMENT_STEPS, AGREEMENT_BATCHES = 16, 8
CLASSES = "classes"
RATES = {"sgd": 0.01, "adam": 0.001}


@dataclass(frozen=True)
class Workload:
    """One row of the table: all peers train it, or predict with it, on the same numbers.

    Attributes
    ----------
    widths : tuple of int
        Inputs, hidden widths, outputs; the output is linear.
    activation : str
        Of the hidden layers.
    optimizer : str
        "sgd" or "adam", or "" for a prediction.
    batch, samples : int
        Samples of a step, and of an epoch: a multiple of `batch`.
    learning_rate : float
    data : str
        "linear" (a random linear map of noise), "classes" (which output of such a map is the
        largest, as a row of zeros and a one), "matrix-exponential" or "xor". The loss is the mean
        squared error; of classes it is the cross-entropy of a softmax.
    networks : int
        How many are trained at once, from parameters and in orders of their own; a step is then
        one of one of them.
    stack : str
        Of a network on images its name in `stacks`; `widths` are its inputs and outputs then, and
        its activations its own.
    augmentation : tuple of str
        Names of what fastdense changes the images of a step by.
    """

    widths: tuple[int, ...]
    activation: str
    optimizer: str
    batch: int
    samples: int
    learning_rate: float = 0.0
    data: str = "linear"
    networks: int = 1
    stack: str = ""
    augmentation: tuple[str, ...] = ()

    @property
    def trains(self):
        """Whether a step is one of training; else it predicts one batch."""
        return bool(self.optimizer)

    @property
    def classifies(self):
        return self.data == CLASSES

    @property
    def name(self):
        shape = "-".join(map(str, self.widths))
        words = [shape, self.activation, self.optimizer, f"b{self.batch}"]
        words += [self.data] * self.classifies
        if self.stack:
            words = [
                self.stack,
                self.optimizer,
                words[-1],
                *["augmented"] * bool(self.augmentation),
            ]
        if self.networks > 1:
            words = [f"{self.networks} x", *words]
        return " ".join(words if self.trains else ["predict", shape, self.activation, words[-1]])

    @property
    def steps(self):
        """Steps of an epoch, of one network."""
        return self.samples // self.batch

    @property
    def flops(self):
        """Of one step: three products a layer, but no input gradient for the first."""
        if self.stack:
            sized = self.network().sized
            products = [e.products(shape) for shape, e in sized if e.activation is not None]
        else:
            products = [a * b for a, b in zip(self.widths, self.widths[1:], strict=False)]
        counted = 3 * sum(products) - products[0] if self.trains else sum(products)
        return 2 * self.batch * counted

    @property
    def short(self):
        """The same on few rows, whose training or prediction is checked."""
        return replace(self, samples=min(self.samples, AGREEMENT_BATCHES * self.batch))

    @property
    def short_epochs(self):
        """Epochs of `short`; the last one feels the ones before."""
        return AGREEMENT_STEPS // self.short.steps

    def to_dict(self):
        return asdict(self)

    @classmethod
    def from_dict(cls, plain):
        both = {name: tuple(plain[name]) for name in ("widths", "augmentation")}
        return cls(**{**plain, **both})

    def arrays(self):
        """Inputs (samples, inputs) and targets (samples, outputs), float32."""
        return _arrays(self)

    def network(self):
        if self.stack:
            return stacks.network(self.stack)
        return Network.of(*self.widths, activation=self.activation)

    def recipe(self, epochs, shuffle):
        return Recipe(
            loss="softmax_cross_entropy" if self.classifies else "mse",
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            batch_size=self.batch,
            epochs=epochs,
            shuffle=shuffle,
            augmentation=self.augmentation,
        )


@cache
def _arrays(workload):
    generator = np.random.default_rng(0)
    if workload.data == "matrix-exponential":
        return matrix_exponential.draw(generator, workload.samples)
    if workload.data == "xor":
        x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
        return x, x.sum(axis=1, keepdims=True) % 2
    # Targets that can be learned: a wrong rate is then seen in the loss after a few steps.
    inputs, outputs = workload.widths[0], workload.widths[-1]
    x = generator.standard_normal((workload.samples, inputs), dtype=np.float32)
    linear = generator.standard_normal((inputs, outputs), dtype=np.float32)
    if workload.classifies:  # each class is as likely
        largest = (x @ (linear / np.linalg.norm(linear, axis=0))).argmax(axis=1)
        return x, np.eye(outputs, dtype=np.float32)[largest]
    return x, x @ linear / np.float32(inputs**0.5)


def _training(widths, activation, optimizer, batch, samples, rate=None, **others):
    rate = RATES[optimizer] if rate is None else rate
    return Workload(widths, activation, optimizer, batch, samples, rate, **others)


def _images(stack, batch, samples=1024, **others):
    network = stacks.network(stack)
    widths = network.features, network.outputs
    return _training(widths, "", "adam", batch, samples, stack=stack, **others)


def _prediction(widths, batch):
    return Workload(widths, "relu", "", batch, batch)


DIGITS, WIDE, HUGE = (784, 256, 128, 10), (784, 1024, 1024, 10), (1024, 2048, 2048, 1000)
TINY, MIDDLE = (1, 16, 8, 1), (64, 64, 64, 10)
MANY, FEW = 256, 32  # networks at once

WORKLOADS = [
    _training(TINY, "sigmoid", "sgd", 32, 1024, 0.1),
    _training(TINY, "relu", "sgd", 32, 1024, 0.1),
    _training((1, 10, 1), "tanh", "adam", 32, 1024, 0.01),
    _training((1, 32, 1), "tanh", "adam", 32, 1024, 0.01),
    *(
        _training(widths, "relu", "adam", batch, 2048)
        for widths in ((4, 120, 84, 2), (10, 45, 45, 10), (10, 46, 46, 10), MIDDLE)
        for batch in (32, 128)
    ),
    *(
        _training(DIGITS, "relu", optimizer, batch, 2048)
        for optimizer in ("adam", "sgd")
        for batch in (32, 128)
    ),
    *(
        _training(widths, "relu", optimizer, batch, samples)
        for widths, samples in ((WIDE, 2048), (HUGE, 1024))
        for optimizer in ("adam", "sgd")
        for batch in (128, 512)
    ),
    _training((4, 32, 16, 4), "tanh", "adam", 10_000, 10_000, data="matrix-exponential"),
    *(
        _training(widths, "relu", "adam", batch, samples, data=CLASSES)
        for widths, batch, samples in (
            ((4, 16, 3), 16, 1024),
            (MIDDLE, 32, 2048),
            ((20, 64, 30), 64, 2048),
            (DIGITS, 128, 2048),
        )
    ),
    _training((28, 300, 300, 300, 300, 300, 1), "tanh", "adam", 100, 1000),
    _training((4, 64, 64, 2), "relu", "sgd", 1, 512),
    _training(TINY, "sigmoid", "sgd", 32, 1024, 0.1, networks=MANY),
    _training(TINY, "relu", "sgd", 32, 1024, 0.1, networks=MANY),
    _training((1, 32, 1), "tanh", "adam", 32, 1024, 0.01, networks=MANY),
    _training((2, 4, 1), "tanh", "sgd", 4, 4, 0.1, data="xor", networks=MANY),
    _training(MIDDLE, "relu", "adam", 32, 512, networks=MANY),
    _training((4, 32, 16, 4), "tanh", "adam", 1000, 1000, data="matrix-exponential", networks=MANY),
    _images("cnn", 32),
    _images("cnn", 128),
    _images("cnn-norm", 32),
    _images("lenet5", 64),
    _images("cnn", 32, augmentation=("rotation", "shift", "shear", "zoom", "horizontal_flip")),
    _images("small-cnn", 32, networks=FEW),
    *(
        _prediction(widths, batch)
        for widths in (TINY, MIDDLE, DIGITS, WIDE)
        for batch in (1, 32, 10_000)
    ),
]

QUICK = (
    "1-16-8-1 relu sgd b32",
    "64-64-64-10 relu adam b32",
    "256 x 1-16-8-1 relu sgd b32",
    "784-256-128-10 relu adam b128",
    "predict 64-64-64-10 relu b32",
)
