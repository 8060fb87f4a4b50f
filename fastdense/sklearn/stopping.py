"""The rule by which a fit ends: a loss or a score that no longer improves by `tol`."""

from math import inf

import numpy as np


class Patience:
    """Epochs without an improvement, and how many may still pass.

    It stands in an estimator's attributes, as in scikit-learn, so that a warm start goes on.

    Parameters
    ----------
    estimator : BaseEstimator
    scored : bool
        By the score of validation rows instead of the loss.
    """

    def __init__(self, estimator, scored):
        self._estimator, self._scored = estimator, scored

    @staticmethod
    def begin(estimator):
        """What an estimator starts from."""
        estimator.loss_curve_ = []
        estimator._no_improvement_count = 0
        scored = estimator.early_stopping
        estimator.validation_scores_ = [] if scored else None
        estimator.best_validation_score_ = -np.inf if scored else None
        estimator.best_loss_ = None if scored else np.inf
        # Where a fit ends that finds no better score, be it one of nothing but NaN.
        estimator._best = estimator._live.parameters.copy() if scored else None

    @staticmethod
    def go_on(estimator):
        """What another fit begins from, which may go by something else than the one before."""
        estimator._best = None  # as there: what is no better than before is kept all the same
        if not hasattr(estimator, "loss_curve_"):
            Patience.begin(estimator)
        elif estimator.early_stopping and estimator.validation_scores_ is None:
            estimator.validation_scores_, estimator.best_validation_score_ = [], -np.inf
        elif not estimator.early_stopping and estimator.best_loss_ is None:
            estimator.best_loss_ = np.inf

    @property
    def left(self):
        """Epochs until the next one that can be the last: at least one."""
        estimator = self._estimator
        if estimator.n_iter_no_change == inf:
            return inf
        return max(estimator.n_iter_no_change + 1 - estimator._no_improvement_count, 1)

    @property
    def over(self):
        """Whether there were too many."""
        return self._estimator._no_improvement_count > self._estimator.n_iter_no_change

    def note_losses(self, losses):
        """Take in the losses of some epochs, of which only the last can be too many."""
        estimator = self._estimator
        best, tol, count = estimator.best_loss_, estimator.tol, estimator._no_improvement_count
        for loss in losses:
            count = count + 1 if loss > best - tol else 0
            if loss < best:
                best = loss
        estimator.best_loss_, estimator._no_improvement_count = best, count

    def note_score(self, score):
        """Take in the score of an epoch; returns whether it is the best so far."""
        estimator = self._estimator
        estimator.validation_scores_.append(score)
        if score < estimator.best_validation_score_ + estimator.tol:
            estimator._no_improvement_count += 1
        else:
            estimator._no_improvement_count = 0
        if score > estimator.best_validation_score_:
            estimator.best_validation_score_ = score
            return True
        return False

    def message(self):
        """Why it ends, as scikit-learn says it."""
        what = "Validation score" if self._scored else "Training loss"
        estimator = self._estimator
        return (
            f"{what} did not improve more than tol={estimator.tol:f} for "
            f"{estimator.n_iter_no_change} consecutive epochs."
        )
