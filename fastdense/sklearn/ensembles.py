"""Ensembles: networks from starts of their own, fitted side by side where nothing asks between."""

import numpy as np

from fastdense.sklearn.fitting import warn_of_the_end
from fastdense.sklearn.together import fit_together, is_asked_between, member_of

# What a fit of one network leaves, and several together have not.
OF_ONE = ("_live", "_optimizer", "coefs_", "intercepts_", "loss_curve_", "best_loss_",
          "validation_scores_", "best_validation_score_", "_no_improvement_count", "_best",
          "validation_loss_curve_")  # fmt: skip


def fit(ensemble, rows, validation_data):
    """Fit `n_networks` to rows that have been read; returns the ensemble."""
    random_state, count = ensemble._random_state, len(rows.inputs)
    seeds = random_state.randint(np.iinfo(np.int32).max, size=ensemble.n_networks).tolist()
    parameters = ensemble.get_params(deep=False)
    members = [
        member_of(ensemble, parameters | {"n_networks": 1, "random_state": seed}) for seed in seeds
    ]
    kept = _kept(random_state, count, ensemble._leave_out(count), len(members))
    for name in OF_ONE:
        ensemble.__dict__.pop(name, None)
    if is_asked_between(ensemble) or validation_data is not None:
        for member, own in zip(members, kept, strict=True):
            member._fit_rows(rows.part(own), validation_data=validation_data)
    elif not all(fit_together(members, rows, kept, ensemble._threads)):
        warn_of_the_end(ensemble)
    ensemble.estimators_ = members
    ensemble.n_iter_ = max(member.n_iter_ for member in members)
    ensemble.loss_ = float(np.mean([member.loss_ for member in members]))
    ensemble.t_, ensemble.n_layers_ = members[0].t_, members[0].n_layers_
    ensemble.out_activation_ = members[0].out_activation_
    left_out = np.ones((len(members), count), bool)
    left_out[np.arange(len(members))[:, np.newaxis], kept] = False
    ensemble._note_left_out(rows, left_out)
    return ensemble


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
