"""`DenseRegressor`: `MLPRegressor`'s parameters, and what was refused there."""

import numpy as np
from sklearn.base import RegressorMixin, _fit_context
from sklearn.utils import column_or_1d
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from fastdense.checks import real
from fastdense.errors import FastdenseError
from fastdense.sklearn import heads, intervals
from fastdense.sklearn.estimator import FLOATS, DenseEstimator, takes_steps


def _plain(outputs):
    """One output as a vector."""
    return outputs.ravel() if outputs.shape[1] == 1 else outputs


class DenseRegressor(RegressorMixin, DenseEstimator):
    """A dense network for real targets.

    The parameters up to `max_fun` are those of scikit-learn's `MLPRegressor`, with their meaning
    and defaults; from the same `random_state` it begins with the same weights and visits the rows
    in the same order.

    Parameters
    ----------
    loss : str
        "squared_error" (half of it), "poisson" (half its deviance, of a rate), or the name of any
        loss of numbers here: "huber", "mae", "log_cosh", ...
    hidden_layer_sizes : int or sequence of int
    activation : str or sequence of str
        Of all hidden layers, or of each: "relu", "tanh", "logistic", "identity", or the name of any
        activation here.
    solver : str or dict
        "adam", "sgd", "lbfgs", or any optimizer here by its name or table, such as
        `{"name": "adamw", "weight_decay": 0.01}`.
    alpha : float
        Penalty on the squares of the weights, alpha / 2, divided by the rows of a mini-batch.
    batch_size : int or "auto"
        min(200, rows), if "auto".
    learning_rate : str or dict
        "constant", "invscaling" and "adaptive", or a schedule here: "cosine", ...
    learning_rate_init, power_t, max_iter, shuffle, random_state, tol, verbose, warm_start, \
momentum, nesterovs_momentum, early_stopping, validation_fraction, beta_1, beta_2, epsilon, \
n_iter_no_change, max_fun : as in `MLPRegressor`
    output_activation : str, optional
        The one that the loss is made for, if not given.
    dropout : float or sequence of float
        Rate after all hidden layers, or after each.
    batch_normalization : bool
        Of every hidden layer, before its activation.
    callbacks : sequence of callable, optional
        Called with the estimator after every epoch; the fit ends when one returns true.
    dtype : str, optional
        "float32" or "float64"; that of the data, if not given.
    n_jobs : int, optional
        Threads that may share the steps of a large fit, or the networks; 1 if not given, all
        cores if -1.
    n_networks : int
        Networks that are fitted side by side from starts of their own; predictions are their means.
        Each leaves out a `validation_fraction` of the rows, by which `predict_interval` and
        `return_std` know how far predictions are from new rows. (Those of a classifier see all.)

    Attributes
    ----------
    coefs_, intercepts_, loss_, loss_curve_, best_loss_, validation_scores_, \
best_validation_score_, n_iter_, n_layers_, n_outputs_, out_activation_, t_, n_features_in_, \
feature_names_in_ : as in `MLPRegressor`
    validation_loss_curve_ : list of float
        Of the `validation_data`, where `fit` was given some.
    estimators_ : list of DenseRegressor
        Of several networks each by itself, as it is fitted from its `random_state` alone; there are
        no weights and curves of all together.
    noise_ : ndarray, shape (outputs,)
        Standard deviation of targets from predictions that networks do not disagree about.
    """

    def __init__(
        self,
        loss="squared_error",
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
        output_activation=None,
        dropout=0.0,
        batch_normalization=False,
        callbacks=None,
        dtype=None,
        n_jobs=None,
        n_networks=1,
    ):
        self.loss = loss
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
        y : array_like, shape (n,) or (n, outputs)
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
    def partial_fit(self, X, y, sample_weight=None):
        """Go on for one epoch over some rows; parameters are as in `fit`."""
        return self._fit(X, y, sample_weight, incremental=True)

    def predict(self, X, return_std=False):
        """Predictions for rows (n, features).

        Parameters
        ----------
        X : array_like or sparse matrix, shape (n, features)
        return_std : bool
            Of several networks: also the standard deviation of targets from the predictions, by
            the disagreement of the networks and the `noise_`.

        Returns
        -------
        ndarray, shape (n,) or (n, outputs), or two of them
        """
        if return_std:
            return tuple(map(_plain, self._mean_and_std(X)))
        return _plain(self._outputs(X))

    def predict_interval(self, X, coverage=0.9):
        """Where targets lie with a probability of `coverage`, of several networks.

        Parameters
        ----------
        X : array_like, shape (n, features)
        coverage : float
            From 0 on, below 1.

        Returns
        -------
        low, high : ndarray, shape (n,) or (n, outputs)

        Raises
        ------
        FastdenseError
            It is one network, which does not know how far off it is (`n_networks`).
        """
        coverage = real("coverage", coverage, 0.0, 1.0)
        mean, std = self._mean_and_std(X)
        width = std * intervals.width_for(self._deviations, coverage)
        return _plain(mean - width), _plain(mean + width)

    def _mean_and_std(self, X):
        check_is_fitted(self)
        if "estimators_" not in self.__dict__:
            raise FastdenseError(
                "one network does not know how far off it is; fit several: n_networks=16"
            )
        X = self._valid(X, self.estimators_[0]._live)
        outputs = np.array([one._own_outputs(X) for one in self.estimators_])
        return outputs.mean(axis=0), np.sqrt(outputs.var(axis=0) + self.noise_**2)

    def _leave_out(self, count):
        return max(round(self.validation_fraction * count), 1)

    def _note_left_out(self, rows, left_out):
        outputs = np.array([one._own_outputs(rows.inputs) for one in self.estimators_])
        self.noise_, self._deviations = intervals.deviations(outputs, rows.known, left_out)

    def _read(self, X, y, incremental, reset, held=False):
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            y_numeric=True,
            dtype=FLOATS,
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        return X, y.reshape(len(y), -1)

    def _head_for(self, known):
        return heads.of_regression(self.loss, self.output_activation, known.shape[1])

    def _targets(self, known):
        return known

    def _score_of(self, outputs, rows):
        """The coefficient of determination, averaged over outputs."""
        weights = np.ones(len(outputs)) if rows.weights is None else rows.weights
        known = rows.known.astype(float)
        mean = np.average(known, axis=0, weights=weights)
        left = weights @ (known - outputs) ** 2
        whole = weights @ (known - mean) ** 2
        # As scikit-learn has it where all targets are equal.
        scores = np.where(left == 0, 1.0, 0.0)
        some = whole != 0
        scores[some] = 1 - left[some] / whole[some]
        return scores.mean()
