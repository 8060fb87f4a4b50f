"""What scikit-learn's MLPs do not have: weights of classes, dropout, losses, callbacks, ..."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.utils.class_weight import compute_sample_weight

from fastdense import FastdenseError, Model
from fastdense.sklearn import DenseClassifier, DenseRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
QUICK = {
    "hidden_layer_sizes": (8,),
    "max_iter": 80,
    "learning_rate_init": 0.02,
    "batch_size": 32,
    "random_state": 0,
}


def test_class_weights_are_weights_of_rows():
    by_class = {0: 0.5, 1: 3.0}
    weights = compute_sample_weight(by_class, Y)
    one = DenseClassifier(**QUICK, class_weight=by_class).fit(X, Y)
    other = DenseClassifier(**QUICK).fit(X, Y, sample_weight=weights)
    np.testing.assert_array_equal(one.coefs_[0], other.coefs_[0])
    both = DenseClassifier(**QUICK, class_weight=by_class).fit(X, Y, sample_weight=weights)
    squared = DenseClassifier(**QUICK).fit(X, Y, sample_weight=weights**2)
    np.testing.assert_array_equal(both.coefs_[0], squared.coefs_[0])
    with pytest.raises(ValueError, match="balanced"):
        DenseClassifier(class_weight="balanced").partial_fit(X, Y, classes=[0, 1, 2])


@pytest.mark.parametrize(
    "loss",
    [
        "hinge", "squared_hinge", "mse", "huber", "binary_crossentropy", "categorical_crossentropy",
        "categorical_crossentropy_clipped", "sparse_softmax_cross_entropy", "nll",
        "kl_divergence", "kl_divergence_log", "softmax_cross_entropy", "binary_crossentropy_logits",
    ],
)  # fmt: skip
@pytest.mark.parametrize("classes", [2, 3])
def test_any_loss_of_classes(loss, classes):
    rows = Y < classes
    model = DenseClassifier(**QUICK, loss=loss).fit(X[rows], Y[rows])
    assert model.score(X[rows], Y[rows]) > 0.93
    if hasattr(model, "predict_proba"):
        likely = model.predict_proba(X[rows])
        assert likely.shape == (rows.sum(), classes)
        np.testing.assert_allclose(likely.sum(axis=1), 1, rtol=1e-12)
        np.testing.assert_array_equal(likely.argmax(axis=1), model.predict(X[rows]))
    else:
        assert loss in ("hinge", "squared_hinge", "mse", "huber")


@pytest.mark.parametrize("loss", ["mae", "huber", "log_cosh", "mse", "poisson_log", "msle", "mape"])
def test_any_loss_of_numbers(loss):
    model = DenseRegressor(**QUICK, loss=loss).fit(X[:, :3], X[:, 3])
    assert model.score(X[:, :3], X[:, 3]) > 0.7
    assert len(model.loss_curve_) == model.n_iter_


def test_losses_of_the_other_kind_are_refused():
    with pytest.raises(FastdenseError, match="DenseClassifier"):
        DenseRegressor(loss="hinge").fit(X, Y)
    with pytest.raises(FastdenseError, match="DenseRegressor"):
        DenseClassifier(loss="poisson").fit(X, Y)
    with pytest.raises(FastdenseError, match="several labels"):
        DenseClassifier(loss="nll").fit(X, np.eye(2, dtype=int)[Y % 2] | [1, 0])
    with pytest.raises(FastdenseError, match="squared_hinge"):
        DenseClassifier(loss="squard_hinge").fit(X, Y)
    assert not hasattr(DenseClassifier(loss="hinge"), "predict_proba")


def test_layers_each_by_itself():
    model = DenseRegressor(
        hidden_layer_sizes=(6, 5), activation=["gelu", "leaky_relu(slope=0.3)"],
        dropout=[0.0, 0.25], output_activation="softplus", batch_normalization=True,
        random_state=0, max_iter=20,
    )  # fmt: skip
    model.fit(X[:, :3], X[:, 3])
    assert (model.predict(X[:, :3]) > 0).all()
    again = DenseRegressor(**model.get_params()).fit(X[:, :3], X[:, 3])
    np.testing.assert_array_equal(again.predict(X[:, :3]), model.predict(X[:, :3]))
    kinds = [type(layer).__name__ for layer in model.model_.network.layers]
    assert kinds.count("BatchNormalization") == 2 and kinds.count("Dropout") == 1
    with pytest.raises(FastdenseError, match="3 values for 2 hidden layers"):
        model.set_params(dropout=[0, 0, 0]).fit(X, Y)
    with pytest.raises(FastdenseError, match="lbfgs"):
        model.set_params(dropout=0.5, solver="lbfgs").fit(X, Y)


@pytest.mark.parametrize(
    "solver", ["rmsprop", "nadam", {"name": "adamw", "weight_decay": 0.01}, "adamax"]
)
def test_any_optimizer_and_schedule(solver):
    model = DenseClassifier(**QUICK | {"solver": solver, "learning_rate": "cosine"}).fit(X, Y)
    assert model.score(X, Y) > 0.9
    before = model.loss_
    model.partial_fit(X, Y)
    assert model.loss_ < before + 0.1


def test_validation_rows_have_a_curve():
    model = DenseRegressor(**QUICK)
    model.fit(X[::2, :3], X[::2, 3], validation_data=(X[1::2, :3], X[1::2, 3]))
    assert len(model.validation_loss_curve_) == len(model.loss_curve_) == model.n_iter_
    left = model.predict(X[1::2, :3]) - X[1::2, 3]
    assert model.validation_loss_curve_[-1] == pytest.approx(0.5 * (left**2).mean(), rel=1e-12)
    model.set_params(early_stopping=True, max_iter=500)
    model.fit(X[::2, :3], X[::2, 3], validation_data=(X[1::2, :3], X[1::2, 3]))
    score = model.score(X[1::2, :3], X[1::2, 3])
    assert score == pytest.approx(model.best_validation_score_, rel=1e-12)


def test_validation_rows_need_not_have_every_class():
    model = DenseClassifier(**QUICK, warm_start=True).fit(X, Y, validation_data=(X[:40], Y[:40]))
    assert model.validation_loss_curve_[-1] < model.validation_loss_curve_[0]
    with pytest.raises(ValueError, match="classes not in"):
        model.fit(X, Y, validation_data=(X[:2], [0, 7]))


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_callbacks_see_each_epoch_and_may_end_it(solver):
    seen = []

    def look(model):
        seen.append((model.n_iter_, model.loss_, model.score(X, Y)))
        return len(seen) == 5

    model = DenseClassifier(**QUICK | {"solver": solver, "callbacks": [look]}).fit(X, Y)
    assert [n for n, _, _ in seen] == [1, 2, 3, 4, 5] and model.n_iter_ == 5
    assert len({score for _, _, score in seen}) > 1
    assert seen[-1][2] == model.score(X, Y)


def test_a_dtype_may_be_chosen():
    model = DenseRegressor(**QUICK, dtype="float32").fit(X[:, :3], X[:, 3])
    assert model.coefs_[0].dtype == np.float32
    assert model.score(X[:, :3], X[:, 3]) > 0.8


def test_threads_change_nothing():
    one, two = (DenseClassifier(**QUICK, n_jobs=jobs).fit(X, Y) for jobs in (1, -1))
    np.testing.assert_array_equal(one.coefs_[0], two.coefs_[0])


def test_a_fit_has_a_model():
    fitted = DenseClassifier(**QUICK).fit(X, Y)
    assert isinstance(fitted.model_, Model)
    np.testing.assert_array_equal(fitted.model_.predict(X), fitted.predict_proba(X))


def test_a_network_that_has_become_another_is_not_gone_on_with():
    model = DenseRegressor(**QUICK, warm_start=True).fit(X, Y)
    with pytest.raises(FastdenseError, match="warm_start=False"):
        model.set_params(hidden_layer_sizes=(9,)).fit(X, Y)


def test_a_fit_is_diagnosed():
    model = DenseRegressor(
        hidden_layer_sizes=(8,), solver="sgd", learning_rate_init=30.0, max_iter=40
    )
    found = model.diagnose(X[:, :3], X[:, 3], effort="quick")
    assert found.causes[0].cause.name == "rate_too_high"


def test_an_interrupt_leaves_what_was_fitted():
    def interrupt(model):
        if model.n_iter_ == 3:
            raise KeyboardInterrupt

    model = DenseClassifier(**QUICK, callbacks=[interrupt])
    with pytest.warns(UserWarning, match="interrupted"):
        model.fit(X, Y)
    same = DenseClassifier(**QUICK | {"max_iter": 3}).fit(X, Y)
    np.testing.assert_array_equal(model.coefs_[0], same.coefs_[0])
    assert model.loss_curve_ == same.loss_curve_
