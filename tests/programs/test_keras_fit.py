"""`fit` is the engine's training: its bits, its callbacks, and what a program sees of both."""

import csv

import numpy as np
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

import fastdense.keras as keras
from fastdense import Data, train
from fastdense.keras import fitting
from fastdense.keras.callbacks import HOOKS
from fastdense.keras.layers import Activation, BatchNormalization, Dense, Dropout, LeakyReLU
from fastdense.keras.rows import rows

X = strategies.numbers(1, 60, 4).astype("float32")
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
OPTIMIZERS = ["sgd", "rmsprop", "adam", "adamw", "adamax", "nadam", "adagrad", "adadelta"]


def build(optimizer="adam", loss="binary_crossentropy", metrics=None, seed=0, **last):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            Dense(8, "tanh", input_shape=(4,)),
            Dropout(0.1),
            Dense(1, **(last or {"activation": "sigmoid"})),
        ]
    )
    model.compile(optimizer, loss, metrics=metrics)
    return model


def fitted(model, **given):
    """Its history of a fit that draws what others draw."""
    keras.utils.set_random_seed(7)
    return model.fit(X, Y, **given)


@given(st.sampled_from(OPTIMIZERS), st.integers(1, 70), st.booleans(), st.integers(1, 4))
def test_a_fit_has_the_bits_of_train(optimizer, batch, shuffle, epochs):
    model, twin = build(optimizer), build(optimizer)
    fit = fitting.Fit(twin, rows(X, Y), min(batch, 60), epochs, shuffle)
    fit.end()
    keras.utils.set_random_seed(0)
    model = build(optimizer)
    history = model.fit(X, Y, batch_size=batch, epochs=epochs, shuffle=shuffle, verbose=0)
    start = twin.plan().gather("float32")
    run = train(twin.plan().network, fit.recipe, Data(X, Y), parameters=start, order=fit.order)
    assert np.array_equal(model.plan().gather("float32"), run.parameters)
    assert history.history["loss"] == np.float32(run.running_loss[1:]).tolist()


@given(st.integers(1, 3), st.integers(1, 3), st.sampled_from(OPTIMIZERS))
def test_two_fits_are_one_but_for_their_order(first, second, optimizer):
    whole, parts = (build(optimizer, loss="mse", activation="linear") for _ in range(2))
    for model in (whole, parts):
        model.layers[1].rate = 0.0
    whole.fit(X, Y, epochs=first + second, shuffle=False, verbose=0)
    parts.fit(X, Y, epochs=first, shuffle=False, verbose=0)
    parts.fit(X, Y, epochs=first + second, initial_epoch=first, shuffle=False, verbose=0)
    for ours, theirs in zip(whole.get_weights(), parts.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)


def test_under_a_seed_all_epochs_visit_the_rows_in_one_order(monkeypatch):
    """As Keras on TensorFlow does; on the others, and without a seed, each has its own."""

    def orders():
        fit = fitting.Fit(build("sgd"), rows(X, Y), 4, 3, True)
        fit.end()
        return fit.order

    assert sorted(orders()[0]) == list(range(60)) and np.array_equal(orders(), orders())
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert orders() is None


