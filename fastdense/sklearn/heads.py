"""Heads: the last activation, the loss, and how targets and predictions are encoded for them."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, softmax

from fastdense import catalogue
from fastdense.errors import FastdenseError, unknown
from fastdense.sklearn.words import activation_of

# The last activation that a loss is made for, by what it takes as predictions.
USUAL = {
    "real": "identity",
    "positive": "exponential",
    "probability": "sigmoid",
    "logit": "identity",
    "distribution": "softmax",
    "log-distribution": "log_softmax",
}
# Losses of the logarithm of a rate: the network is trained on it, and predicts the rate.
OF_LOGARITHMS = "poisson_log", "poisson_deviance_log"
# How scikit-learn names a last activation.
THEIRS = {"sigmoid": "logistic", "exponential": "exp"}
REGRESSION = {"squared_error": "half_squared_error", "poisson": "poisson_deviance_log"}


@dataclass(frozen=True)
class Head:
    """The end of a network.

    Attributes
    ----------
    loss : str
        Name of the engine's.
    trained, predicted : str
        Activation of the last layer while it is trained, and when it predicts.
    outputs : int
    factor : float
        From the mean loss over outputs to the loss that is reported.
    """

    loss: str
    trained: str
    predicted: str
    outputs: int
    factor: float

    @property
    def name(self):
        """Of the activation, as scikit-learn has it."""
        return THEIRS.get(self.predicted, self.predicted)

    @property
    def _entry(self):
        return catalogue.get("losses", self.loss)

    @property
    def labels(self):
        """Whether a target is the number of a class instead of a column for each."""
        return self._entry.targets == "label"

    @property
    def threshold(self):
        """Above which an output says yes."""
        if self.predicted == "sigmoid":
            return 0.5
        entry = self._entry
        return 0.0 if entry.targets == "sign" or entry.predictions == "logit" else 0.5

    @property
    def each(self):
        """Whether outputs are probable each by itself, so that they need not add up to one."""
        if self.predicted == "identity":
            return not self._entry.coupled
        return self.predicted == "sigmoid"

    @property
    def probable(self):
        """Whether outputs can be read as probabilities."""
        if self.predicted in ("sigmoid", "softmax", "log_softmax"):
            return True
        return self.predicted == "identity" and self._entry.predictions == "logit"

    def probabilities(self, outputs):
        """Of outputs (n, outputs), where they are `probable`."""
        if self.predicted == "log_softmax":
            return np.exp(outputs)
        if self.predicted == "identity":
            entry = self._entry
            return softmax(outputs, axis=1) if entry.coupled else expit(outputs)
        return outputs


def _entry_of(loss):
    if loss not in catalogue.names("losses"):
        raise unknown("loss", loss, catalogue.names("losses"), also=["squared_error", "log_loss"])
    return catalogue.get("losses", loss)


def _head(loss, entry, activation, outputs, factor):
    trained = predicted = USUAL[entry.predictions]
    if activation is not None:
        trained = predicted = activation_of(activation)
    elif entry.name in OF_LOGARITHMS:
        predicted = "exponential"
    return Head(loss, trained, predicted, outputs, factor)


def of_regression(loss, activation, outputs):
    """The `Head` for real targets in so many columns.

    Raises
    ------
    FastdenseError
        An unknown loss, or one of classes.
    """
    name = REGRESSION.get(loss, loss)
    entry = _entry_of(name)
    if entry.targets not in ("real", "nonnegative", "unit"):
        raise FastdenseError(
            f"{loss} is a loss of classes; use DenseClassifier, or a loss of numbers such as "
            "squared_error"
        )
    # The squared error is reported as a mean over outputs, and descended as a sum, as there.
    factor = 1.0 if loss == "squared_error" else float(outputs)
    return _head(name, entry, activation, outputs, factor)


def of_classes(loss, activation, columns, multilabel):
    """The `Head` for classes that are binarized into so many columns: one, where there are two.

    Raises
    ------
    FastdenseError
        An unknown loss, one of rates, or one of single classes where a row may have several.
    """
    if loss == "log_loss":
        several = columns > 1 and not multilabel
        loss = "sparse_categorical_crossentropy" if several else "binary_crossentropy"
    entry = _entry_of(loss)
    if entry.targets == "nonnegative":
        raise FastdenseError(f"{loss} is a loss of rates; use DenseRegressor, or log_loss")
    outputs = columns
    if entry.coupled:
        if multilabel:
            raise FastdenseError(
                f"{loss} is a loss of one class a row, but rows have several labels; use log_loss"
            )
        outputs = max(columns, 2)
    factor = 1.0 if entry.coupled else float(outputs)
    return _head(loss, entry, activation, outputs, factor)


def class_targets(head, columns):
    """Targets as the head's loss takes them, of classes in boolean columns (n, columns)."""
    if head.labels:
        labels = columns.argmax(axis=1) if columns.shape[1] > 1 else columns[:, 0]
        return labels[:, np.newaxis]
    if columns.shape[1] < head.outputs:
        return np.hstack([~columns, columns])
    return columns
