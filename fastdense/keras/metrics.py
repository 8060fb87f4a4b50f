"""Numbers that tell how right outputs are."""

import numpy as np

from fastdense.keras import losses
from fastdense.keras.configured import Configured, Directory
from fastdense.keras.floats import floatx
from fastdense.keras.losses import columns
from fastdense.keras.names import snake, unique
from fastdense.keras.refused import refuse, refusing
from fastdense.keras.tensors import tensor


class Metric(Configured):
    """A metric: of arrays, or gathered over batches by `update_state`, `result`, `reset_state`."""

    module = "metrics"
    weighted = False  # by the weights of the samples, in `compile`

    def __init__(self, name=None, dtype=None):
        self.name, self.dtype = name or snake(type(self).__name__), dtype
        self.reset_state()

    def reset_state(self):
        self._seen = []

    reset_states = reset_state

    def update_state(self, y_true, y_pred, sample_weight=None):
        self._seen.append((columns(y_true), columns(y_pred), sample_weight))

    def result(self):
        if not self._seen:
            return np.float32(0.0)
        y, p, weights = zip(*self._seen, strict=True)
        counts = [
            np.ones(len(a)) if w is None else np.ravel(w) for a, w in zip(y, weights, strict=True)
        ]
        return np.float32(self.of(np.concatenate(y), np.concatenate(p), np.concatenate(counts)))

    def __call__(self, y_true, y_pred, sample_weight=None):
        self.update_state(y_true, y_pred, sample_weight)
        return self.result()

    def of(self, y, p, weights=None):
        """The number for all rows (n, columns) of targets and outputs."""
        values = self.values(y, p)
        return float(np.average(values, weights=weights) if weights is not None else values.mean())

    def of_batches(self, y, p, weights, size):
        """The same of rows that come in batches of a size."""
        return self.of(y, p, weights)

    def values(self, y, p):
        """The number of each row, whose mean it is."""
        raise NotImplementedError


def named(chosen, y, p, weights, size):
    """Metrics of all rows of targets and outputs, in batches of a size, by name."""
    return {
        one.name: one.of_batches(y, p, weights if one.weighted else None, size) for one in chosen
    }


class Mean(Metric):
    """The mean of the numbers that it is given."""

    def update_state(self, values, sample_weight=None):
        flat = np.ravel(np.asarray(values, float))
        weights = np.ones(len(flat)) if sample_weight is None else np.ravel(sample_weight)
        self._seen.append((flat, np.broadcast_to(weights, flat.shape)))

    def result(self):
        if not self._seen:
            return np.float32(0.0)
        values, weights = (np.concatenate(each) for each in zip(*self._seen, strict=True))
        return np.float32(np.average(values, weights=weights))

    def __call__(self, values, sample_weight=None):
        self.update_state(values, sample_weight)
        return self.result()


class OfLoss(Metric):
    """A loss as a metric."""

    loss = ""

    def values(self, y, p):
        return losses.get(self.loss).values(y, p)


class RootMeanSquaredError(Metric):
    def of(self, y, p, weights=None):
        return float(np.sqrt(np.average(np.square(y - p).mean(axis=1), weights=weights)))


class BinaryAccuracy(Metric):
    """The share of outputs on the right side of the threshold."""

    def __init__(self, name=None, dtype=None, threshold=0.5):
        super().__init__(name, dtype)
        self.threshold = float(threshold)

    def values(self, y, p):
        return (y == (p > self.threshold)).mean(axis=1)


class CategoricalAccuracy(Metric):
    def values(self, y, p):
        return (y.argmax(axis=1) == p.argmax(axis=1)).astype(float)


class SparseCategoricalAccuracy(Metric):
    def values(self, y, p):
        return (y[:, 0] == p.argmax(axis=1)).astype(float)


