"""What both estimators are: parameters, the path of a fit, and the network that comes of it."""

from abc import ABC, abstractmethod
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, Options, StrOptions
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from fastdense.errors import FastdenseError
from fastdense.model import Model
from fastdense.parallel import cores
from fastdense.sklearn import ensembles, lbfgs, solvers
from fastdense.sklearn.fitting import StochasticFit
from fastdense.sklearn.live import Live
from fastdense.sklearn.rows import Rows, dense, split
from fastdense.sklearn.solvers import is_stochastic
from fastdense.sklearn.stopping import Patience
from fastdense.sklearn.words import hidden_sizes, initialized, network_of

FLOATS = np.float64, np.float32


def takes_steps(estimator):
    """Whether `partial_fit` is there."""
    if not is_stochastic(estimator):
        raise AttributeError(
            f"partial_fit is only available for stochastic optimizers. {estimator.solver} is not "
            "stochastic."
        )
    return True


class DenseEstimator(BaseEstimator, ABC):
    """A dense network that is fitted to rows; see `DenseClassifier` and `DenseRegressor`."""

    _parameter_constraints: dict = {
        "loss": [str],
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [str, "array-like"],
        "solver": [str, dict],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "learning_rate": [str, dict],
        "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
        "power_t": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "tol": [Interval(Real, 0, None, closed="left")],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
        "momentum": [Interval(Real, 0, 1, closed="both")],
        "nesterovs_momentum": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "beta_1": [Interval(Real, 0, 1, closed="left")],
        "beta_2": [Interval(Real, 0, 1, closed="left")],
        "epsilon": [Interval(Real, 0, None, closed="neither")],
        "n_iter_no_change": [
            Interval(Integral, 1, None, closed="left"),
            Options(Real, {np.inf}),
        ],
        "max_fun": [Interval(Integral, 1, None, closed="left")],
        "output_activation": [str, None],
        "dropout": [Interval(Real, 0, 1, closed="left"), "array-like"],
        "batch_normalization": ["boolean"],
        "callbacks": [None, "array-like"],
        "dtype": [None, StrOptions({"float32", "float64"})],
        "n_jobs": [None, Integral],
        "n_networks": [Interval(Integral, 1, None, closed="left")],
    }

    @abstractmethod
    def _head_for(self, known):
        """The `Head` for what is to be predicted."""

    @abstractmethod
    def _targets(self, known):
        """What is to be predicted as the head's loss takes it."""

    @abstractmethod
    def _score_of(self, outputs, rows):
        """How good outputs are, by which early stopping goes."""

    @abstractmethod
    def _read(self, X, y, incremental, reset, held=False):
        """Rows as scikit-learn validates them, and what is to be predicted in columns.

        Those that are `held` back need not have every class.
        """

    def _class_weights(self, y, incremental):
        """What the rows count by their classes, or None."""

    @property
    def _threads(self):
        """Threads that may share the steps of a fit."""
        if self.n_jobs is None or self.n_jobs == 0:
            return 1
        return self.n_jobs if self.n_jobs > 0 else max(cores() + 1 + self.n_jobs, 1)

    def _fit(self, X, y, sample_weight, incremental=False, validation_data=None):
        hidden_sizes(self.hidden_layer_sizes)  # refused before the rows are looked at
        first = not hasattr(self, "coefs_") or not (self.warm_start or incremental)
        if self.early_stopping and incremental:
            raise ValueError("partial_fit does not support early_stopping=True")
        given = y
        X, known = self._read(X, y, incremental, first)
        inputs = self._floats(X)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X)
        by_class = self._class_weights(given, incremental)
        if by_class is not None:
            sample_weight = by_class if sample_weight is None else sample_weight * by_class
        self.n_outputs_ = known.shape[1]
        self._random_state = check_random_state(self.random_state)
        self._head = self._head_for(known)
        rows = Rows(inputs, known, self._targets(known), sample_weight)
        if self.n_networks > 1:
            if incremental or self.warm_start:
                raise FastdenseError(
                    f"{self.n_networks} networks cannot go on from an earlier fit; take "
                    "n_networks=1, or fit them anew with warm_start=False"
                )
            return ensembles.fit(self, rows, validation_data)
        self.__dict__.pop("estimators_", None)
        return self._fit_rows(rows, first, incremental, validation_data)

    def _fit_rows(self, rows, first=True, incremental=False, validation_data=None):
        """Fit one network to rows that have been read."""
        trained, predicting = network_of(self, rows.inputs.shape[1], self._head)
        if first:
            self._begin(trained, predicting, rows.inputs.dtype)
        else:
            self._go_on(predicting, rows.inputs.dtype)
        if is_stochastic(self):
            self._fit_stochastic(trained, rows, incremental, validation_data)
        else:
            lbfgs.fit(self, trained, rows)
        return self._end()

    def _end(self):
        """What a fit leaves, if its weights are finite."""
        if not np.isfinite(self._live.parameters).all():
            raise ValueError(
                "Solver produced non-finite parameter weights. The input data may contain large "
                "values and need to be preprocessed."
            )
        self.coefs_, self.intercepts_ = [*self._live.coefs], [*self._live.intercepts]
        return self

    def _floats(self, X):
        """Rows as the engine trains on them."""
        X = dense(X)
        return X if self.dtype is None else X.astype(self.dtype, copy=False)

    def _begin(self, trained, predicting, dtype, like=None):
        """A fresh network, and attributes of no training; `like` is a `Live` of the same one."""
        parameters = initialized(self, trained, str(dtype), self._random_state)
        self._live = Live(predicting, parameters, like)
        self.coefs_, self.intercepts_ = [*self._live.coefs], [*self._live.intercepts]
        self.n_iter_ = self.t_ = 0
        self.n_layers_ = len(self.coefs_) + 1
        self.out_activation_ = self._head.name
        if is_stochastic(self):
            Patience.begin(self)

    def _go_on(self, predicting, dtype):
        """The network that was fitted, for another fit."""
        live = self.__dict__.get("_live")
        if live is None:  # weights that somebody has put into an estimator that was not fitted
            live = Live(predicting, np.zeros(predicting.size, dtype))
        live.follow(self.coefs_, self.intercepts_)
        if predicting != live.network:
            raise FastdenseError(
                f"the network was fitted as {live.network!r} and would now be {predicting!r}; "
                "leave the parameters of its layers as they were, or fit with warm_start=False"
            )
        self._live = Live(predicting, live.parameters.astype(dtype))
        if is_stochastic(self):
            Patience.go_on(self)

    def _fit_stochastic(self, network, rows, incremental, validation_data):
        held = watched = None
        if validation_data is not None:
            watched = self._rows_to_watch(*validation_data)
            self.validation_loss_curve_ = []
        if self.early_stopping and watched is not None:
            held = watched
        elif self.early_stopping:
            train, rest = split(
                rows.inputs, rows.known, rows.weights, self.validation_fraction,
                self._random_state, self._stratified(),
            )  # fmt: skip
            rows, held = self._rows(*train), self._rows(*rest)
        StochasticFit(self, network, rows, held, watched, incremental).run()

    def _leave_out(self, count):
        """Rows that each network of an ensemble does not see: none."""
        return 0

    def _note_left_out(self, rows, left_out):
        """Take in how well networks do on the rows that they have not seen."""

    def _stratified(self):
        """Whether rows are held back of each class alike."""
        return False

    def _rows(self, inputs, known, weights):
        return Rows(inputs, known, self._targets(known), weights)

    def _rows_to_watch(self, X, y):
        """Validation rows, which are validated as the others were."""
        X, known = self._read(X, y, True, False, held=True)
        return self._rows(self._floats(X).astype(self._live.parameters.dtype), known, None)

    # The network that comes of it.

    def _outputs(self, X, of=None):
        """Outputs (n, outputs) of the network, or the mean over networks of a function of them."""
        members = self.__dict__.get("estimators_")
        if members is not None:
            of = of or (lambda outputs: outputs)
            X = self._valid(X, members[0]._live)
            return np.mean([of(one._own_outputs(X)) for one in members], axis=0)
        live = self.__dict__.get("_live")
        if live is None:
            check_is_fitted(self)
        outputs = self._alone(X, live)
        return outputs if of is None else of(outputs)

    def _own_outputs(self, X):
        """Those for rows that have been read."""
        return self._live(X, self.coefs_, self.intercepts_)

    def _alone(self, X, live):
        # What validation would cost several times the prediction of a row.
        ready = type(X) is np.ndarray and X.ndim == 2 and X.dtype == live.parameters.dtype
        ready = ready and len(X) and X.flags.carray and X.shape[1] == live.network.features
        if ready and "feature_names_in_" not in self.__dict__:
            try:
                return live(X, self.coefs_, self.intercepts_)
            except FastdenseError:  # said in scikit-learn's words below
                pass
        return live(self._valid(X, live), self.coefs_, self.intercepts_)

    def _valid(self, X, live):
        """Rows to predict, as the engine takes them."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse=["csr", "csc"], dtype=FLOATS, reset=False)
        return dense(X).astype(live.parameters.dtype, copy=False)

    @property
    def model_(self):
        """The fitted network as a `fastdense.Model`, to be saved, exported or compiled."""
        check_is_fitted(self)
        if "estimators_" in self.__dict__:
            raise AttributeError("there is a model for each network: estimators_[0].model_")
        self._live.follow(self.coefs_, self.intercepts_)
        return Model(self._live.network, self._live.parameters)

    def diagnose(self, X, y, sample_weight=None, **options):
        """Why a fit on these rows does not get where it could, and what helps.

        Parameters
        ----------
        X, y, sample_weight : as in `fit`
        **options : as `fastdense.diagnose` takes them

        Returns
        -------
        Diagnosis
        """
        from fastdense.dataset import Data
        from fastdense.diagnosis.diagnose import diagnose
        from fastdense.sklearn.fitting import batch_of

        self._validate_params()
        X, known = self._read(X, y, False, True)
        inputs, head = self._floats(X), self._head_for(known)
        self._head = head
        network, _ = network_of(self, inputs.shape[1], head)
        batch = batch_of(self.batch_size, len(inputs))
        recipe = solvers.recipe_of(self, head, batch, str(inputs.dtype), 0)
        return diagnose(
            network, recipe, Data(inputs, self._targets(known), sample_weight), **options
        )

    def __getstate__(self):
        state = {**super().__getstate__()}
        live = state.get("_live")
        if live is not None and "coefs_" in state:
            live.follow(state.pop("coefs_"), state.pop("intercepts_"))
        return state

    def __setstate__(self, state):
        super().__setstate__(state)
        live = self.__dict__.get("_live")
        if live is not None:
            self.coefs_, self.intercepts_ = [*live.coefs], [*live.intercepts]

    def __sklearn_is_fitted__(self):
        return "coefs_" in self.__dict__ or "estimators_" in self.__dict__

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
