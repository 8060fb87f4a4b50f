"""Several networks at once: each is what it is alone; together they know how far off they are."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.model_selection import train_test_split

from fastdense import FastdenseError
from fastdense.sklearn import DenseClassifier, DenseRegressor
from fastdense.sklearn.intervals import deviations, width_for

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

IRIS = load_iris(return_X_y=True)
X, Y = load_diabetes(return_X_y=True)
X, Y = X / X.std(axis=0), Y / Y.std()
QUICK = {"hidden_layer_sizes": (8,), "learning_rate_init": 0.02, "max_iter": 60, "tol": 1e-3}


def same(one, other):
    assert one.n_iter_ == other.n_iter_ and one.t_ == other.t_
    assert one.loss_curve_ == other.loss_curve_ and one.best_loss_ == other.best_loss_
    for ours, theirs in zip(one.coefs_ + one.intercepts_, other.coefs_ + other.intercepts_,
                            strict=True):  # fmt: skip
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"dtype": "float32", "dropout": 0.2},
        {"shuffle": False, "batch_size": 40},
        {"solver": "sgd", "learning_rate": "adaptive"},  # one after the other
        {"n_jobs": 2, "batch_size": 32, "n_iter_no_change": 2},
    ],
)
def test_each_network_is_what_it_is_alone(options):
    model = DenseClassifier(**QUICK | options, n_networks=11, random_state=4).fit(*IRIS)
    assert len(model.estimators_) == 11
    seeds = [member.random_state for member in model.estimators_]
    assert len({*seeds}) == 11
    for number in (0, 7, 10):
        alone = DenseClassifier(**QUICK | options, random_state=seeds[number]).fit(*IRIS)
        same(alone, model.estimators_[number])
    assert model.n_iter_ == max(member.n_iter_ for member in model.estimators_)


def test_networks_end_one_by_one():
    options = QUICK | {"tol": 0.02, "n_iter_no_change": 1, "batch_size": 30}
    model = DenseClassifier(**options, n_networks=16, random_state=1).fit(*IRIS)
    ends = [member.n_iter_ for member in model.estimators_]
    assert len({*ends}) > 3 and max(ends) < options["max_iter"]
    for member in model.estimators_[::5]:
        same(DenseClassifier(**options, random_state=member.random_state).fit(*IRIS), member)


def test_predictions_are_means():
    model = DenseClassifier(**QUICK, n_networks=5, random_state=0).fit(*IRIS)
    means = np.mean([one.predict_proba(IRIS[0]) for one in model.estimators_], axis=0)
    np.testing.assert_allclose(model.predict_proba(IRIS[0]), means, rtol=1e-14)
    np.testing.assert_array_equal(model.predict(IRIS[0]), means.argmax(axis=1))
    copied = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copied.predict_proba(IRIS[0]), model.predict_proba(IRIS[0]))
    assert not hasattr(model, "coefs_") and not hasattr(clone(model), "estimators_")
    model.set_params(n_networks=1).fit(*IRIS)
    assert not hasattr(model, "estimators_") and model.score(*IRIS) > 0.9


def test_networks_of_a_regressor_leave_out_rows_and_are_alone_on_the_others():
    weights = 1.0 + np.arange(len(Y)) % 3
    model = DenseRegressor(**QUICK, n_networks=10, random_state=2)
    model.fit(X, Y, sample_weight=weights)
    order = np.random.RandomState(2)
    order.randint(np.iinfo(np.int32).max, size=10)
    order = order.permutation(len(Y))
    left = round(0.1 * len(Y))
    for number in (0, 9):
        sees = np.setdiff1d(order, order[(number * left + np.arange(left)) % len(Y)])
        member = model.estimators_[number]
        alone = DenseRegressor(**QUICK, random_state=member.random_state)
        same(alone.fit(X[sees], Y[sees], sample_weight=weights[sees]), member)


@pytest.mark.parametrize("coverage", [0.5, 0.9])
def test_intervals_cover_new_rows_as_often_as_they_say(coverage):
    covered = []
    for seed in range(4):
        x, new_x, y, new_y = train_test_split(X, Y, random_state=seed, test_size=0.4)
        model = DenseRegressor(**QUICK, n_networks=16, random_state=seed).fit(x, y)
        low, high = model.predict_interval(new_x, coverage)
        mean, std = model.predict(new_x, return_std=True)
        assert (low < mean).all() and (mean < high).all() and (std >= model.noise_[0]).all()
        covered += [*((low <= new_y) & (new_y <= high))]
    # 4 x 177 rows, of which those of one split share a width: some 4% either side.
    assert abs(np.mean(covered) - coverage) < 0.06


def test_several_outputs_have_intervals_each():
    two = np.column_stack([Y, 100 * Y + np.arange(len(Y)) % 7])
    model = DenseRegressor(**QUICK, n_networks=4, random_state=0).fit(X, two)
    low, high = model.predict_interval(X[:9])
    assert low.shape == high.shape == (9, 2) and model.noise_.shape == (2,)
    assert (high - low)[:, 1].min() > 10 * (high - low)[:, 0].max()


@given(st.integers(2, 30), st.integers(1, 4), st.integers(0, 999))
@settings(max_examples=30)
def test_deviations_are_those_of_rows_left_out(rows, networks, seed):
    random = np.random.default_rng(seed)
    outputs = random.normal(size=(networks, rows, 2))
    known = random.normal(size=(rows, 2))
    left_out = np.zeros((networks, rows), bool)
    left_out[random.integers(networks, size=rows // 2 + 1), np.arange(rows // 2 + 1)] = True
    noise, scaled = deviations(outputs, known, left_out)
    assert scaled.shape == (rows // 2 + 1, 2) and (np.diff(scaled, axis=0) >= 0).all()
    errors = [known[i] - outputs[left_out[:, i], i].mean(axis=0) for i in range(rows // 2 + 1)]
    scale = np.sqrt(outputs.var(axis=0)[: rows // 2 + 1] + noise**2)
    np.testing.assert_allclose(scaled, np.sort(np.abs(errors) / scale, axis=0), rtol=1e-12)
    # As often as the share of rows that lie within, of one more of their kind.
    inside = (scaled <= width_for(scaled, 0.7)).mean(axis=0)
    assert (inside >= 0.7).all() and (width_for(scaled, 1.0) == scaled[-1]).all()


def test_what_several_networks_cannot_do_is_said():
    model = DenseRegressor(**QUICK, n_networks=3, random_state=0)
    with pytest.raises(FastdenseError, match="n_networks=1"):
        model.partial_fit(X, Y)
    with pytest.raises(FastdenseError, match="n_networks=16"):
        DenseRegressor(**QUICK).fit(X, Y).predict(X, return_std=True)
    model.fit(X, Y)
    with pytest.raises(FastdenseError, match="coverage"):
        model.predict_interval(X, 1.5)
    with pytest.raises(AttributeError, match="estimators_"):
        _ = model.model_
    with pytest.raises(ValueError, match="features"):
        model.predict(X[:, :3])
