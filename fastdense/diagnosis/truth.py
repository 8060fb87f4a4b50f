"""What a network is to predict, whatever its loss and output are, and how well it does.

Trainings with other losses, outputs and scales have to be compared. What they have in common is the
share of the targets' variance that their predictions explain: R^2, of numbers; of classes that of
their indicators, which is the Brier score beside that of the shares of the classes.
"""

from dataclasses import dataclass, replace

import numpy as np

from fastdense.diagnosis.outlying import Middle, middle_of

MAX_CLASSES = 10_000
FEW = 4  # numbers: of fewer any two are two classes
TAIL = 1.0  # times as far out as most numbers: what is farther out counts as if it was there
NUMBERS, CLASSES, INDICATORS = "numbers", "classes", "indicators"


@dataclass(frozen=True, eq=False)
class Truth:
    """The targets as the data mean them.

    Attributes
    ----------
    kind : str
        `NUMBERS`; `CLASSES`, of which each row has one; or `INDICATORS`, several or none a row.
    values : ndarray, shape (n, columns)
        Numbers, or 0 and 1. Two classes are one column if the targets are.
    signs : bool
        Whether the targets are -1 and 1 in place of these.
    weights : ndarray, shape (n,), or None
        What each row counts.
    middle : Middle or None
        By which values were clipped, and estimates are to be: those with long tails.
    """

    kind: str
    values: np.ndarray
    signs: bool = False
    weights: np.ndarray | None = None
    middle: Middle | None = None

    @classmethod
    def of(cls, targets, loss, outputs, labels=False):
        """Read targets (n, columns) off, of which a `Loss` says what it takes, unless they are
        known to be `labels`.
        """
        labels = labels or loss.targets == "label"
        targets = np.asarray(targets, float)
        whole = (targets == np.floor(targets)).all()
        if labels and whole and np.ptp(targets) < MAX_CLASSES:
            # Labels that the network has no output for are meant to begin at 0.
            known = targets.min() >= 0 and targets.max() < outputs
            classes = (targets[:, 0] - (0 if known else targets.min())).astype(int)
            columns = max(int(classes.max()) + 1, outputs)
            return cls(CLASSES, np.eye(columns)[classes] if columns < MAX_CLASSES else targets)
        if len(targets) < FEW and loss.targets not in ("unit", "sign", "distribution"):
            return cls(NUMBERS, targets)
        found = np.unique(targets[:100_000])
        if len(found) <= 2 and set(found) <= {-1.0, 1.0} and targets.shape[1] == 1:
            return cls(CLASSES, (targets + 1) / 2, signs=bool(targets.min() < 0))
        if ((targets == 0) | (targets == 1)).all():
            one = targets.shape[1] == 1 or (targets.sum(axis=1) == 1).all()
            return cls(CLASSES if one else INDICATORS, targets)
        if targets.min() >= 0 and targets.max() <= 1:  # softened labels
            if loss.targets == "unit":
                return cls(CLASSES if targets.shape[1] == 1 else INDICATORS, targets)
            if loss.targets == "distribution" and np.allclose(targets.sum(axis=1), 1, atol=1e-3):
                return cls(CLASSES, targets)
        return cls(NUMBERS, targets)

    @property
    def categorical(self):
        return self.kind != NUMBERS

    def shares(self):
        """Of the rows in each class, largest first; (classes,)."""
        values = self.values
        if values.shape[1] == 1:
            values = np.hstack([values, 1 - values])
        return np.sort(values.mean(axis=0))[::-1]

    def explained(self, estimates):
        """Share of the variance that estimates (n, columns) explain; below zero for worse.

        Of what is not finite, minus infinity.
        """
        with np.errstate(all="ignore"):
            if self.middle is not None:
                estimates = self.middle.clipped(estimates, TAIL)
            rest = self.mean((self.values - estimates) ** 2)
            spread = self.mean((self.values - self.mean(self.values)) ** 2)
        keep = spread > 0
        if not np.isfinite(rest).all():
            return -np.inf
        if not keep.any():  # nothing varies: what is right is then the size
            size = float((self.values**2).mean())
            return float(1 - rest.mean() / size) if size else float(1 - rest.mean())
        if self.kind == NUMBERS:  # each column counts alike, whatever its unit
            return float(1 - (rest[keep] / spread[keep]).mean())
        return float(1 - rest.sum() / spread.sum())

    def mean(self, rows):
        """The mean of rows (n, columns), as they count."""
        return np.average(rows, axis=0, weights=self.weights)

    def drawn_in(self):
        """The same, where numbers far out count by the logarithm of how far."""
        return replace(self, values=middle_of(self.values).drawn_in(self.values, 1.0))

    def clipped(self):
        """The same, where it does not matter how far out numbers are, nor estimates of them."""
        middle = middle_of(self.values)
        return replace(self, values=middle.clipped(self.values, TAIL), middle=middle)

    def without(self, rows):
        """The same, where some `rows` (n,) of bool do not count."""
        weights = np.ones(len(self.values)) if self.weights is None else self.weights
        return replace(self, weights=np.where(rows, 0.0, weights))

    def rows(self, chosen):
        weights = None if self.weights is None else self.weights[chosen]
        return replace(self, values=self.values[chosen], weights=weights)
