"""From one random state, fits are those of scikit-learn's own, to rounding."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from fastdense.sklearn import DenseClassifier, DenseRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

IRIS = load_iris(return_X_y=True)
DIABETES = load_diabetes(return_X_y=True)
DIABETES = DIABETES[0], DIABETES[1] / 100
TWO = DIABETES[0], np.column_stack([DIABETES[1], np.sqrt(DIABETES[1])])
LABELS = make_multilabel_classification(120, 6, n_classes=4, random_state=0)
STEPS = {"batch_size": 32, "max_iter": 25}

CLASSES = {
    "adam": (IRIS, STEPS),
    "adam, whole batches": (IRIS, {"max_iter": 60}),
    "two classes": ((IRIS[0], IRIS[1] == 1), STEPS),
    "several labels": (LABELS, STEPS | {"hidden_layer_sizes": (9, 5)}),
    "sgd": (IRIS, STEPS | {"solver": "sgd", "activation": "logistic"}),
    "heavy ball": (IRIS, STEPS | {"solver": "sgd", "nesterovs_momentum": False}),
    "invscaling": (IRIS, STEPS | {"solver": "sgd", "learning_rate": "invscaling"}),
    "adaptive": (
        IRIS,
        {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.01, "n_iter_no_change": 2},
    ),
    "penalty": (IRIS, STEPS | {"alpha": 3.0, "activation": "tanh"}),
    "no shuffling": (IRIS, STEPS | {"shuffle": False, "batch_size": 37}),
    "early stopping": (IRIS, STEPS | {"early_stopping": True}),
    "early stopping, two classes": ((IRIS[0], IRIS[1] == 1), STEPS | {"early_stopping": True}),
    "early stopping, several labels": (LABELS, STEPS | {"early_stopping": True}),
    "until tol": (IRIS, {"learning_rate_init": 0.05, "tol": 1e-3, "n_iter_no_change": 4}),
    "lbfgs": (IRIS, {"solver": "lbfgs", "max_iter": 15}),
}
NUMBERS = {
    "adam": (DIABETES, STEPS),
    "tanh": (DIABETES, STEPS | {"activation": "tanh", "alpha": 1.0}),
    "identity": (DIABETES, STEPS | {"activation": "identity", "hidden_layer_sizes": 7}),
    "sgd": (DIABETES, STEPS | {"solver": "sgd"}),
    "poisson": (DIABETES, STEPS | {"loss": "poisson"}),
    "two outputs": (TWO, STEPS | {"alpha": 0.5}),
    "two rates": (TWO, STEPS | {"loss": "poisson"}),
    "early stopping": (TWO, STEPS | {"early_stopping": True, "tol": 1e-3}),
    "lbfgs": (DIABETES, {"solver": "lbfgs", "max_iter": 15}),
    "rates by lbfgs": (DIABETES, {"solver": "lbfgs", "max_iter": 15, "loss": "poisson"}),
}
WEIGHTED = pytest.mark.parametrize("weighted", [False, True])


def compare(theirs, ours, x, rtol=1e-9):
    assert ours.n_iter_ == theirs.n_iter_ and ours.t_ == theirs.t_
    for name in ("coefs_", "intercepts_"):
        for one, other in zip(getattr(ours, name), getattr(theirs, name), strict=True):
            scale = np.abs(other).max()
            np.testing.assert_allclose(one, other, rtol=0, atol=rtol * scale)
    for name in ("loss_", "loss_curve_", "best_loss_", "validation_scores_"):
        if getattr(theirs, name, None) is not None:
            np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=rtol)
    for name in ("n_layers_", "n_outputs_", "out_activation_", "n_features_in_"):
        assert getattr(ours, name) == getattr(theirs, name)
    np.testing.assert_allclose(ours.predict(x), theirs.predict(x), rtol=1e-7)
    public = {name for name in vars(theirs) if name[-1] == "_" and name[0] != "_"}
    assert public <= {*vars(ours)}


def fits(kinds, data, options, weighted):
    some = bool(options.get("early_stopping"))  # else rows to score might count nothing
    weights = np.arange(len(data[0])) % 4 + some if weighted else None
    fitted = [kind(random_state=3, **options).fit(*data, sample_weight=weights) for kind in kinds]
    compare(*fitted, data[0], rtol=1e-6 if options.get("solver") == "lbfgs" else 1e-9)
    return fitted


@WEIGHTED
@pytest.mark.parametrize("name", CLASSES)
def test_a_classifier_is_theirs(name, weighted):
    data, options = CLASSES[name]
    theirs, ours = fits((MLPClassifier, DenseClassifier), data, options, weighted)
    np.testing.assert_allclose(
        ours.predict_proba(data[0]), theirs.predict_proba(data[0]), rtol=1e-6, atol=1e-9
    )


@WEIGHTED
@pytest.mark.parametrize("name", NUMBERS)
def test_a_regressor_is_theirs(name, weighted):
    fits((MLPRegressor, DenseRegressor), *NUMBERS[name], weighted)


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_partial_fits_are_theirs(solver):
    fitted = []
    for kind in (MLPClassifier, DenseClassifier):
        state = np.random.RandomState(5)
        model = kind(solver=solver, batch_size=20, random_state=state, learning_rate="invscaling")
        for first in range(0, 150, 50):
            rows = slice(first, first + 50)
            model.partial_fit(IRIS[0][rows], IRIS[1][rows], classes=[0, 1, 2])
        fitted.append(model.fit(*IRIS).partial_fit(*IRIS))
    compare(*fitted, IRIS[0])


def test_warm_starts_are_theirs():
    fitted = []
    for kind in (MLPRegressor, DenseRegressor):
        model = kind(max_iter=7, warm_start=True, random_state=1).fit(*DIABETES)
        fitted.append(model.set_params(max_iter=9, alpha=0.1).fit(*DIABETES))
    compare(*fitted, DIABETES[0])
    assert len(fitted[1].loss_curve_) == 16


@pytest.mark.parametrize("rate", [0.001, 0.05])
def test_warm_starts_that_find_no_better_score_are_theirs(rate):
    fitted = []
    for kind in (MLPClassifier, DenseClassifier):
        options = {"max_iter": 20, "random_state": 1, "batch_size": 20, "learning_rate_init": 0.02}
        model = kind(early_stopping=True, warm_start=True, **options).fit(*IRIS)
        fitted.append(model.set_params(learning_rate_init=rate, max_iter=5).fit(*IRIS))
    compare(*fitted, IRIS[0])


def test_single_precision_stays_near():
    x, y = DIABETES[0].astype(np.float32), DIABETES[1].astype(np.float32)
    theirs, ours = (
        kind(random_state=2, **STEPS).fit(x, y) for kind in (MLPRegressor, DenseRegressor)
    )
    assert {a.dtype for a in ours.coefs_} == {np.dtype("float32")}
    assert ours.predict(x).dtype == np.float32
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-5)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_a_fit_that_ends_too_soon_says_so(solver):
    with pytest.warns(ConvergenceWarning):
        DenseRegressor(solver=solver, max_iter=2).fit(*DIABETES)


def test_a_batch_that_is_too_large_is_clipped():
    with pytest.warns(UserWarning, match="clipped"), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        DenseRegressor(batch_size=1000, max_iter=2).fit(*DIABETES)
