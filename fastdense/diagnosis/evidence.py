"""What is measured of a case before anything is changed in it: what causes are suspected by."""

from dataclasses import dataclass

import numpy as np

from fastdense.arrays.duplicates import equal_rows
from fastdense.model import Model
from fastdense.once import once

MESSAGE = 200  # characters of what the engine says
LIMITED = "sgd", "momentum", "momentum_keras", "nesterov", "nesterov_keras"  # by the curvature
CURVATURE_ROWS = 512
POWER_STEPS = 12


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
        return (
            f"{self.good.sum()} of {len(self.good)} starts explain {reached:.0%} of the targets' "
            f"variance; {self._best} was found attainable"
            f"{' on rows held out' if self.attainable.held_out else ''}."
        )

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
        spread = deviations[varied].max() / deviations[varied].min() if varied.any() else 1.0
        return largest, smallest, offset.max(initial=0.0), spread

    @once
    def target_sizes(self):
        """Root mean square of each target column, and its standard deviation."""
        y = np.asarray(self.case.data.targets, float)
        return np.sqrt((y**2).mean(axis=0)), y.std(axis=0)

    @once
    def distinct_inputs(self):
        """How many rows of inputs differ, as a share of all."""
        groups, lone = equal_rows(self.case.data.inputs, self.case.recipe.dtype)
        return (len(list(groups)) + int(np.count_nonzero(lone))) / len(self.case.given)

    # Curvature ------------------------------------------------------------------------------

    @once
    def sharpness(self):
        """Largest eigenvalue of the Hessian at the start, by power iteration; NaN if it is none."""
        return _sharpness(self.case) if self.ran else np.nan

    @once
    def stability(self):
        """The learning rate over the largest that is stable at the start; NaN if not of this kind.

        That is 2 / curvature of plain descent, and 2 + 2 momentum of the heavy ball.
        """
        recipe = self.case.recipe
        if recipe.optimizer.name not in LIMITED or recipe.clip_norm or recipe.clip_value:
            return np.nan
        momentum = recipe.optimizer.values.get("momentum", 0.0)
        summed = 1 if recipe.reduction == "mean" else recipe.batch_of(len(self.case.given))
        return summed * recipe.learning_rate * self.sharpness / (2 + 2 * momentum)


def good(trained, bar):
    """Which starts of a `Trained` explain what they should: (k,).

    Or half of it, where the loss is at its floor: that of a loss which is not of squares.
    """
    found = trained.explained >= bar
    found |= (trained.outcomes == "converged") & (trained.explained >= bar / 2)
    return found


def _sharpness(case):
    """By differences of gradients in float64, on some of the rows."""
    rows = np.arange(len(case.given))
    if len(rows) > CURVATURE_ROWS:
        rows = np.random.default_rng(0).permutation(len(rows))[:CURVATURE_ROWS]
    data = case.data.inputs[rows].astype(float), case.data.targets[rows].astype(float)
    start = case.network.initialize(case.recipe.seed, "float64")

    def gradient(at):
        return Model(case.network, at).loss_and_gradient(data, case.recipe.loss)[1]

    direction = np.random.default_rng(1).normal(size=len(start))
    scale = 1e-5 * max(np.linalg.norm(start), 1e-3)
    value = np.nan
    with np.errstate(all="ignore"):
        for _ in range(POWER_STEPS):
            direction /= np.linalg.norm(direction)
            ends = [gradient(start + sign * scale * direction) for sign in (1, -1)]
            product = (ends[0] - ends[1]) / (2 * scale)
            value = float(direction @ product)
            if not np.isfinite(product).all() or not product.any():
                return np.nan
            direction = product
    return value
