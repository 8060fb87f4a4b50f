"""`DenseSearchCV`: folds, candidates and seeds side by side, with the scores of fits one by one."""

import time
import warnings
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone, is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import check_scoring
from sklearn.model_selection import ParameterGrid, ParameterSampler, check_cv
from sklearn.utils import _safe_indexing, check_random_state, indexable
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from fastdense.checks import whole
from fastdense.errors import FastdenseError, shown, unknown
from fastdense.sklearn.estimator import DenseEstimator
from fastdense.sklearn.rows import Rows
from fastdense.sklearn.together import OWN, fit_together, is_asked_between, member_of

LARGEST_SEED = np.iinfo(np.int32).max


def _best_has(name):
    """Whether the estimator that is searched for has a method."""

    def check(search):
        getattr(getattr(search, "best_estimator_", search.estimator), name)
        return True

    return check


class DenseSearchCV(MetaEstimatorMixin, BaseEstimator):
    """A search for parameters of a `DenseClassifier` or a `DenseRegressor` by cross-validation.

    Fits that differ in their fold, their seed and the parameters `alpha`, `learning_rate_init`,
    `momentum`, `beta_1`, `beta_2`, `epsilon`, `tol`, `n_iter_no_change` and `max_iter` are carried
    out side by side; those that differ in others, such as the widths, in groups of their own. Each
    has the bits, and so the score, that `GridSearchCV` finds with the same seed.

    Parameters
    ----------
    estimator : DenseClassifier or DenseRegressor
    parameters : dict or list of dict
        Name to values, or to distributions of SciPy.
    strategy : str
        "full", or "halving": of all candidates, fitted for a few epochs, the best `factor`-th part
        goes on to a round of `factor` times as many, up to the estimator's `max_iter`; as
        `HalvingGridSearchCV` does with `resource="max_iter"`.
    factor : int
    n_iter : int, optional
        Candidates that are drawn; all of the grid, if not given.
    cv : int, splitter or iterable, optional
        As `GridSearchCV` takes it: 5 folds, if not given.
    n_seeds : int
        Starts of each candidate in each fold, whose scores are averaged: the estimator's
        `random_state`, and others that follow from it.
    scoring : str or callable, optional
        The estimator's `score`, if not given.
    refit : bool
        Whether the best candidate is fitted to all rows.
    n_jobs : int, optional
        Threads; 1 if not given, all cores if -1.
    random_state : int or RandomState, optional
        Of the candidates that are drawn.

    Attributes
    ----------
    cv_results_ : dict
        As `GridSearchCV` has it, of halving with the "iter" and "n_resources" of
        `HalvingGridSearchCV`.
    best_index_, best_params_, best_score_, best_estimator_, scorer_, n_splits_, refit_time_ : \
as in `GridSearchCV`
    """

    def __init__(
        self,
        estimator,
        parameters,
        *,
        strategy="full",
        factor=3,
        n_iter=None,
        cv=None,
        n_seeds=1,
        scoring=None,
        refit=True,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.parameters = parameters
        self.strategy = strategy
        self.factor = factor
        self.n_iter = n_iter
        self.cv = cv
        self.n_seeds = n_seeds
        self.scoring = scoring
        self.refit = refit
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X, y, groups=None):
        """Search, and fit the best candidate.

        Parameters
        ----------
        X : array_like or sparse matrix, shape (n, features)
        y : array_like, shape (n,) or (n, outputs)
        groups : array_like, shape (n,), optional
            For the splitter.

        Returns
        -------
        self
        """
        if not isinstance(self.estimator, DenseEstimator):
            raise FastdenseError(
                f"the estimator is {shown(self.estimator)}; expected a DenseClassifier or a "
                "DenseRegressor, for others take GridSearchCV"
            )
        whole("factor", self.factor, 2)
        whole("n_seeds", self.n_seeds, 1)
        X, y, groups = indexable(X, y, groups)
        splitter = check_cv(self.cv, y, classifier=is_classifier(self.estimator))
        splits = list(splitter.split(X, y, groups))
        self.scorer_ = check_scoring(self.estimator, self.scoring)
        self.n_splits_ = len(splits)
        if self.strategy == "halving":
            rounds = self._halve(X, y, splits)
        elif self.strategy == "full":
            rounds = [self._round(self._candidates(), X, y, splits)]
        else:
            raise unknown("strategy", self.strategy, ["full", "halving"])
        self.cv_results_ = _results(rounds)
        last = len(self.cv_results_["params"]) - len(rounds[-1].candidates)
        means = self.cv_results_["mean_test_score"][last:]
        self.best_index_ = last + int(np.where(np.isnan(means), -np.inf, means).argmax())
        self.best_params_ = self.cv_results_["params"][self.best_index_]
        if self.strategy == "halving":
            self.cv_results_ |= {
                "iter": [n for n, one in enumerate(rounds) for _ in one.candidates],
                "n_resources": [c["max_iter"] for one in rounds for c in one.candidates],
            }
        self.best_score_ = float(self.cv_results_["mean_test_score"][self.best_index_])
        if self.refit:
            started = time.perf_counter()
            best = clone(self.estimator).set_params(**clone(self.best_params_, safe=False))
            self.best_estimator_ = best.fit(X, y)
            self.refit_time_ = time.perf_counter() - started
        return self

    def _round(self, candidates, X, y, splits):
        """Fit and score some candidates."""
        started = time.perf_counter()
        fits = Fits(self.estimator, candidates, splits, self._seeds(), self.n_jobs)
        fits.run(X, y)
        each = (time.perf_counter() - started) / len(fits.members)
        return Round(candidates, *self._scores(fits, X, y, splits), each)

    def _halve(self, X, y, splits):
        """Rounds of ever fewer candidates, which are fitted for ever more epochs."""
        candidates, most = self._candidates(), self.estimator.max_iter
        if any("max_iter" in candidate for candidate in candidates):
            raise FastdenseError("max_iter is what halving varies; leave it out, or search in full")
        needed = 1 + _floor_log(len(candidates), self.factor)
        least = max(most // self.factor ** (needed - 1), 1)
        rounds = []
        for number in range(min(needed, 1 + _floor_log(most // least, self.factor))):
            epochs = min(least * self.factor**number, most)
            tried = [candidate | {"max_iter": epochs} for candidate in candidates]
            rounds.append(self._round(tried, X, y, splits))
            means = rounds[-1].scores.mean(axis=(1, 2))
            keep = -(-len(candidates) // self.factor)
            order = np.argsort(np.where(np.isnan(means), -np.inf, means))
            candidates = [candidates[place] for place in order[-keep:]]
        return rounds

    def _candidates(self):
        if self.n_iter is None:
            return list(ParameterGrid(self.parameters))
        return list(ParameterSampler(self.parameters, self.n_iter, random_state=self.random_state))

    def _seeds(self):
        """Of each start; the first is the estimator's own."""
        first = self.estimator.random_state
        if not isinstance(first, (int, np.integer)):
            first = int(check_random_state(first).randint(LARGEST_SEED))
        others = np.random.RandomState(first).randint(LARGEST_SEED, size=self.n_seeds - 1)
        return [int(first), *others.tolist()]

    def _scores(self, fits, X, y, splits):
        """Of candidates, folds and seeds, and the seconds that one took."""
        started, scores = time.perf_counter(), {}
        held = [(_safe_indexing(X, test), _safe_indexing(y, test)) for _, test in splits]
        for (candidate, fold, seed), member in fits.members.items():
            scores[candidate, fold, seed] = self.scorer_(member, *held[fold])
        shape = tuple(np.max([*scores], axis=0) + 1)
        table = np.array([scores[place] for place in np.ndindex(shape)]).reshape(shape)
        return table, (time.perf_counter() - started) / len(scores)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "best_estimator_")

    def _best(self):
        check_is_fitted(self)
        return self.best_estimator_

    @property
    def classes_(self):
        """Of the best estimator."""
        return self._best().classes_

    @available_if(_best_has("predict"))
    def predict(self, X):
        """Predictions of the best estimator."""
        return self._best().predict(X)

    @available_if(_best_has("predict_proba"))
    def predict_proba(self, X):
        """Probabilities of the best estimator."""
        return self._best().predict_proba(X)

    def score(self, X, y):
        """The score of the best estimator."""
        return self.scorer_(self._best(), X, y)


class Round(NamedTuple):
    """Candidates that were fitted and scored.

    Attributes
    ----------
    candidates : list of dict
    scores : ndarray, shape (candidates, folds, seeds)
    score_seconds, fit_seconds : float
        Of one.
    """

    candidates: list
    scores: np.ndarray
    score_seconds: float
    fit_seconds: float


def _floor_log(number, base):
    """The largest power of a base that is no larger than a number."""
    power = 0
    while base ** (power + 1) <= number:
        power += 1
    return power


class Fits:
    """The fits of a search.

    Parameters
    ----------
    estimator : DenseEstimator
    candidates : list of dict
    splits : list of (train, test)
    seeds : list of int
    n_jobs : int, optional

    Attributes
    ----------
    members : dict
        (candidate, fold, seed), numbers each, to its estimator.
    """

    def __init__(self, estimator, candidates, splits, seeds, n_jobs):
        self._estimator, self._splits, self._n_jobs = estimator, splits, n_jobs
        usual, self._given = estimator.get_params(deep=False), {}
        for number, candidate in enumerate(candidates):
            unknown = candidate.keys() - usual.keys()
            if unknown:
                raise FastdenseError(
                    f"{type(estimator).__name__} has no parameter {sorted(unknown)[0]}"
                )
            for seed, start in enumerate(seeds):
                given = usual | candidate
                if "random_state" not in candidate:
                    given["random_state"] = start
                self._given[number, seed] = given
            type(estimator)(**given)._validate_params()
        self._places = list(product(range(len(candidates)), range(len(splits)), range(len(seeds))))
        self.members = {}

    def run(self, X, y):
        """Fit all of them."""
        groups = {}
        readers = {}
        for place in self._places:
            candidate, fold, seed = place
            given = self._given[candidate, seed]
            shape = {name: value for name, value in given.items() if name not in OWN}
            key = repr(sorted(shape.items(), key=lambda item: item[0]))
            if key not in readers:
                readers[key] = self._read(given, X, y)
            reader, rows = readers[key]
            train = np.asarray(self._splits[fold][0])
            if reader is None or not _all_known(rows.known, train):
                self.members[place] = self._alone(given, X, y, train)
                continue
            groups.setdefault((key, len(train)), []).append((place, train))
        unfinished = False
        for (key, _), some in groups.items():
            reader, rows = readers[key]
            # Fits of one rate end at about the same time, and a pack goes on to its last one.
            some.sort(key=lambda one: self._given[one[0][0], one[0][2]]["learning_rate_init"])
            members = [member_of(reader, self._given[one[0], one[2]]) for one, _ in some]
            kept = np.array([train for _, train in some])
            unfinished |= not all(fit_together(members, rows, kept, reader._threads))
            self.members.update(zip((place for place, _ in some), members, strict=True))
        if unfinished:
            warnings.warn("some fits ended at max_iter", ConvergenceWarning, stacklevel=3)

    def _read(self, given, X, y):
        """An estimator that has read the rows, and these; or nothing, where fits go one by one."""
        reader = type(self._estimator)(**given)
        alone = is_asked_between(reader) or reader.n_networks > 1 or reader.warm_start
        if alone or getattr(reader, "class_weight", None) is not None:
            return None, None
        if self._n_jobs is not None:
            reader.n_jobs = self._n_jobs
        X, known = reader._read(X, y, False, True)
        reader.n_outputs_ = known.shape[1]
        reader._head = reader._head_for(known)
        return reader, Rows(reader._floats(X), known, reader._targets(known), None)

    def _alone(self, given, X, y, train):
        member = type(self._estimator)(**given)
        return member.fit(_safe_indexing(X, train), _safe_indexing(y, train))


def _all_known(known, train):
    """Whether the rows of a fold have all the classes that there are; numbers have none."""
    if known.dtype != bool:
        return True
    part = known[train]
    some, every = part.any(axis=0), part.all(axis=0)
    return bool((some & ~every).all())


def _results(rounds):
    """`cv_results_` of some rounds."""
    results = {}
    candidates = [candidate for one in rounds for candidate in one.candidates]
    scores = np.concatenate([one.scores for one in rounds])
    for what in ("fit", "score"):
        results[f"mean_{what}_time"] = np.concatenate(
            [np.full(len(one.candidates), getattr(one, f"{what}_seconds")) for one in rounds]
        )
        results[f"std_{what}_time"] = np.zeros(len(candidates))
    for name in dict.fromkeys(name for candidate in candidates for name in candidate):
        column = np.ma.masked_all(len(candidates), object)
        for place, candidate in enumerate(candidates):
            if name in candidate:
                column[place] = candidate[name]
        results[f"param_{name}"] = column
    results["params"] = candidates
    by_fold = scores.mean(axis=2)
    for fold in range(by_fold.shape[1]):
        results[f"split{fold}_test_score"] = by_fold[:, fold]
    results["mean_test_score"] = mean = by_fold.mean(axis=1)
    results["std_test_score"] = by_fold.std(axis=1)
    ranked = np.where(np.isnan(mean), -np.inf, mean)
    results["rank_test_score"] = rankdata(-ranked, method="min").astype(np.int32)
    return results
