"""How much of the targets the inputs explain, found by a search with sound settings."""

from dataclasses import dataclass
from math import prod

import numpy as np

from fastdense.baselines import baselines
from fastdense.dataset import Data
from fastdense.diagnosis.changes import output_of
from fastdense.diagnosis.laboratory import ROWS
from fastdense.diagnosis.outlying import middle_of
from fastdense.layers.conv2d import Conv2D
from fastdense.layers.dense import Dense
from fastdense.layers.flatten import Flatten
from fastdense.layers.max_pool2d import MaxPool2D
from fastdense.many import Trial, train_trials, train_where_possible
from fastdense.network import Network
from fastdense.recipe import Recipe
from fastdense.scaling import Columns
from fastdense.task import prepare

FEWEST = 40  # rows of which some can be held out; of fewer, all are trained and judged on
FOLDS = 4
UPDATES = 2000
TELLING = 0.3  # explained: no chance does that
CHANCE = 9.0  # over the rows: a share that is three standard errors of a correlation, squared
WIDTHS = (16,), (64, 64)
RATES = 1e-3, 1e-2
KINDS = ("tanh", "relu"), ("glorot_uniform", "he_normal")  # of their units and weights
FILTERS = 8, 16  # of two convolutions, where the network takes images
FEWEST_PIXELS = 6  # of an image's sides, for two of them and a pooling
PIXELS = 12  # for each of which the first of them has one window at most


@dataclass(frozen=True)
class Attainable:
    """Shares of the targets' variance that are explained.

    Attributes
    ----------
    explained : float
        By the best of some networks, on rows that it was not trained on; on those that it was, of
        fewer than `FEWEST` rows.
    linear : float
        By the best linear fit, likewise.
    memorized : float
        By the best of these networks on the rows that it was trained on.
    shuffled : float or None
        By the same search where the targets were shuffled: what chance explains. None of targets of
        which so much is explained that it cannot be chance, or where no rows were held out.
    limit : float
        The most that any function of the inputs explains on these rows.
    held_out : bool
        Whether rows were held out.
    rows : int
        On which networks were trained and judged.
    """

    explained: float
    linear: float
    memorized: float
    shuffled: float | None
    limit: float
    held_out: bool
    rows: int

    @property
    def nothing(self):
        """Whether there is nothing to learn."""
        return self.unrelated or self.limit < 0.05

    @property
    def curved(self):
        """Whether a linear fit falls short: by 5% of the variance, or half of what it leaves."""
        gap = self.explained - self.linear
        return gap > 0.05 or gap > max(0.02, (1 - self.linear) / 2)

    @property
    def unrelated(self):
        """Whether nothing was found that the inputs tell of the targets."""
        return self.shuffled is not None and self.explained <= max(
            0.02, CHANCE / self.rows, self.shuffled + 0.01
        )


def attainable(case, on_progress=None, device="cpu"):
    """The `Attainable` of the rows of a case, whatever its network and recipe are.

    Inputs and targets are standardized; networks of a few widths are trained by Adam at a few rates
    to predict the targets, or the indicators of their classes, in squares: whose mean error least
    squares finds is the conditional mean, whatever the loss of the case.
    """
    inputs, truth = np.asarray(case.given.inputs, float), case.truth
    if truth.weights is not None:  # rows that do not count tell nothing
        counted = np.flatnonzero(truth.weights)
        inputs, truth = inputs[counted], truth.rows(counted)
    if len(inputs) > ROWS:
        chosen = np.random.default_rng(0).permutation(len(inputs))[:ROWS]
        inputs, truth = inputs[chosen], truth.rows(chosen)
    values = truth.values
    values = values[:, values.var(axis=0) > 0]
    limit = _limit(inputs, values)
    if not values.size:
        return Attainable(1.0, 1.0, 1.0, 0.0, 1.0, False, len(inputs))
    x = _standard(inputs)
    y = Columns.of(values).apply(values)
    # Columns of classes count as they vary, those of numbers alike.
    y = y * (values.std(axis=0) / values.std(axis=0).max()) if truth.categorical else y
    held_out = len(x) >= FEWEST
    rows = np.random.default_rng(2).permutation(len(x))
    folds = _folds(rows) if held_out else [(rows, rows)]
    hidden = _candidates(case.network.shape)
    explained, memorized = _best(x, y, folds, held_out, hidden, on_progress, device)
    linear = float(np.mean([_linear(x, y, *fold) for fold in folds]))
    found = min(max(explained, linear), limit)
    shuffled = None
    if held_out and found < TELLING:
        moved = y[np.random.default_rng(1).permutation(len(y))]
        shuffled, _ = _best(x, moved, folds, held_out, hidden, on_progress, device)
    return Attainable(
        found, min(linear, limit), min(memorized, limit), shuffled, limit, held_out, len(x)
    )


MOST_LEFT = 0.999  # where nothing is learned
OF_NO_UNIT = "mse", "mae"  # whose shares are those of scaled targets


