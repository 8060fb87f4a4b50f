"""A fit by mini-batches: the engine's training, in pieces as long as nothing can end it."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from fastdense.dataset import Data
from fastdense.sklearn import solvers
from fastdense.sklearn.orders import Orders, lines_ahead
from fastdense.sklearn.solvers import Solver
from fastdense.sklearn.stopping import Patience
from fastdense.training import Training

AUTO = 200  # rows of a mini-batch, where there are as many


def batch_of(given, rows):
    """Rows of a mini-batch."""
    if isinstance(given, str):
        return min(AUTO, rows)
    if given > rows:
        warnings.warn(
            "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped",
            stacklevel=2,
        )
    return min(max(given, 1), rows)


def seed_of(estimator):
    """Of what the engine draws: the dropout, if there is any."""
    return int(estimator._random_state.randint(1 << 31)) if np.any(estimator.dropout) else 0


def warn_of_the_end(estimator):
    """Say that a fit has ended too soon."""
    warnings.warn(
        f"Stochastic Optimizer: Maximum iterations ({estimator.max_iter}) reached and the "
        "optimization hasn't converged yet.",
        ConvergenceWarning,
        stacklevel=2,
    )


def epochs_ahead(estimator):
    """Epochs that pass at most until somebody must look."""
    return int(min(estimator.max_iter, estimator.n_iter_no_change + 1))


class StochasticFit:
    """A fit of an estimator, or one epoch of it.

    Parameters
    ----------
    estimator : DenseEstimator
        Its attributes follow the training.
    network : Network
        That is trained.
    rows : Rows
        To train on.
    held : Rows, optional
        To score after every epoch.
    watched : Rows, optional
        Whose loss is found after every epoch.
    incremental : bool
        One epoch, from where the solver was left.
    """

    def __init__(self, estimator, network, rows, held, watched, incremental):
        self.estimator, self.rows, self.held = estimator, rows, held
        self.incremental = incremental
        self.head = estimator._head
        batch = batch_of(estimator.batch_size, len(rows.inputs))
        dtype = str(rows.inputs.dtype)
        random_state = estimator._random_state
        seed = seed_of(estimator)
        recipe = solvers.recipe_of(estimator, self.head, batch, dtype, seed)
        epochs = 1 if incremental else estimator.max_iter
        count = len(rows.inputs)
        self.ahead = lines_ahead(1 if incremental else epochs_ahead(estimator), count)
        table = np.tile(np.arange(count), (self.ahead if estimator.shuffle else 1, 1))
        self.orders = Orders(random_state, table[0], table[:, :, np.newaxis])
        test = None if watched is None else (watched.inputs, watched.targets)
        if not incremental or not hasattr(estimator, "_optimizer"):
            estimator._optimizer = Solver(float(estimator.learning_rate_init))
        self.solver = estimator._optimizer
        self.training = Training(
            network,
            recipe.replace(epochs=epochs),
            Data(rows.inputs, rows.targets, rows.weights, test),
            parameters=estimator._live.parameters,
            order=table,
            evaluated="test",
            threads=estimator._threads,
        )
        if self.solver.state is not None:
            self.training.optimizer_state = self.solver.state
        self.training.learning_rate = self.solver.learning_rate
        self.scored = held is not None
        self.patience = Patience(estimator, self.scored)

    def run(self):
        """Train to the end."""
        estimator = self.estimator
        estimator.n_iter_ = 0
        try:
            self._epochs()
        except KeyboardInterrupt:
            warnings.warn("Training interrupted by user.", stacklevel=2)
        self._scatter()
        self.solver.state = self.training.optimizer_state
        if self.scored and estimator._best is not None:
            estimator._live.parameters[:] = estimator._best

    def _scatter(self):
        """Let the estimator have the weights of now."""
        self.estimator._live.parameters[:] = self.training.parameters

    def _piece(self):
        """Epochs until somebody must look."""
        estimator = self.estimator
        left = 1 if self.incremental else estimator.max_iter - estimator.n_iter_
        watching = self.scored or estimator.verbose or estimator.callbacks
        if watching or solvers.scaled_by(estimator, 0) is not None:
            return 1
        return int(min(left, self.patience.left, self.ahead))

    def _epochs(self):
        estimator = self.estimator
        while estimator.n_iter_ < estimator.max_iter:
            piece = self._piece()
            if estimator.shuffle:
                self.orders.draw(piece)
            before = self.training.epoch
            try:
                self.training.advance(piece)
            finally:  # also of epochs before an interrupt
                stops = self._note(before)
            called = self._called()
            if stops or called or self.incremental:
                return
        warn_of_the_end(estimator)

    def _note(self, before):
        """Take in the epochs after number `before`; returns whether the last of them ends it."""
        estimator, head = self.estimator, self.head
        curves = self.training.curves(before)
        losses = (head.factor * curves.running_loss + curves.running_penalty).tolist()
        if curves.test_loss is not None:
            estimator.validation_loss_curve_ += (head.factor * curves.test_loss).tolist()
        first = estimator.n_iter_ + 1
        estimator.n_iter_ += len(losses)
        estimator.t_ += len(losses) * len(self.rows.inputs)
        estimator.loss_curve_ += losses
        if losses:  # none, where an epoch was interrupted
            estimator.loss_ = losses[-1]
        if estimator.verbose:
            for number, loss in enumerate(losses, first):
                print(f"Iteration {number}, loss = {loss:.8f}")
        if not self.scored:
            self.patience.note_losses(losses)
        elif losses:  # of one epoch
            self._score()
        rate = solvers.scaled_by(estimator, estimator.t_)
        if rate is not None:
            self._set_rate(rate)
        return self.patience.over and self._end()

    def _score(self):
        estimator, held = self.estimator, self.held
        self._scatter()
        live = estimator._live
        outputs = live(held.inputs, live.coefs, live.intercepts)
        score = np.nan
        if np.isfinite(outputs).all():
            score = float(estimator._score_of(outputs, held))
        if estimator.verbose:
            print(f"Validation score: {score:f}")
        if self.patience.note_score(score):
            estimator._best = live.parameters.copy()

    def _set_rate(self, rate):
        self.solver.learning_rate = self.training.learning_rate = rate

    def _end(self):
        """End, or go on with a lower rate where it adapts; returns whether it ends."""
        estimator, message = self.estimator, self.patience.message()
        if not solvers.is_adaptive(estimator):
            ending = " Stopping."
        elif self.solver.learning_rate <= 1e-6:
            ending = " Learning rate too small. Stopping."
        else:
            self._set_rate(self.solver.learning_rate / 5.0)
            ending = f" Setting learning rate to {self.solver.learning_rate:f}"
        if estimator.verbose:
            print(message + ending)
        if ending.endswith("Stopping."):
            return True
        estimator._no_improvement_count = 0
        return False

    def _called(self):
        """Call the callbacks; returns whether one of them wants to end it."""
        if not self.estimator.callbacks:
            return False
        self._scatter()
        return any([bool(callback(self.estimator)) for callback in self.estimator.callbacks])
