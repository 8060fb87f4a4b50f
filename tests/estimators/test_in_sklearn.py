"""The estimators inside what scikit-learn has around one."""

import os
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from fastdense.sklearn import DenseClassifier, DenseRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])
QUICK = {
    "hidden_layer_sizes": (8,),
    "max_iter": 80,
    "learning_rate_init": 0.02,
    "batch_size": 32,
    "random_state": 0,
}


def classifier(**changes):
    return DenseClassifier(**QUICK | changes)


def test_words_are_classes():
    fitted = classifier().fit(X, NAMES[Y])
    assert fitted.score(X, NAMES[Y]) > 0.95
    assert {*fitted.predict(X)} == {*NAMES}
    np.testing.assert_array_equal(fitted.predict(X), NAMES[classifier().fit(X, Y).predict(X)])


def test_a_clone_has_its_parameters_and_no_network():
    callbacks = [print]
    model = classifier(dropout=0.25, class_weight={0: 2}, callbacks=callbacks).fit(X, Y)
    copied = clone(model)
    assert copied.get_params() == model.get_params()
    with pytest.raises(NotFittedError):
        copied.predict(X)


def test_a_pickle_predicts_the_same_and_goes_on():
    model = classifier().fit(X, Y)
    copied = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copied.predict_proba(X), model.predict_proba(X))
    for one, other in zip(copied.coefs_, model.coefs_, strict=True):
        assert one is not other
        np.testing.assert_array_equal(one, other)
    # What is written into the copy is what it predicts with.
    copied.coefs_[0][:] = 0
    assert len({*copied.predict(X)}) == 1
    assert model.score(X, Y) > 0.95
    for one in (model, pickle.loads(pickle.dumps(model))):
        one.partial_fit(X, Y)
    assert len(pickle.dumps(model)) < 20_000


def test_a_pickle_predicts_in_another_process(tmp_path):
    model = DenseRegressor(**QUICK).fit(X[:, :3], X[:, 3])
    path = tmp_path / "model.pickle"
    path.write_bytes(pickle.dumps(model))
    program = (
        "import pickle, sys, numpy as np; model = pickle.load(open(sys.argv[1], 'rb'));"
        "print(model.predict(np.ones((1, 3))).tobytes().hex(), 'numba' in sys.modules)"
    )
    out = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=True
    ).stdout
    assert out.split() == [model.predict(np.ones((1, 3))).tobytes().hex(), "False"]


def test_weights_that_are_put_in_their_place_predict():
    model = DenseRegressor(**QUICK).fit(X[:, :3], X[:, 3])
    model.coefs_ = [np.zeros_like(weights) for weights in model.coefs_]
    model.intercepts_[-1] = np.array([7.0])
    np.testing.assert_array_equal(model.predict(X[:2, :3]), [7, 7])
    model.intercepts_[-1][0] = 8.0
    np.testing.assert_array_equal(model.predict(X[:2, :3]), [8, 8])
    assert pickle.loads(pickle.dumps(model)).predict(X[:1, :3]) == 8
    np.testing.assert_array_equal(model.model_.predict(X[:1, :3]), [[8]])


def test_a_messy_table():
    table = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    table["kind"] = NAMES[Y]
    columns = ColumnTransformer(
        [("numbers", StandardScaler(), ["a", "b", "c"]), ("words", OneHotEncoder(), ["kind"])]
    ).set_output(transform="default")
    model = Pipeline([("columns", columns), ("network", DenseRegressor(**QUICK))])
    model.fit(table, table["d"])
    assert model.score(table, table["d"]) > 0.9
    assert "DenseRegressor" in model._repr_html_()


def test_names_of_features_are_kept_and_compared():
    table = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    pipeline = make_pipeline(StandardScaler(), classifier()).set_output(transform="pandas")
    pipeline.fit(table, Y)
    fitted = pipeline[-1]
    assert [*fitted.feature_names_in_] == ["a", "b", "c", "d"]
    with pytest.raises(ValueError, match="feature names"):
        fitted.predict(table[["b", "a", "c", "d"]])
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        fitted.predict(X)


@pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.csc_array, sparse.csr_array])
def test_sparse_rows_are_the_same_rows(form):
    dense = classifier().fit(X, Y)
    model = classifier().fit(form(X), Y)
    np.testing.assert_array_equal(model.predict_proba(form(X)), dense.predict_proba(X))


def test_several_labels():
    labels = np.column_stack([Y == 0, Y == 2]).astype(int)
    model = classifier().fit(X, labels)
    assert model.score(X, labels) > 0.9 and model.predict(X).shape == (150, 2)
    assert model.predict_proba(X).shape == (150, 2)


def test_scores_and_rows_are_routed():
    weights = np.ones(len(X))
    with sklearn.config_context(enable_metadata_routing=True):
        model = classifier().set_fit_request(sample_weight=True, validation_data=False)
        model.set_score_request(sample_weight=False)
        scores = cross_val_score(model, X, Y, cv=3, params={"sample_weight": weights})
    assert len(scores) == 3


def test_inside_other_estimators():
    bagged = BaggingClassifier(classifier(), n_estimators=3, random_state=0).fit(X, Y)
    assert bagged.score(X, Y) > 0.9
    model = TransformedTargetRegressor(DenseRegressor(**QUICK), transformer=StandardScaler())
    data = load_diabetes(return_X_y=True)
    assert model.fit(*data).score(*data) > 0.3


SEARCH = """
import warnings
warnings.simplefilter("ignore")
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from fastdense.sklearn import DenseClassifier
grid = {"alpha": [1e-4, 1.0], "hidden_layer_sizes": [(3,), (5,)]}
model = DenseClassifier(max_iter=20, random_state=0, learning_rate_init=0.05)
search = GridSearchCV(model, grid, n_jobs=2, cv=3, error_score="raise")
print(search.fit(*load_iris(return_X_y=True)).cv_results_["mean_test_score"].tolist())
"""


def test_a_search_in_processes_with_a_cold_cache(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SEARCH],
        env={**os.environ, "FASTDENSE_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert [*tmp_path.rglob("train-*.kernel")], "the kernels were not compiled here"
    grid = {"alpha": [1e-4, 1.0], "hidden_layer_sizes": [(3,), (5,)]}
    model = DenseClassifier(max_iter=20, random_state=0, learning_rate_init=0.05)
    here = GridSearchCV(model, grid, cv=3).fit(X, Y).cv_results_["mean_test_score"].tolist()
    assert done.stdout == f"{here}\n"


def test_without_scikit_learn_its_name_is_said():
    program = "import sys; sys.modules['sklearn'] = None; import fastdense.sklearn"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    last = done.stderr.strip().rpartition("\n")[2]
    assert last == ("ImportError: fastdense.sklearn needs scikit-learn; install fastdense[sklearn]")