def _candidates(shape):
    """What stands between inputs and outputs of the networks that are tried: lists of layers.

    Figures may stand anywhere in an image, which a dense network learns from many rows only.
    """
    kinds = [
        [Dense(width, name, weights=weights) for width in widths]
        for widths, name, weights in zip(WIDTHS, *KINDS, strict=True)
    ]
    if len(shape) == 1 or min(shape[:2]) < FEWEST_PIXELS:
        return [(prod(shape), layers) for layers in kinds]
    first, second = FILTERS
    stride = max(1, min(shape[:2]) // PIXELS)
    images = [
        Conv2D(first, 3, "relu", stride, weights="he_normal"), MaxPool2D(2),
        Conv2D(second, 3, "relu", padding="same", weights="he_normal"), Flatten(),
    ]  # fmt: skip
    return [(prod(shape), layers) for layers in kinds] + [(shape, images)]


def _best(x, y, folds, held_out, hidden, on_progress, device):
    """What the best of some networks explains at its best epoch, over folds: of its own rows, too.

    Returns the shares of the rows that were held out, if any were, and of those trained on.
    """
    kinds = [(layers, rate) for layers in hidden for rate in RATES]
    trials = [
        _trial(Data(x[train], y[train], test=(x[test], y[test])), *kind)
        for kind in kinds for train, test in folds
    ]  # fmt: skip
    runs = [one[0] for one in train_where_possible(trials, on_progress, device)]
    least = [
        (np.nanmin(run.test_loss if held_out else run.loss), np.nanmin(run.loss)) for run in runs
    ]
    shares = 1 - np.reshape(least, (len(kinds), len(folds), 2)) / float((y**2).mean())
    held, own = shares.mean(axis=1).max(axis=0)
    return float(held), float(own)


def share_left(case):
    """What the best of some networks leaves of a case's own loss, on rows held out.

    As a share of the gap between the losses of the best constant and the irreducible, below 1.
    It is what `Thresholds.attainable` takes. The networks have sound settings and inputs of mean 0
    and variance 1; so have the targets, where the loss is of squares or absolute values.
    """
    data, loss = case.data, case.recipe.loss
    x, y = np.asarray(data.inputs, float), np.asarray(data.targets, float)
    if len(x) > ROWS:
        chosen = np.random.default_rng(0).permutation(len(x))[:ROWS]
        x, y = x[chosen], y[chosen]
    x = _standard(x)
    if loss.name in OF_NO_UNIT:
        y = Columns.of(y).apply(y)
    output = output_of(loss.entry)
    rows = np.random.default_rng(2).permutation(len(x))
    folds = _folds(rows) if len(x) >= FEWEST else [(rows, rows)]
    trials = [
        _trial(Data(x[train], y[train], test=(x[test], y[test])), hidden, rate,
               case.network.outputs, loss, output)
        for hidden in _candidates(case.network.shape) for rate in RATES for train, test in folds
    ]  # fmt: skip
    curves = [np.nanmin(runs[0].test_loss) for runs in train_trials(trials)]
    least = float(np.reshape(curves, (-1, len(folds))).mean(axis=1).min())
    of = baselines(Data(x, y), Recipe(loss=loss), case.network.outputs)
    gap = of.constant - of.irreducible
    return float(np.clip((least - of.irreducible) / gap, 0, MOST_LEFT)) if gap > 0 else 0.0


def _standard(inputs):
    """Columns of mean 0 and variance 1; a stray number says little more than that it is far."""
    inputs = middle_of(inputs).drawn_in(inputs)
    return np.clip(Columns.of(inputs).apply(inputs), -30, 30)


def _folds(rows):
    parts = np.array_split(rows, FOLDS)
    if len(rows) >= 2000:  # one is enough to tell
        parts = parts[:1]
    return [(np.setdiff1d(rows, part), part) for part in parts]


def _trial(data, hidden, rate, outputs=None, loss="mse", output="identity"):
    inputs, layers = hidden
    last = Dense(outputs or data.targets.shape[1], output, weights=layers[0].weights)
    network = Network(inputs, [*layers, last])
    batch = min(32, len(data))
    epochs = max(1, round(UPDATES / -(-len(data) // batch)))
    recipe = Recipe(
        loss=loss, optimizer="adam", learning_rate=rate, batch_size=batch, epochs=epochs,
        schedule="cosine",
    )  # fmt: skip
    task = prepare(network, recipe, data, evaluate_every=max(1, epochs // 25))
    return Trial.of(task, {"seeds": np.array([0])})


def _linear(x, y, train, test):
    """Of the variance of the test rows, what least squares on the others explains."""
    return 1 - _linear_error(x, y, train, test) / (y[test] ** 2).mean()


def _linear_error(x, y, train, test):
    """Mean square on the test rows of what least squares on the others leaves."""
    with_bias = np.hstack([x, np.ones((len(x), 1))])
    found = np.linalg.lstsq(with_bias[train], y[train], rcond=None)[0]
    return ((with_bias[test] @ found - y[test]) ** 2).mean()


def linear_loss(data, recipe):
    """The mean squared error of the best linear fit, or None of another loss."""
    if recipe.loss.name != "mse" or len(data) <= data.inputs.shape[1] + 1:
        return None
    x, y = np.asarray(data.inputs, float), np.asarray(data.targets, float)
    return float(_linear_error(x, y, slice(None), slice(None)))


def _limit(inputs, values):
    """What the mean of the targets of equal inputs explains of them."""
    if not values.size:
        return 1.0
    _, which = np.unique(inputs, axis=0, return_inverse=True)
    which = which.ravel()
    counts = np.bincount(which)
    rest = 0.0
    for column in values.T:
        means = np.bincount(which, column) / counts
        rest += ((column - means[which]) ** 2).mean() / column.var()
    return float(1 - rest / values.shape[1])