class TopKCategoricalAccuracy(Metric):
    def __init__(self, k=5, name=None, dtype=None):
        super().__init__(name, dtype)
        self.k = int(k)

    def classes(self, y):
        return y.argmax(axis=1)

    def values(self, y, p):
        own = np.take_along_axis(p, self.classes(y)[:, np.newaxis], 1)
        return ((p > own).sum(axis=1) < self.k).astype(float)


class SparseTopKCategoricalAccuracy(TopKCategoricalAccuracy):
    def classes(self, y):
        return y[:, 0].astype(int)


class Accuracy(Metric):
    """The share of outputs that equal their targets; in `compile` the one that fits the loss."""

    def values(self, y, p):
        return (y == p).mean(axis=1)


class _Counting(Metric):
    """A ratio of counts of positive outputs and targets."""

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        if top_k is not None:
            raise refuse(f"{type(self).__name__}(top_k={top_k!r})", "give thresholds")
        super().__init__(name or unique(snake(type(self).__name__)), dtype)
        self.thresholds, self.top_k, self.class_id = thresholds, top_k, class_id

    def of(self, y, p, weights=None):
        if self.class_id is not None:
            y, p = (each[:, self.class_id : self.class_id + 1] for each in (y, p))
        threshold = 0.5 if self.thresholds is None else float(np.ravel(self.thresholds)[0])
        w = np.ones((len(y), 1)) if weights is None else np.reshape(weights, (-1, 1))
        positive, chosen = y > 0.5, p > threshold
        counts = {
            (truth, guess): float((w * ((positive == truth) & (chosen == guess))).sum())
            for truth in (True, False) for guess in (True, False)
        }  # fmt: skip
        return self.ratio(counts)

    def ratio(self, counts):
        """From the counts by (target, output)."""
        raise NotImplementedError


def _over(part, whole):
    return part / whole if whole else 0.0


class Precision(_Counting):
    def ratio(self, counts):
        return _over(counts[True, True], counts[True, True] + counts[False, True])


class Recall(_Counting):
    def ratio(self, counts):
        return _over(counts[True, True], counts[True, True] + counts[True, False])


class TruePositives(_Counting):
    def ratio(self, counts):
        return counts[True, True]


class TrueNegatives(_Counting):
    def ratio(self, counts):
        return counts[False, False]


class FalsePositives(_Counting):
    def ratio(self, counts):
        return counts[False, True]


class FalseNegatives(_Counting):
    def ratio(self, counts):
        return counts[True, False]


class AUC(Metric):
    """The area under the curve of true and false positives, at 200 thresholds, as Keras has it."""

    def __init__(self, num_thresholds=200, curve="ROC", name=None, dtype=None, from_logits=False):
        if curve != "ROC":
            raise refuse(f"AUC(curve={curve!r})", "the curve can only be 'ROC' here")
        super().__init__(name or unique("auc"), dtype)
        self.num_thresholds, self.curve = int(num_thresholds), curve
        self.from_logits = bool(from_logits)

    def of(self, y, p, weights=None):
        if self.from_logits:
            p = 1.0 / (1.0 + np.exp(-p))
        w = np.ones(len(y)) if weights is None else np.ravel(weights)
        w = np.repeat(w, y.shape[1])
        y, p = y.ravel() > 0.5, p.ravel().astype("float32")
        between = np.arange(1, self.num_thresholds - 1) / (self.num_thresholds - 1)
        thresholds = np.array([-1e-7, *between, 1.0 + 1e-7], "float32")
        order = np.argsort(p, kind="stable")
        place = np.searchsorted(p[order], thresholds, side="right")

        def above(mask):  # the weight of those above each threshold
            sums = np.concatenate([[0.0], np.cumsum((w * mask)[order])])
            return sums[-1] - sums[place]

        true, false = above(y), above(~y)
        rates = [each / each.max() if each.max() else each for each in (true, false)]
        return float(np.sum((rates[0][:-1] + rates[0][1:]) / 2 * (rates[1][:-1] - rates[1][1:])))


