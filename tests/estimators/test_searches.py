"""A search side by side finds what a search one by one finds, to the last bit."""

import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.datasets import load_diabetes, load_iris
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import Ridge
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    HalvingGridSearchCV,
    RandomizedSearchCV,
)

from fastdense import FastdenseError
from fastdense.sklearn import DenseClassifier, DenseRegressor, DenseSearchCV

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

IRIS = load_iris(return_X_y=True)
DIABETES = load_diabetes(return_X_y=True)
CLASSIFIER = DenseClassifier(max_iter=30, learning_rate_init=0.02, batch_size=40, random_state=3)
REGRESSOR = DenseRegressor(max_iter=25, learning_rate_init=0.1, random_state=1)
SEARCHES = {
    "numbers of a lane": (
        CLASSIFIER, IRIS,
        {"alpha": [1e-4, 1.0], "learning_rate_init": [0.001, 0.05], "beta_1": [0.5, 0.9]},
    ),
    "ends of a lane": (
        CLASSIFIER, IRIS, {"max_iter": [5, 40], "tol": [1e-4, 0.1], "n_iter_no_change": [1, 8]},
    ),
    "shapes": (
        CLASSIFIER, IRIS,
        {"hidden_layer_sizes": [(4,), (9, 3)], "activation": ["relu", "tanh"], "alpha": [0, 0.1]},
    ),
    "solvers": (
        REGRESSOR, DIABETES,
        [{"solver": ["sgd"], "momentum": [0.0, 0.9], "learning_rate_init": [1e-4]},
         {"solver": ["adam", "lbfgs"]}],
    ),
    "asked between": (REGRESSOR, DIABETES, {"early_stopping": [True, False], "alpha": [0.1, 1]}),
    "unequal folds": (REGRESSOR, DIABETES, {"dtype": ["float32"], "alpha": [0.0, 0.1, 1.0]}),
    "class weights": (CLASSIFIER, IRIS, {"class_weight": [None, "balanced"], "dropout": [0, 0.3]}),
}  # fmt: skip
TIMES = {"mean_fit_time", "std_fit_time", "mean_score_time", "std_score_time"}


def same(ours, theirs):
    assert {*ours} == {*theirs}
    for name in {*theirs} - TIMES:
        if name == "params":
            assert ours[name] == theirs[name]
        else:
            np.testing.assert_array_equal(np.array(ours[name], object), theirs[name].astype(object))
    for name in TIMES:
        assert (ours[name] >= 0).all()


@pytest.mark.parametrize("name", SEARCHES)
def test_results_are_those_of_a_grid_search(name):
    estimator, data, grid = SEARCHES[name]
    theirs = GridSearchCV(estimator, grid, cv=4, error_score="raise").fit(*data)
    ours = DenseSearchCV(estimator, grid, cv=4, n_jobs=2).fit(*data)
    same(ours.cv_results_, theirs.cv_results_)
    for attribute in ("best_index_", "best_params_", "best_score_", "n_splits_"):
        assert getattr(ours, attribute) == getattr(theirs, attribute)
    np.testing.assert_array_equal(ours.predict(data[0]), theirs.predict(data[0]))
    assert ours.score(*data) == theirs.score(*data)


def test_candidates_are_drawn_and_scored_as_there():
    drawn = {"alpha": loguniform(1e-5, 10), "learning_rate_init": loguniform(1e-3, 0.3)}
    options = {"n_iter": 6, "random_state": 5, "cv": 3, "scoring": "neg_mean_absolute_error"}
    theirs = RandomizedSearchCV(REGRESSOR, drawn, **options).fit(*DIABETES)
    ours = DenseSearchCV(REGRESSOR, drawn, **options).fit(*DIABETES)
    same(ours.cv_results_, theirs.cv_results_)


