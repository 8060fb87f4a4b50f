"""`DenseClassifier`: `MLPClassifier`'s parameters, and what was refused there."""

import numpy as np
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import column_or_1d
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import (
    _check_partial_fit_first_call,
    type_of_target,
    unique_labels,
)
from sklearn.utils.validation import validate_data

from fastdense.sklearn import heads
from fastdense.sklearn.estimator import FLOATS, DenseEstimator, takes_steps


def _gives_probabilities(estimator):
    """Whether outputs can be read as probabilities."""
    head = estimator.__dict__.get("_head")
    if head is None:
        multilabel = False
        head = heads.of_classes(estimator.loss, estimator.output_activation, 1, multilabel)
    if not head.probable:
        raise AttributeError(f"outputs for the loss {estimator.loss} are no probabilities")
    return True


class DenseClassifier(ClassifierMixin, DenseEstimator):
    """A dense network for classes, two or more of them, or several labels a row.

    The parameters up to `max_fun` are those of scikit-learn's `MLPClassifier`, with their meaning
    and defaults; from the same `random_state` it begins with the same weights and visits the rows
    in the same order.

    Parameters
    ----------
    hidden_layer_sizes, activation, solver, alpha, batch_size, learning_rate, learning_rate_init, \
power_t, max_iter, shuffle, random_state, tol, verbose, warm_start, momentum, nesterovs_momentum, \
early_stopping, validation_fraction, beta_1, beta_2, epsilon, n_iter_no_change, max_fun : \
as in `DenseRegressor`
    loss : str
        "log_loss", or the name of any loss of classes here: "hinge", "squared_hinge",
        "categorical_crossentropy", ...; also losses of numbers, on classes that are 0 and 1.
    class_weight : dict or "balanced", optional
        What the rows of a class count.
    output_activation, dropout, batch_normalization, callbacks, dtype, n_jobs, n_networks : \
as in `DenseRegressor`

    Attributes
    ----------
    classes_ : ndarray, shape (classes,)
    coefs_, intercepts_, loss_, loss_curve_, best_loss_, validation_scores_, \
best_validation_score_, n_iter_, n_layers_, n_outputs_, out_activation_, t_, n_features_in_, \
feature_names_in_ : as in `MLPClassifier`
    validation_loss_curve_ : list of float
        Of the `validation_data`, where `fit` was given some.
    """

    _parameter_constraints: dict = {
        **DenseEstimator._parameter_constraints,
        "class_weight": [dict, list, None, str],
    }

    def __init__(
        self,
        hidden_layer_sizes=(100,),
        activation="relu",
        *,
        solver="adam",
        alpha=0.0001,
        batch_size="auto",
        learning_rate="constant",
        learning_rate_init=0.001,
        power_t=0.5,
        max_iter=200,
        shuffle=True,
        random_state=None,
        tol=1e-4,
        verbose=False,
        warm_start=False,
        momentum=0.9,
        nesterovs_momentum=True,
        early_stopping=False,
        validation_fraction=0.1,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-8,
        n_iter_no_change=10,
        max_fun=15000,
        loss="log_loss",
        class_weight=None,
        output_activation=None,
        dropout=0.0,
        batch_normalization=False,
        callbacks=None,
        dtype=None,
        n_jobs=None,
        n_networks=1,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.loss = loss
        self.class_weight = class_weight
        self.output_activation = output_activation
        self.dropout = dropout
        self.batch_normalization = batch_normalization
        self.callbacks = callbacks
        self.dtype = dtype
        self.n_jobs = n_jobs
        self.n_networks = n_networks

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None, validation_data=None):
        """Fit the network to rows.

        Parameters
        ----------
        X : array_like or sparse matrix, shape (n, features)
        y : array_like, shape (n,), or of 0 and 1 for several labels a row, shape (n, labels)
        sample_weight : array_like, shape (n,), optional
        validation_data : (X, y), optional
            Whose loss becomes `validation_loss_curve_`, and by whose score `early_stopping` goes.

        Returns
        -------
        self
        """
        return self._fit(X, y, sample_weight, validation_data=validation_data)

    @available_if(takes_steps)
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, sample_weight=None, classes=None):
        """Go on for one epoch over some rows.

        Parameters
        ----------
        X, y, sample_weight : as in `fit`
        classes : array_like, shape (classes,), optional
            All classes there are; the first call needs them.
        """
        if _check_partial_fit_first_call(self, classes):
            self._label_binarizer = LabelBinarizer()
            multilabel = type_of_target(y).startswith("multilabel")
            self._label_binarizer.fit(y if multilabel else classes)
        return self._fit(X, y, sample_weight, incremental=True)

    def predict(self, X):
        """Classes, shape (n,), or labels, shape (n, labels), for rows (n, features)."""
        outputs = self._outputs(X)
        if self._multilabel:
            return self._label_binarizer.inverse_transform(outputs, self._head.threshold)
        if outputs.shape[1] > 1:
            return self.classes_.take(outputs.argmax(axis=1))
        if len(self.classes_) == 1:
            return np.repeat(self.classes_, len(outputs))
        return self.classes_.take((outputs[:, 0] > self._head.threshold).astype(np.intp))

    @property
    def _multilabel(self):
        return self._label_binarizer.y_type_.startswith("multilabel")

    @available_if(_gives_probabilities)
    def predict_proba(self, X):
        """Probabilities of the classes or labels, shape (n, classes), for rows (n, features)."""
        return self._outputs(X, self._probabilities)

    def _probabilities(self, outputs):
        """Of outputs (n, outputs), (n, classes)."""
        outputs = self._head.probabilities(outputs)
        if outputs.shape[1] == 1:
            return np.hstack([1 - outputs, outputs])
        if not self._multilabel and self._head.each:
            outputs /= outputs.sum(axis=1, keepdims=True)
        return outputs

    @available_if(_gives_probabilities)
    def predict_log_proba(self, X):
        """The logarithms of `predict_proba`."""
        probabilities = self.predict_proba(X)
        return np.log(probabilities, out=probabilities)

    def _read(self, X, y, incremental, reset, held=False):
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            dtype=FLOATS,
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if not hasattr(self, "classes_") or not (self.warm_start or incremental):
            self._label_binarizer = LabelBinarizer()
            self._label_binarizer.fit(y)
            self.classes_ = self._label_binarizer.classes_
        else:
            self._check_classes(unique_labels(y), self.warm_start and not held)
        return X, self._columns(y)

    def _columns(self, y):
        """Classes as boolean columns (n, columns): one, where there are two."""
        if y.ndim > 1 or self._multilabel:
            columns = self._label_binarizer.transform(y)
            columns = columns.toarray() if hasattr(columns, "toarray") else columns
            return columns.astype(bool)
        # What the binarizer does, in a tenth of the time.
        places = np.searchsorted(self.classes_, y)
        if len(self.classes_) <= 2:
            return places[:, np.newaxis] == 1
        return places[:, np.newaxis] == np.arange(len(self.classes_))

    def _check_classes(self, classes, all_of_them):
        if all_of_them:
            if {*classes} != {*self.classes_}:
                raise ValueError(
                    "warm_start can only be used where `y` has the same classes as in the previous "
                    f"call to fit. Previously got {self.classes_}, `y` has {classes}"
                )
        elif len(np.setdiff1d(classes, self.classes_, assume_unique=True)):
            raise ValueError(
                f"`y` has classes not in `self.classes_`. `self.classes_` has {self.classes_}. "
                f"'y' has {classes}."
            )

    def _head_for(self, known):
        return heads.of_classes(self.loss, self.output_activation, known.shape[1], self._multilabel)

    def _targets(self, known):
        return heads.class_targets(self._head, known)

    def _class_weights(self, y, incremental):
        if self.class_weight is None:
            return None
        if incremental and self.class_weight == "balanced":
            raise ValueError(
                "class_weight 'balanced' is not supported for partial_fit, which does not know how "
                "many rows of a class will come; give the weights as a dict"
            )
        return compute_sample_weight(self.class_weight, y)

    def _stratified(self):
        return self.n_outputs_ == 1

    def _score_of(self, outputs, rows):
        """The share of right classes; of several labels, of rows where all are right."""
        if outputs.shape[1] > 1 and not self._multilabel:
            known = heads.class_targets(self._head, rows.known)
            if known.shape[1] > 1:
                known = known.argmax(axis=1)
            right = outputs.argmax(axis=1) == known.ravel()
        else:
            right = ((outputs > self._head.threshold) == rows.known).all(axis=1)
        return np.average(right, weights=rows.weights)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
