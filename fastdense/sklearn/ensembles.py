"""Ensembles: networks from starts of their own, fitted side by side where nothing asks between."""

from dataclasses import replace

import numpy as np
from sklearn.utils import check_random_state

from fastdense.abreast import begin_abreast
from fastdense.dataset import Data
from fastdense.parallel import on_all_cores
from fastdense.sklearn import solvers
from fastdense.sklearn.fitting import batch_of, epochs_ahead, seed_of, warn_of_the_end
from fastdense.sklearn.orders import MOST, Orders
from fastdense.sklearn.solvers import Solver
from fastdense.sklearn.stopping import Patience
from fastdense.sklearn.words import network_of

# What a fit of one network leaves, and several together have not.
OF_ONE = ("_live", "_optimizer", "coefs_", "intercepts_", "loss_curve_", "best_loss_",
          "validation_scores_", "best_validation_score_", "_no_improvement_count",
          "validation_loss_curve_")  # fmt: skip
# What all of them have in common, as the rows were read.
SHARED = ("n_features_in_", "feature_names_in_", "classes_", "_label_binarizer", "n_outputs_",
          "_head")  # fmt: skip


def fit(ensemble, rows, validation_data):
    """Fit `n_networks` to rows that have been read; returns the ensemble."""
    random_state, count = ensemble._random_state, len(rows.inputs)
    seeds = random_state.randint(np.iinfo(np.int32).max, size=ensemble.n_networks).tolist()
    parameters = ensemble.get_params(deep=False)
    members = [_member(ensemble, parameters, seed) for seed in seeds]
    kept = _kept(random_state, count, ensemble._leave_out(count), len(members))
    for name in OF_ONE:
        ensemble.__dict__.pop(name, None)
    if _asked_between(ensemble) or validation_data is not None:
        for member, own in zip(members, kept, strict=True):
            member._fit_rows(_part(rows, own), validation_data=validation_data)
    else:
        _side_by_side(ensemble, members, rows, kept)
    ensemble.estimators_ = members
    ensemble.n_iter_ = max(member.n_iter_ for member in members)
    ensemble.loss_ = float(np.mean([member.loss_ for member in members]))
    ensemble.t_, ensemble.n_layers_ = members[0].t_, members[0].n_layers_
    ensemble.out_activation_ = members[0].out_activation_
    left_out = np.ones((len(members), count), bool)
    left_out[np.arange(len(members))[:, np.newaxis], kept] = False
    ensemble._note_left_out(rows, left_out)
    return ensemble


def _member(ensemble, parameters, seed):
    """An estimator of one network, to which the rows of the ensemble are known."""
    member = type(ensemble)(**parameters | {"n_networks": 1, "random_state": seed})
    shared = vars(ensemble)
    vars(member).update({name: shared[name] for name in SHARED if name in shared})
    member._random_state = check_random_state(seed)
    return member


def _kept(random_state, count, leave_out, networks):
    """The rows that each network sees, ascending, (networks, rows); all are left out as often."""
    if count - leave_out < 1:
        leave_out = 0
    order = random_state.permutation(count) if leave_out else np.arange(count)
    kept = []
    for network in range(networks):
        sees = np.ones(count, bool)
        sees[order[(network * leave_out + np.arange(leave_out)) % count]] = False
        kept.append(np.flatnonzero(sees))
    return np.array(kept)


def _part(rows, own):
    weights = None if rows.weights is None else rows.weights[own]
    return replace(
        rows,
        inputs=rows.inputs[own],
        known=rows.known[own],
        targets=rows.targets[own],
        weights=weights,
    )


def _asked_between(estimator):
    """Whether somebody looks at every epoch, or the steps are SciPy's."""
    return (
        not solvers.is_stochastic(estimator)
        or estimator.early_stopping
        or estimator.verbose
        or estimator.callbacks
        or solvers.is_adaptive(estimator)
        or solvers.scaled_by(estimator, 0) is not None
    )


def _side_by_side(ensemble, members, rows, kept):
    dtype = rows.inputs.dtype
    trained, predicting = network_of(ensemble, rows.inputs.shape[1], ensemble._head)
    for member in members:
        member._begin(trained, predicting, dtype)
    visits = kept.shape[1]
    batch = batch_of(ensemble.batch_size, visits)
    recipe = solvers.recipe_of(ensemble, ensemble._head, batch, str(dtype), 0)
    packs = begin_abreast(
        trained,
        recipe,
        Data(rows.inputs, rows.targets, rows.weights),
        np.array([member._live.parameters for member in members]),
        [seed_of(member) for member in members],
        visits,
        ensemble.n_jobs_,
    )
    fits = [PackFit(pack, members[own], kept[own]) for own, pack in packs]
    if ensemble.n_jobs_ == 1:
        ended = [one.run() for one in fits]
    else:
        ended = on_all_cores(lambda i, check: fits[i].run(check), len(fits), _nothing,
                             ensemble.n_jobs_)  # fmt: skip
    for member in members:
        member._end()
    if not all(ended):
        warn_of_the_end(ensemble)


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
        first = members[0]
        visits, networks = kept.shape[1], len(members)
        ahead = max(min(epochs_ahead(first), MOST // (visits * networks)), 1)
        self.orders = [
            Orders(visits, first.shuffle, member._random_state, ahead) for member in members
        ]
        self.table = pack.orders(ahead)
        self.table[:, :, :networks] = kept.T
        self.patience = [Patience(member, False) for member in members]
        for member in members:
            member._optimizer = Solver(float(first.learning_rate_init))

    def run(self, check=_nothing):
        """Train all to their ends; returns whether each came to one before `max_iter`."""
        going, epoch = [*range(len(self.members))], 0
        most = self.members[0].max_iter
        while going and epoch < most:
            left = min(self.patience[number].left for number in going)
            piece = int(min(left, most - epoch, len(self.table)))
            self._draw(going, epoch, piece)
            self.pack.advance(piece)
            check()
            losses, penalties = self.pack.curves(epoch)
            going = [one for one in going if not self._note(one, losses[:, one], penalties[:, one])]
            epoch += piece
        for number in going:
            self._keep(number)
        return not going

    def _draw(self, going, epoch, piece):
        if not self.members[0].shuffle:
            return
        for number in going:
            self.orders[number].draw(piece)
        for one in range(epoch, epoch + piece):
            line = one % len(self.table)
            drawn = np.array([orders.table[line] for orders in self.orders])
            self.table[line, :, : len(drawn)] = np.take_along_axis(self.kept, drawn, 1).T

    def _note(self, number, losses, penalties):
        """Take in the coming epochs of a network; returns whether it ends."""
        member = self.members[number]
        losses = (member._head.factor * losses + penalties).tolist()
        member.n_iter_ += len(losses)
        member.t_ += len(losses) * self.kept.shape[1]
        member.loss_curve_ += losses
        member.loss_ = losses[-1]
        for loss in losses:
            self.patience[number].note_loss(loss)
        if self.patience[number].over:
            self._keep(number)
            self.pack.stop(number)
            return True
        return False

    def _keep(self, number):
        self.members[number]._live.parameters[:] = self.pack.parameters(number)