_all = Directory("metric", Metric)
for _class in (
    Mean, RootMeanSquaredError, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy,
    TopKCategoricalAccuracy, SparseTopKCategoricalAccuracy, Accuracy, Precision, Recall, AUC,
    TruePositives, TrueNegatives, FalsePositives, FalseNegatives,
):  # fmt: skip
    _all.add(_class)
for _name, _loss in losses.FUNCTIONS.items():
    _made = type(_loss.__name__, (OfLoss,), {"loss": _name, "__doc__": f"`{_name}` as a metric."})
    globals()[_loss.__name__] = _all.add(_made, _name)


class FunctionMetric(Metric):
    """A function of the user's own, of targets and outputs, in NumPy."""

    def __init__(self, function):
        self.function = function
        super().__init__(getattr(function, "__name__", "metric"))

    def of(self, y, p, weights=None):
        return self.of_batches(y, p, weights, len(y))

    def of_batches(self, y, p, weights, size):
        """The mean over rows; of one number a batch, that over batches, which count alike."""
        starts = range(0, len(y), size)
        every = [
            self._of_batch(y[first : first + size], p[first : first + size]) for first in starts
        ]
        if every[0].ndim == 0:
            return float(np.mean(every))
        return float(np.average(np.concatenate(every), weights=weights))

    def _of_batch(self, y, p):
        """A number, or one for each row."""
        try:
            found = np.asarray(self.function(tensor(y, floatx()), tensor(p, floatx())), float)
        except Exception as error:
            raise refuse(
                f"the metric {self.name}",
                f"its function failed on NumPy arrays ({type(error).__name__}: {error})",
            ) from error
        return found if found.ndim == 0 else found.reshape(len(y), -1).mean(axis=1)


def get(given, y=None, outputs=None):
    """A `Metric` from its name, its class, itself or a function.

    Parameters
    ----------
    y : ndarray, optional
        The targets as they were given, on which it depends what "accuracy" means.
    outputs : int, optional
        How many outputs the model has.
    """
    if isinstance(given, Metric):
        return given
    if isinstance(given, losses.Loss):
        made = _all.get(given.usual_name())
        made.name = given.name
        return made
    if isinstance(given, losses.LossFunction):
        given = given.__name__
    if isinstance(given, str):
        if given in ("accuracy", "acc", "crossentropy", "ce"):
            return _fitting(given, y, outputs)
        made = _all.get(losses.SHORT.get(given, given))
        made.name = given  # as it is spelled
        return made
    if callable(given) and not isinstance(given, type):
        return FunctionMetric(given)
    return _all.get(given)


def _fitting(name, y, outputs):
    """What "accuracy" means for targets of a shape."""
    sparse = y is not None and (np.ndim(y) < 2 or np.shape(y)[-1] == 1)
    kind = "Binary" if outputs == 1 else ("SparseCategorical" if sparse else "Categorical")
    what = "Accuracy" if name in ("accuracy", "acc") else "Crossentropy"
    made = _all.get(f"{kind}{what}")
    made.name = name
    return made


deserialize = get
_refused = refusing(
    "keras.metrics",
    {
        "of the metrics there are accuracies, losses, Precision, Recall and AUC": "F1Score "
        "FBetaScore MeanIoU IoU BinaryIoU OneHotIoU OneHotMeanIoU R2Score CosineSimilarity "
        "SensitivityAtSpecificity SpecificityAtSensitivity PrecisionAtRecall RecallAtPrecision "
        "CategoricalHinge MeanMetricWrapper Sum"
    },
)


def __getattr__(name):
    long = losses.SHORT.get(name, name)
    if long in losses.FUNCTIONS:
        return losses.LossFunction(long, losses.FUNCTIONS[long])
    if name in _all.classes and name != snake(name):
        return _all.classes[name]
    by_row = {snake(cls.__name__): cls for cls in _all.classes.values() if hasattr(cls, "values")}
    if name in by_row:
        return lambda y_true, y_pred: by_row[name]().values(columns(y_true), columns(y_pred))
    return _refused(name)