@pytest.mark.parametrize("factor, rates", [(3, 9), (2, 5)])
def test_halving_is_that_of_scikit_learn(factor, rates):
    grid = {"learning_rate_init": np.geomspace(1e-4, 0.3, rates).tolist(), "alpha": [0.1, 1.0]}
    estimator = REGRESSOR.__class__(max_iter=40, random_state=1)
    theirs = HalvingGridSearchCV(
        estimator, grid, factor=factor, resource="max_iter", max_resources=40, cv=3
    ).fit(*DIABETES)
    ours = DenseSearchCV(estimator, grid, strategy="halving", factor=factor, cv=3).fit(*DIABETES)
    assert len({*ours.cv_results_["iter"]}) == theirs.n_iterations_ > 2
    for name in ("iter", "n_resources", "params"):
        assert [*ours.cv_results_[name]] == [*theirs.cv_results_[name]]
    same({k: v for k, v in ours.cv_results_.items() if k in TIMES or "test" in k},
         {k: v for k, v in theirs.cv_results_.items() if k in TIMES or "test_" in k})  # fmt: skip
    assert ours.best_params_ == theirs.best_params_


def test_folds_by_groups():
    groups = np.arange(150) // 10
    grid = {"alpha": [0.1, 1.0]}
    theirs = GridSearchCV(CLASSIFIER, grid, cv=GroupKFold(3)).fit(*IRIS, groups=groups)
    ours = DenseSearchCV(CLASSIFIER, grid, cv=GroupKFold(3)).fit(*IRIS, groups=groups)
    same(ours.cv_results_, theirs.cv_results_)


def test_a_fold_without_a_class_is_fitted_as_there():
    splits = [(np.arange(100), np.arange(100, 150)), (np.arange(150)[::-1], np.arange(9))]
    grid = {"alpha": [0.1, 1.0]}
    theirs = GridSearchCV(CLASSIFIER, grid, cv=splits).fit(*IRIS)
    same(DenseSearchCV(CLASSIFIER, grid, cv=splits).fit(*IRIS).cv_results_, theirs.cv_results_)


def test_scores_of_several_seeds_are_averaged():
    grid = {"alpha": [0.1, 1.0]}
    search = DenseSearchCV(REGRESSOR, grid, cv=3, n_seeds=3, refit=False).fit(*DIABETES)
    others = np.random.RandomState(1).randint(np.iinfo(np.int32).max, size=2).tolist()
    single = [
        GridSearchCV(REGRESSOR.__class__(**REGRESSOR.get_params() | {"random_state": seed}), grid,
                     cv=3, refit=False).fit(*DIABETES).cv_results_["split2_test_score"]
        for seed in (1, *others)
    ]  # fmt: skip
    found = search.cv_results_["split2_test_score"]
    np.testing.assert_allclose(found, np.mean(single, axis=0), rtol=1e-14)
    assert not hasattr(search, "best_estimator_")


def test_what_cannot_be_searched_is_said():
    with pytest.raises(FastdenseError, match="GridSearchCV"):
        DenseSearchCV(Ridge(), {"alpha": [1]}).fit(*DIABETES)
    with pytest.raises(FastdenseError, match="no parameter alfa"):
        DenseSearchCV(REGRESSOR, {"alfa": [1]}).fit(*DIABETES)
    with pytest.raises(FastdenseError, match="max_iter is what halving varies"):
        DenseSearchCV(REGRESSOR, {"max_iter": [1]}, strategy="halving").fit(*DIABETES)
    with pytest.raises(FastdenseError, match="halving"):
        DenseSearchCV(REGRESSOR, {}, strategy="halvin").fit(*DIABETES)
    with pytest.raises(ValueError, match="'alpha' parameter"):
        DenseSearchCV(REGRESSOR, {"alpha": [-1]}).fit(*DIABETES)
    assert not hasattr(DenseSearchCV(REGRESSOR, {}), "predict_proba")
    assert hasattr(DenseSearchCV(CLASSIFIER, {}), "predict_proba")