def test_callbacks_change_nothing_by_being_there():
    class Watching(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.seen = logs["loss"], logs["accuracy"]

    plain, watched = build(metrics=["accuracy"]), build(metrics=["accuracy"])
    held = {"validation_split": 0.2, "epochs": 3, "verbose": 0}
    one = fitted(plain, **held)
    two = fitted(watched, callbacks=[Watching()], **held)
    assert one.history == two.history
    assert list(one.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    for ours, theirs in zip(plain.get_weights(), watched.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)


def test_hooks_are_called_in_keras_order():
    calls = []
    body = {
        hook: lambda self, *given, hook=hook: calls.append((hook, *given[:-1])) for hook in HOOKS
    }
    recorder = type("Recorder", (keras.callbacks.Callback,), body)()
    build().fit(
        X[:8], Y[:8], batch_size=4, epochs=1, validation_data=(X[:4], Y[:4]), verbose=0,
        callbacks=[recorder],
    )  # fmt: skip
    assert [name for name, *_ in calls] == [
        "on_train_begin", "on_epoch_begin", "on_train_batch_begin", "on_train_batch_end",
        "on_train_batch_begin", "on_train_batch_end", "on_test_begin", "on_test_batch_begin",
        "on_test_batch_end", "on_test_end", "on_epoch_end", "on_train_end",
    ]  # fmt: skip


def test_the_loss_has_the_penalty_of_each_step():
    model = build(
        loss="mse", activation="linear", kernel_regularizer=keras.regularizers.L1L2(0.1, 0.2)
    )
    twin = build(loss="mse", activation="linear")
    twin.set_weights(model.get_weights())
    kernel = model.get_weights()[2]
    penalty = 0.1 * abs(kernel).sum() + 0.2 * (kernel**2).sum()
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(
        twin.evaluate(X, Y, verbose=0) + penalty
    )
    model.layers[1].rate = twin.layers[1].rate = 0.0
    ours = model.fit(X, Y, batch_size=60, verbose=0).history["loss"][0]
    theirs = twin.fit(X, Y, batch_size=60, verbose=0).history["loss"][0]
    assert ours == pytest.approx(theirs + penalty, rel=1e-5)


def test_weights_may_be_read_and_set_in_the_middle():
    seen = []

    class Setting(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(self.model.get_weights()[0].copy())
            if batch == 1:
                self.model.set_weights([np.zeros_like(w) for w in self.model.get_weights()])
                assert not self.model.predict(X, verbose=0).any()

    model = build("sgd", loss="mse", activation="linear")
    model.fit(X, np.zeros(60), batch_size=20, epochs=1, verbose=0, callbacks=[Setting()])
    assert not np.array_equal(seen[0], seen[1])
    assert not model.get_weights()[0].any()  # at zero nothing is left to learn


def test_rates_are_followed():
    rates = [0.1, 0.0, 0.3]
    scheduler = keras.callbacks.LearningRateScheduler(lambda epoch: rates[epoch])
    model = build("sgd")
    history = model.fit(X, Y, epochs=3, verbose=0, callbacks=[scheduler])
    assert history.history["learning_rate"] == pytest.approx(rates)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.3)
    keras.backend.set_value(model.optimizer.lr, 0.0)
    before = model.get_weights()
    model.fit(X, Y, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


@pytest.mark.parametrize(
    "schedule",
    [
        keras.optimizers.schedules.ExponentialDecay(0.1, 5, 0.9),
        keras.optimizers.schedules.ExponentialDecay(0.1, 5, 0.9, staircase=True),
        keras.optimizers.schedules.InverseTimeDecay(0.1, 2, 0.5),
        keras.optimizers.schedules.PiecewiseConstantDecay([3, 6], [0.1, 0.01, 0.2]),
        keras.optimizers.schedules.CosineDecay(0.1, 8),
    ],
)
def test_schedules_give_the_rate_of_each_step(schedule):
    x, y = X[:20, :1], X[:20, 1]
    model = keras.Sequential([Dense(1, input_dim=1, kernel_initializer="ones", use_bias=False)])
    model.compile(keras.optimizers.SGD(schedule), "mse")
    model.fit(x, y, batch_size=10, epochs=4, shuffle=False, verbose=0)
    weight = 1.0
    for step in range(8):
        part = slice(10 * (step % 2), 10 * (step % 2) + 10)
        slope = (2 * (weight * x[part, 0] - y[part]) * x[part, 0]).mean()
        weight -= schedule(step) * slope
    assert model.get_weights()[0].item() == pytest.approx(weight, rel=1e-5)


def test_the_old_decay_divides_the_rate():
    model = keras.Sequential([Dense(1, input_dim=1, init="ones", use_bias=False)])
    model.compile(keras.optimizers.SGD(lr=0.1, decay=0.5), "mse")
    model.fit(X[:10, :1], X[:10, 1], nb_epoch=5, batch_size=10, verbose=0)
    x, y, weight = X[:10, 0], X[:10, 1], 1.0
    for step in range(5):
        weight -= 0.1 / (1 + 0.5 * step) * (2 * (weight * x - y) * x).mean()
    assert model.get_weights()[0].item() == pytest.approx(weight, rel=1e-5)


def test_early_stopping_gives_the_best_weights_back():
    model = build("adam", seed=3)
    stop = keras.callbacks.EarlyStopping("val_loss", patience=3, restore_best_weights=True)
    history = model.fit(
        X[:40], Y[:40], epochs=300, batch_size=4, validation_data=(X[40:], Y[40:]), verbose=0,
        callbacks=[stop],
    ).history  # fmt: skip
    assert len(history["loss"]) < 300
    assert model.evaluate(X[40:], Y[40:], verbose=0) == pytest.approx(
        min(history["val_loss"]), rel=1e-5
    )


def test_it_ends_where_the_loss_is_no_number_or_good_enough():
    model = build(keras.optimizers.SGD(1e20), loss="mse", activation="linear")
    history = model.fit(X, Y, epochs=50, verbose=0, callbacks=[keras.callbacks.TerminateOnNaN()])
    assert len(history.history["loss"]) < 50
    stop = keras.callbacks.EarlyStopping("loss", patience=99, stopping_threshold=10.0)
    history = build().fit(X, Y, epochs=50, verbose=0, callbacks=[stop])
    assert len(history.history["loss"]) == 1


def test_logs_are_kept_in_files(tmp_path):
    path = tmp_path / "log.csv"
    board = keras.callbacks.TensorBoard(tmp_path / "events")
    history = build(metrics=["acc"]).fit(
        X, Y, epochs=2, validation_split=0.5, verbose=0,
        callbacks=[keras.callbacks.CSVLogger(path), board],
    ).history  # fmt: skip
    with path.open(newline="") as file:
        rows_ = list(csv.DictReader(file))
    assert [float(row["val_acc"]) for row in rows_] == history["val_acc"]
    files = list((tmp_path / "events").rglob("events.out.tfevents.*"))
    assert {file.parent.name for file in files} == {"train", "validation"}
    assert b"epoch_loss" in files[0].read_bytes()


def test_class_and_sample_weights_are_one():
    weights = np.where(Y == 1, 3.0, 0.5)
    one, two = build(), build()
    fitted(one, class_weight={0: 0.5, 1: 3.0}, epochs=2, verbose=0)
    fitted(two, sample_weight=weights, epochs=2, verbose=0)
    assert all(
        np.array_equal(a, b) for a, b in zip(one.get_weights(), two.get_weights(), strict=True)
    )


def test_models_may_share_an_optimizer(capsys):
    shared, own = keras.optimizers.SGD(0.1, momentum=0.9), keras.optimizers.SGD(0.1, momentum=0.9)
    one, two, alone = build(shared), build(shared), build(own)
    assert "share one SGD" in capsys.readouterr().err
    for model in (one, two, alone):
        fitted(model, epochs=2, verbose=0)
    assert all(
        np.array_equal(a, b) for a, b in zip(two.get_weights(), alone.get_weights(), strict=True)
    )


def test_progress_is_told_as_keras_tells_it(capsys):
    model = build(metrics=["accuracy"])
    model.fit(X, Y, epochs=2, verbose=2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Epoch 1/2" and lines[1].startswith("2/2 - 0s - ")
    assert "/step - accuracy: 0." in lines[1] and " - loss: 0." in lines[1]
    model.fit(X, Y)
    line = capsys.readouterr().out
    assert line.startswith("2/2 ━━━━━━━━━━━━━━━━━━━━ ") and "\x1b" not in line


@pytest.mark.parametrize(
    "call, word",
    [
        (lambda m: m.fit(X, Y[:5]), "60 rows"),
        (lambda m: m.fit(X, Y, nb_epochs=3), "nb_epochs"),
        (lambda m: m.evaluate(X, Y, batchsize=3), "batchsize"),
        (lambda m: m.predict(X, rows=3), "rows"),
        (lambda m: m.fit(X, Y, validation_split=1.5), "validation_split"),
        (lambda m: m.fit(X[:, :3], Y), "incompatible"),
        (lambda m: m.fit(np.where(X > 1, np.nan, X), Y), "NaN"),
        (lambda m: m.fit([["a", "b"]], [1]), "numbers"),
        (lambda m: m.predict(X[:0]), "empty"),
        (lambda m: m.set_weights([]), "0"),
        (lambda m: keras.Sequential([Dense(1)]).fit(X, Y), "compile"),
        (lambda m: m.compile("adamm", "mse"), "adamm"),
        (lambda m: m.compile("adam", "mze"), "mze"),
        (lambda m: m.get_layer("none"), "none"),
        (lambda m: keras.models.load_model("none.keras"), "none.keras"),
    ],
)
def test_mistakes_are_said(call, word):
    with pytest.raises(Exception, match=word):
        call(build())


def test_every_layer_predicts_as_the_formulas_say():
    keras.utils.set_random_seed(2)
    images = strategies.numbers(3, 5, 9, 9, 2).astype("float32")
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((9, 9, 2)), layers.Rescaling(0.5, 0.1), layers.Conv2D(3, 3, padding="same"),
            BatchNormalization(), Activation("relu"), layers.MaxPooling2D(), layers.Conv2D(
                4, (2, 2), strides=2, activation="elu", use_bias=False),
            layers.AveragePooling2D(2), layers.Flatten(), layers.LayerNormalization(),
            Dense(6), LeakyReLU(0.3), Dense(3), layers.Softmax(),
        ]
    )  # fmt: skip
    model.set_weights(
        [
            strategies.numbers([4, i], *w.shape) ** (2 if i == 5 else 1)
            for i, w in enumerate(model.get_weights())
        ]
    )
    ours = model.predict(images, verbose=0)
    np.testing.assert_allclose(ours, model.forward(images.astype(float)), rtol=2e-4, atol=2e-5)
    assert ours.sum(axis=1) == pytest.approx(1.0, abs=1e-5)
    part = keras.Model(model.input, model.layers[4].output)
    assert part.predict(images, verbose=0).shape == (5, 4, 4, 3)
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    assert np.array_equal(clone.predict(images, verbose=0), ours)
