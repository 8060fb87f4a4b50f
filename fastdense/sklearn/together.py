"""Fits side by side: networks of one shape, each with rows, numbers and an end of its own."""

import numpy as np
from sklearn.utils import check_random_state

from fastdense.abreast import begin_abreast
from fastdense.dataset import Data
from fastdense.parallel import on_all_cores
from fastdense.sklearn import solvers
from fastdense.sklearn.fitting import batch_of, epochs_ahead, seed_of
from fastdense.sklearn.orders import Orders, lines_ahead
from fastdense.sklearn.solvers import Solver
from fastdense.sklearn.stopping import Patience
from fastdense.sklearn.words import network_of

# What fits on the same rows have in common, as these were read.
SHARED = ("n_features_in_", "feature_names_in_", "classes_", "_label_binarizer", "n_outputs_",
          "_head")  # fmt: skip
# Parameters that each fit side by side may have for itself.
OWN = ("alpha", "learning_rate_init", "momentum", "beta_1", "beta_2", "epsilon", "random_state",
       "tol", "n_iter_no_change", "max_iter")  # fmt: skip


def member_of(reader, parameters):
    """An estimator with some parameters, to which the rows are known that another one has read."""
    member = type(reader)(**parameters)
    shared = vars(reader)
    vars(member).update({name: shared[name] for name in SHARED if name in shared})
    member._random_state = check_random_state(member.random_state)
    return member


def is_asked_between(estimator):
    """Whether somebody looks at every epoch, or the steps are SciPy's."""
    return (
        not solvers.is_stochastic(estimator)
        or estimator.early_stopping
        or estimator.verbose
        or estimator.callbacks
        or solvers.is_adaptive(estimator)
        or solvers.scaled_by(estimator, 0) is not None
    )


def _varied(members):
    """What differs between the recipes of some estimators, as `Variants` name it."""
    recipes = [solvers.recipe_of(one, one._head, None, "float64", 0) for one in members]
    varied = {
        "seeds": [seed_of(member) for member in members],
        "learning_rate": [recipe.learning_rate for recipe in recipes],
        "l2": [recipe.l2 for recipe in recipes],
    }
    for name in recipes[0].optimizer.values:
        varied[name] = [recipe.optimizer.values[name] for recipe in recipes]
    return {name: np.array(values) for name, values in varied.items()}


def fit_together(members, rows, kept, threads):
    """Fit estimators that differ in `OWN` parameters at most; who ended before `max_iter`.

    Parameters
    ----------
    members : list of DenseEstimator
        From `member_of`.
    rows : Rows
    kept : ndarray of int, shape (members, visits)
        The rows that each sees.
    threads : int

    Returns
    -------
    list of bool
    """
    first, dtype = members[0], rows.inputs.dtype
    trained, predicting = network_of(first, rows.inputs.shape[1], first._head)
    for member in members:
        like = None if member is first else first._live
        member._begin(trained, predicting, dtype, like)
    batch = batch_of(first.batch_size, kept.shape[1])
    recipe = solvers.recipe_of(first, first._head, batch, str(dtype), 0)
    packs = begin_abreast(
        trained,
        recipe.replace(epochs=max(member.max_iter for member in members)),
        Data(rows.inputs, rows.targets, rows.weights),
        np.array([member._live.parameters for member in members]),
        _varied(members),
        kept.shape[1],
        threads,
    )
    fits = [PackFit(pack, members[own], kept[own]) for own, pack in packs]
    if threads == 1:
        ended = [one.run() for one in fits]
    else:
        ended = on_all_cores(lambda i, check: fits[i].run(check), len(fits), _nothing, threads)
    for member in members:
        member._end()
    return np.concatenate(ended).tolist()


def _nothing():
    pass


class PackFit:
    """The fits of some networks side by side, each with the rule by which it ends.

    Parameters
    ----------
    pack : Abreast
    members : list of DenseEstimator
        Begun.
    kept : ndarray of int, shape (networks, visits)
        The rows that each sees.
    """

    def __init__(self, pack, members, kept):
        self.pack, self.members, self.kept = pack, members, kept
        visits, networks = kept.shape[1], len(members)
        most = max(epochs_ahead(member) for member in members)
        self.table = pack.orders(lines_ahead(most, visits, networks))
        if not members[0].shuffle:
            self.table[:, :, :networks] = kept.T
        self.orders = [
            Orders(member._random_state, own, self.table, number)
            for number, (member, own) in enumerate(zip(members, kept, strict=True))
        ]
        self.patience = [Patience(member, False) for member in members]
        for member in members:
            member._optimizer = Solver(float(member.learning_rate_init))

    def run(self, check=_nothing):
        """Train all to their ends; returns whether each came to one before its `max_iter`."""
        going, epoch = [*range(len(self.members))], 0
        ended = np.ones(len(self.members), bool)
        while going:
            left = min(self._left(number, epoch) for number in going)
            piece = int(min(left, len(self.table)))
            if self.members[0].shuffle:
                for number in going:
                    self.orders[number].draw(piece)
            self.pack.advance(piece)
            check()
            curves = self.pack.curves(epoch)
            epoch += piece
            for number in going.copy():
                self._note(number, *curves[:, :, number])
                ended[number] = self.patience[number].over
                if ended[number] or epoch == self.members[number].max_iter:
                    self._keep(number)
                    self.pack.stop(number)
                    going.remove(number)
        return ended

    def _left(self, number, epoch):
        """Epochs until a network may end."""
        return min(self.patience[number].left, self.members[number].max_iter - epoch)

    def _note(self, number, losses, penalties):
        """Take in the coming epochs of a network."""
        member = self.members[number]
        losses = (member._head.factor * losses + penalties).tolist()
        member.n_iter_ += len(losses)
        member.t_ += len(losses) * self.kept.shape[1]
        member.loss_curve_ += losses
        member.loss_ = losses[-1]
        self.patience[number].note_losses(losses)

    def _keep(self, number):
        self.members[number]._live.parameters[:] = self.pack.parameters(number)
