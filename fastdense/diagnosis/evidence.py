"""What is measured of a case before anything is changed in it: what causes are suspected by."""

from dataclasses import dataclass

import numpy as np

from fastdense.arrays.duplicates import equal_rows
from fastdense.diagnosis.curvature import extremes
from fastdense.diagnosis.laboratory import ROWS
from fastdense.diagnosis.outlying import outlying
from fastdense.model import Model
from fastdense.once import once
from fastdense.recipe import MEANS
from fastdense.reference.augmentation import augmented
from fastdense.reference.backward import penalize
from fastdense.reference.forward import draw, forward, losses

MESSAGE = 200  # characters of what the engine says
LIMITED = "sgd", "momentum", "momentum_keras", "nesterov", "nesterov_keras"  # by the curvature
SAMPLES = 2000  # rows, at most, that gradients and layers are looked at on
BATCHES = 16  # whose gradients are compared


@dataclass(frozen=True, eq=False)
class Evidence:
    """Measurements of a case as it is.

    Attributes
    ----------
    case : Case
    trained : Trained
        On fresh starts, with signals.
    attainable : Attainable
    bar : float
        Share of the targets' variance from which on a start counts as good.
    """

    case: object
    trained: object
    attainable: object
    bar: float

    # Starts ---------------------------------------------------------------------------------

    @once
    def good(self):
        """Which starts get where the data let them: (k,)."""
        return good(self.trained, self.bar)

    @once
    def failed(self):
        """Which do not; all where none fails, so that there is something to look at."""
        return ~self.good if (~self.good).any() else np.ones(len(self.good), bool)

    def outcome_share(self, *names):
        """Of the starts that fail, the share with one of some outcomes."""
        return float(np.isin(self.trained.outcomes[self.failed], names).mean())

    @once
    def _best(self):
        found = self.attainable
        return f"{max(found.explained if found.held_out else found.memorized, 0.0):.0%}"

    @once
    def learns(self):
        """What the good starts reach, in a sentence."""
        reached = max(float(np.median(self.trained.explained[self.good])), 0.0)
        starts = f"{self.good.sum()} of {len(self.good)} starts explain {reached:.0%} of the "
        if self.attainable.held_out:  # of new rows less is explained than of those trained on
            return (
                f"{starts}variance of the targets that they were trained on; of rows held out, "
                f"{self._best} was found attainable.{self._others}"
            )
        return f"{starts}targets' variance; {self._best} was found attainable.{self._others}"

    @once
    def _others(self):
        """What starts that fail reach, where most do not."""
        if self.good.all():
            return ""
        reached = max(float(np.median(self.trained.explained[self.failed])), 0.0)
        verb = "s" if self.failed.sum() == 1 else ""
        return f" The other {self.failed.sum()} reach{'e' * bool(verb)}{verb} {reached:.0%}."

    @once
    def fails(self):
        """What the others reach, as a sentence without its point."""
        if not self.ran:
            return f"The engine refuses this training: {self.case.refusal[:MESSAGE]}"
        reached = max(float(np.median(self.trained.explained[self.failed])), 0.0)
        return (
            f"{self.failed.sum()} of {len(self.good)} starts end with {reached:.0%} of the "
            f"targets' variance explained, where {self._best} is attainable"
        )

    def share(self, words, *outcomes):
        """A sentence on how many starts have such outcomes, or none where none has."""
        share = self.outcome_share(*outcomes)
        return (f"{share:.0%} {words}",) if share else ()

    # Signals --------------------------------------------------------------------------------

    @property
    def ran(self):
        """Whether the engine trained it at all."""
        return self.trained.runs is not None

    def signals(self, name, when):
        """A signal of failing starts by dense layer, "first" or "last": (starts, layers).

        NaN where nothing was observed, as of a loss that is not finite before the first step.
        """
        layers = len(self.case.network.dense)
        count = int(self.failed.sum())
        if not self.ran:
            return np.full((count, layers), np.nan)
        array = self.trained.runs.signals[name][self.failed]
        if not array.shape[1]:
            return np.full((count, layers), np.nan)
        if when == "first":
            return array[:, 0]
        last = np.maximum(self.trained.runs.observed[self.failed] - 1, 0)
        return array[np.arange(count), last]

    def signal(self, name, when):
        """The median of `signals` over the starts: (layers,)."""
        return np.median(self.signals(name, when), axis=0)

    def _dead(self, when):
        dead = self.signals("dead_share", when)[:, :-1]
        return float((dead == 1).any(axis=1).mean())

    @once
    def dead_first(self):
        """Share of failing starts with a hidden layer dead before the first step."""
        return self._dead("first")

    @once
    def dead_last(self):
        """Share of failing starts with a hidden layer dead at the end."""
        return self._dead("last")

    @once
    def dead_output(self):
        """Share of failing starts whose outputs are all zero on all rows, at the end."""
        return float((self.signals("dead_share", "last")[:, -1] == 1).mean())

    @once
    def travel(self):
        """How far the parameters can have come: updates, relative to the parameters, times steps.

        Of the layer that moves most.
        """
        if not self.ran:
            return np.nan
        ratios = self.trained.runs.signals["update_ratio"][self.failed][:, 1:]
        if not np.isfinite(ratios).any():
            return np.nan
        layers = [one[np.isfinite(one)] for one in np.moveaxis(ratios, 2, 0)]
        return max(float(np.median(one)) for one in layers if len(one)) * self.case.steps

    @once
    def gradient_ratio(self):
        """Gradient of the first hidden layer over that of the last layer, by parameter."""
        sizes = np.array(
            [inputs * one.units + one.units for inputs, one in self.case.network.dense]
        )
        with np.errstate(all="ignore"):
            first = self.signal("gradient_norm", "first") / np.sqrt(sizes)
            return float(first[0] / first[-1]) if first[-1] > 0 else np.nan

    @once
    def forward_ratio(self):
        """Mean pre-activation of the last layer over that of the first, before the first step."""
        with np.errstate(all="ignore"):
            first = self.signal("mean_preactivation", "first")
            return float(first[-1] / first[0]) if first[0] > 0 else np.nan

    # Data -----------------------------------------------------------------------------------

    @once
    def input_sizes(self):
        """Root mean square of each input column, as the network is given it."""
        return np.sqrt((np.asarray(self.case.data.inputs, float) ** 2).mean(axis=0))

    @once
    def off_scale(self):
        """Whether inputs are far from mean zero and variance one: root mean square, condition."""
        sizes = self.input_sizes[self.input_sizes > 0]
        x = np.asarray(self.case.data.inputs, float)
        deviations = x.std(axis=0)
        varied = deviations > 0
        offset = np.abs(x.mean(axis=0))[varied] / deviations[varied]
        largest = sizes.max(initial=0.0)
        smallest = deviations[varied].max(initial=0.0)
        # Not the least: among many pixels, some hardly vary and tell nothing.
        low = np.quantile(deviations[varied], 0.1, method="lower") if varied.any() else 1.0
        spread = deviations[varied].max() / low if varied.any() else 1.0
        return largest, smallest, offset.max(initial=0.0), spread

    @once
    def target_sizes(self):
        """Root mean square of each target column, and its standard deviation."""
        y = np.asarray(self.case.data.targets, float)
        return np.sqrt((y**2).mean(axis=0)), y.std(axis=0)

    @once
    def set_apart(self):
        """Which rows have targets that hide what the others tell: (n,) of bool."""
        weights, given = self.case.truth.weights, self.case.given.weights
        if weights is None:
            return np.zeros(len(self.case.given), bool)
        return (weights == 0) & (True if given is None else given > 0)

    @once
    def far_targets(self):
        """Which targets are far from all others of their column: (n, columns) of bool."""
        return outlying(self.case.given.targets)

    @once
    def far_cells(self):
        """Which inputs are far from all others of their column: (n, columns) of bool."""
        return outlying(self.case.given.inputs)

    @once
    def distinct_inputs(self):
        """How many rows of inputs differ, as a share of all."""
        groups, lone = equal_rows(self.case.data.inputs, self.case.recipe.dtype)
        return (len(list(groups)) + int(np.count_nonzero(lone))) / len(self.case.given)

    # The start ------------------------------------------------------------------------------

    @once
    def start(self):
        """The parameters of the first start: (size,)."""
        return self.case.begin(self.case.recipe.seed, "float64")

    @once
    def gradient_size(self):
        """Root mean square of the gradient before the first step."""
        return float(np.linalg.norm(self.gradient(self.start)) / np.sqrt(len(self.start)))

    @once
    def probe(self):
        """Losses before, after a step down the gradient at the learning rate, and after a tenth."""
        step = self.case.recipe.learning_rate * self.gradient(self.start)
        return tuple(self.loss(self.start - share * step) for share in (0.0, 1.0, 0.1))

    @once
    def last_rank(self):
        """Directions in which the last hidden layer varies over the rows, before the first step.

        The participation ratio of the singular values of its centered outputs; 0 where they do not
        vary.
        """
        inputs = self.case.data.inputs[self.rows].astype(float)
        _, trace = forward(self.case.network, self.start, inputs)
        outputs, _ = trace[-1]  # what the last layer is given
        outputs = outputs - outputs.mean(axis=0)
        if not np.isfinite(outputs).all() or np.abs(outputs).max() < 1e-12:
            return 0.0
        squares = np.linalg.svd(outputs, compute_uv=False) ** 2
        return float(squares.sum() ** 2 / (squares**2).sum())

    # Curvature ------------------------------------------------------------------------------

    @once
    def sharpness(self):
        """Largest eigenvalue of the Hessian at the start; NaN where there is none."""
        if not self.ran:
            return np.nan
        return extremes(self.case, self.start)[1]

    @once
    def stability(self):
        """The learning rate over the largest that is stable at the start; NaN if not of this kind.

        That is 2 / curvature of plain descent, and 2 + 2 momentum of the heavy ball.
        """
        recipe = self.case.recipe
        if recipe.optimizer.name not in LIMITED or recipe.clip_norm or recipe.clip_value:
            return np.nan
        momentum = recipe.optimizer.values.get("momentum", 0.0)
        summed = 1 if recipe.reduction in MEANS else recipe.batch_of(len(self.case.given))
        return summed * recipe.learning_rate * self.sharpness / (2 + 2 * momentum)

    # At the end ------------------------------------------------------------------------------

    @once
    def end(self):
        """Parameters at the end of the failing start that is typical; None if not finite."""
        if not self.ran:
            return None
        explained = self.trained.explained[self.failed]
        typical = np.argsort(explained, kind="stable")[len(explained) // 2]
        parameters = self.trained.runs.parameters[self.failed][typical]
        return parameters.astype(float) if np.isfinite(parameters).all() else None

    @once
    def rows(self):
        """Places of some rows, drawn from all: tables may be sorted."""
        return _some(len(self.case.given), SAMPLES)

    def gradient(self, parameters, rows=None):
        """Gradient of the loss of the data on some rows: (size,)."""
        return self._differentiated(parameters, self.rows if rows is None else rows)[1]

    def loss(self, parameters):
        """The loss of the data on some rows."""
        return self._differentiated(parameters, self.rows)[0]

    def _differentiated(self, parameters, rows):
        data = self.case.data.inputs[rows].astype(float), self.case.data.targets[rows].astype(float)
        with np.errstate(all="ignore"):
            return Model(self.case.network, parameters).loss_and_gradient(
                data, self.case.recipe.loss
            )

    @once
    def rest(self):
        """At the end: the gradient beside that of the start, and the extreme curvatures."""
        if self.end is None:
            return np.nan, np.nan, np.nan
        with np.errstate(all="ignore"):
            first = np.linalg.norm(self.gradient(self.start))
            share = np.linalg.norm(self.gradient(self.end)) / first if first else np.nan
        return float(share), *extremes(self.case, self.end)

    @once
    def noise(self):
        """Spread of the gradients of mini-batches over the gradient's size, at the end."""
        if self.end is None:
            return np.nan
        size, count = self.case.recipe.batch_of(len(self.case.given)), len(self.case.given)
        rng = np.random.default_rng(0)
        whole = self.gradient(self.end)
        batches = [rng.choice(count, min(size, count), replace=False) for _ in range(BATCHES)]
        with np.errstate(all="ignore"):
            rest = [np.sum((self.gradient(self.end, rows) - whole) ** 2) for rows in batches]
            return float(np.sqrt(np.mean(rest)) / np.linalg.norm(whole))

    @once
    def pull(self):
        """The penalty's gradient beside the data's, at the end."""
        if self.end is None:
            return np.nan
        case = self.case
        with np.errstate(all="ignore"):
            penalty = penalize(case.network, case.recipe, self.end, np.zeros(len(self.end)))
            return float(np.linalg.norm(penalty) / np.linalg.norm(self.gradient(self.end)))

    @once
    def dropped(self):
        """Losses at the end without dropout and with it."""
        if self.end is None:
            return np.nan, np.nan
        case = self.case
        x, y = (array[self.rows].astype(float) for array in (case.data.inputs, case.data.targets))
        network, recipe = case.judged  # whose outputs the loss is taken of
        outputs, _ = forward(network, self.end, x, draw(network, recipe.seed, 0, len(x)))
        return self.loss(self.end), float(losses(recipe, outputs, y)[0].mean())

    @once
    def augmented(self):
        """Losses at the end on rows as they are and as augmentation makes them."""
        if self.end is None:
            return np.nan, np.nan
        x, changed = self._changed
        network, recipe = self.case.judged
        outputs, _ = forward(network, self.end, changed)
        y = self.case.data.targets[self.rows].astype(float)
        return self.loss(self.end), float(losses(recipe, outputs, y)[0].mean())

    @once
    def moved(self):
        """How far augmentation takes a sample, over how far one is from another."""
        x, changed = self._changed
        with np.errstate(all="ignore"):  # twice the variance lies between two samples
            return float(np.sqrt(np.mean((changed - x) ** 2) / (2 * x.var(axis=0).mean())))

    @once
    def _changed(self):
        x = self.case.data.inputs[self.rows].astype(float)
        return x, augmented(*self.case.judged, x, 0)

    @once
    def recalls(self):
        """By class, the share of its rows that are told right at the end; None of numbers."""
        truth = self.case.truth
        if self.end is None or truth.kind != "classes":
            return None
        rows = _some(len(self.case.given), ROWS)
        values = truth.values[rows]
        said = self.case.estimates(self.end, self.case.data.inputs[rows])
        if values.shape[1] == 1:
            values, said = np.hstack([1 - values, values]), np.hstack([1 - said, said])
        labels, told = values.argmax(axis=1), said.argmax(axis=1)
        present = np.unique(labels)
        return {int(one): float((told == one)[labels == one].mean()) for one in present}


def _some(count, most):
    """Places of all of `count` rows, or of so many that are drawn."""
    return np.random.default_rng(0).permutation(count)[:most]


def good(trained, bar):
    """Which starts of a `Trained` explain what they should: (k,).

    Or half of it, where the loss is at its floor: that of a loss which is not of squares.
    """
    found = trained.explained >= bar
    found |= (trained.outcomes == "converged") & (trained.explained >= bar / 2)
    return found
