"""What is set of single layers: whether they are trained, bounds, penalties; and what tells it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fastdense.keras as keras
from fastdense.keras.layers import Conv2D, Dense, Flatten, GlobalMaxPooling2D
from fastdense.keras.preprocessing.image import ImageDataGenerator

DRAW = np.random.default_rng(0)
X, Y = DRAW.normal(size=(30, 4)).astype("float32"), DRAW.normal(size=(30, 2)).astype("float32")


def model_of(*layers, optimizer="sgd", **compiled):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4,)), *layers])
    model.compile(optimizer, "mse", **compiled)
    return model


def changed(model, layer):
    """Whether a fit changes a layer."""
    before = layer.get_weights()
    model.fit(X, Y, verbose=0)
    return any((a != b).any() for a, b in zip(before, layer.get_weights(), strict=True))


def test_which_layers_are_trained_is_settled_by_compile_and_the_first_fit(capsys):
    hidden, last = Dense(5, activation="tanh"), Dense(2)
    model = model_of(hidden, last)
    assert changed(model, hidden)
    hidden.trainable = False
    assert not capsys.readouterr().err
    assert changed(model, hidden)
    assert "compile() is called again" in capsys.readouterr().err
    model.compile("sgd", "mse")
    assert not changed(model, hidden) and changed(model, last)
    before = hidden.get_weights()
    model.train_on_batch(X, Y)
    assert np.array_equal(before[0], hidden.get_weights()[0])
    assert [len(model.trainable_weights), len(model.non_trainable_weights)] == [2, 2]
    late = model_of(Dense(3), Dense(2))
    late.layers[0].trainable = False  # before anything was trained
    assert not changed(late, late.layers[0])


def test_a_frozen_model_freezes_its_layers_and_those_of_models_in_it():
    inner = keras.Sequential([keras.Input((4,)), Dense(3, kernel_regularizer="l2")])
    outer = model_of(inner, Dense(2))
    inner.trainable = False
    assert not inner.layers[0].trainable and inner.losses == []
    assert not changed(outer, inner) and changed(outer, outer.layers[1])
    inner.layers[0].trainable = True  # the model of it is not
    assert len(inner.trainable_weights) == 0
    outer.compile("sgd", "mse")
    assert not changed(outer, inner)


def test_models_with_a_frozen_layer_come_back_from_files(tmp_path):
    model = model_of(Dense(3, trainable=False), Dense(2, bias_constraint="non_neg"))
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "model.keras")
    other = keras.models.load_model(tmp_path / "model.keras")
    assert [layer.trainable for layer in other.layers] == [False, True]
    assert isinstance(other.layers[1].bias_constraint, keras.constraints.NonNeg)
    assert not changed(other, other.layers[0])


BOUNDS = {
    "max_norm": lambda w: (np.linalg.norm(w, axis=0) <= 0.5 + 1e-5).all(),
    "rows": lambda w: (np.linalg.norm(w, axis=1) <= 0.5 + 1e-5).all(),
    "non_neg": lambda w: (w >= 0).all(),
    "unit_norm": lambda w: np.allclose(np.linalg.norm(w, axis=0), 1, atol=1e-5),
    "min_max_norm": lambda w: (np.linalg.norm(w, axis=0) >= 0.7 - 1e-5).all(),
}
CONSTRAINTS = {
    "max_norm": keras.constraints.MaxNorm(0.5),
    "rows": keras.constraints.MaxNorm(0.5, axis=1),
    "non_neg": keras.constraints.NonNeg(),
    "unit_norm": keras.constraints.UnitNorm(),
    "min_max_norm": keras.constraints.MinMaxNorm(0.7, 0.9),
}


@pytest.mark.parametrize("name", BOUNDS)
@settings(max_examples=10, deadline=None)
@given(st.sampled_from(["sgd", "adam", "rmsprop"]), st.integers(1, 40), st.booleans())
def test_constraints_hold_after_every_step(name, optimizer, batch, frozen):
    seen = []

    class Looking(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(self.model.layers[0].get_weights()[0])

    layer = Dense(2, kernel_constraint=CONSTRAINTS[name], trainable=not frozen)
    model = model_of(layer, optimizer=optimizer)
    start = layer.get_weights()[0]
    model.fit(X, Y, batch_size=batch, epochs=2, verbose=0, callbacks=[Looking()])
    assert len(seen) == 2 * -(-30 // batch)
    if frozen:
        assert all(np.array_equal(one, start) for one in seen)
    else:
        assert all(BOUNDS[name](one) for one in seen)


def test_those_of_convolutions_are_of_windows():
    keras.utils.set_random_seed(0)
    images, y = DRAW.normal(size=(12, 6, 6, 2)), DRAW.normal(size=(12, 1))
    unit = keras.constraints.UnitNorm(axis=[0, 1, 2])
    model = keras.Sequential([Conv2D(3, 3, kernel_constraint=unit), Flatten(), Dense(1)])
    model.compile("sgd", "mse")
    model.fit(images, y, verbose=0)
    kernel = model.layers[0].get_weights()[0]
    np.testing.assert_allclose((kernel**2).sum(axis=(0, 1, 2)), 1, rtol=1e-5)


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 0.3), st.floats(0, 0.3), st.floats(0, 0.3))
def test_penalties_of_kernel_and_bias_pull_and_are_in_the_loss(l1, l2, of_kernel):
    both = keras.regularizers.L1L2(l1, l2)
    layer = Dense(2, bias_regularizer=both, kernel_regularizer=keras.regularizers.L2(of_kernel))
    model = model_of(layer, optimizer=keras.optimizers.SGD(0.1))
    layer.set_weights([np.full((4, 2), 0.5), np.array([0.25, -0.5])])
    kernel, bias = layer.get_weights()
    error = X @ kernel + bias - Y
    loss = (error**2).mean() + of_kernel * (kernel**2).sum()
    loss += l1 * np.abs(bias).sum() + l2 * (bias**2).sum()
    history = model.fit(X, Y, batch_size=30, verbose=0).history
    assert history["loss"][0] == pytest.approx(loss, rel=1e-5)
    slope = error.sum(axis=0) / 30 + l1 * np.sign(bias) + 2 * l2 * bias
    np.testing.assert_allclose(layer.get_weights()[1], bias - 0.1 * slope, rtol=1e-4, atol=1e-6)
    steeper = X.T @ error / 30 + 2 * of_kernel * kernel
    np.testing.assert_allclose(layer.get_weights()[0], kernel - 0.1 * steeper, rtol=1e-4)


def test_weighted_metrics_have_the_weights_and_others_have_not():
    weights = DRAW.uniform(0, 3, 30)
    model = model_of(Dense(2), metrics=["mae"], weighted_metrics=["mse"])
    found = model.evaluate(X, Y, sample_weight=weights, verbose=0, return_dict=True)
    error = model.predict(X, verbose=0) - Y
    assert found["mae"] == pytest.approx(np.abs(error).mean(), rel=1e-5)
    wanted = np.average((error**2).mean(axis=1), weights=weights)
    assert found["mse"] == pytest.approx(wanted, rel=1e-5)
    history = model.fit(
        X, Y, sample_weight=weights, batch_size=30, validation_data=(X, Y, weights), verbose=0
    ).history
    assert history["mse"][0] == pytest.approx(wanted, rel=1e-5)
    assert list(history) == ["loss", "mae", "mse", "val_loss", "val_mae", "val_mse"]


def test_global_max_pooling_is_the_largest_number():
    images = DRAW.normal(size=(5, 4, 3, 2)).astype("float32")
    model = keras.Sequential([keras.Input((4, 3, 2)), GlobalMaxPooling2D(), Dense(1)])
    kernel, _ = model.layers[1].get_weights()
    wanted = images.max(axis=(1, 2)) @ kernel
    np.testing.assert_allclose(model.predict(images, verbose=0), wanted, rtol=1e-5)


def test_generators_standardize_images():
    images = DRAW.integers(0, 256, (8, 5, 5, 3)).astype("float32")
    generator = ImageDataGenerator(featurewise_std_normalization=True)
    with pytest.raises(ValueError, match="fit"):
        generator.flow(images)
    generator.fit(images)
    made = next(generator.flow(images, batch_size=8, shuffle=False))
    np.testing.assert_allclose(made.mean(axis=(0, 1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(made.std(axis=(0, 1, 2)), 1, rtol=1e-5)
    own = ImageDataGenerator(
        rescale=0.5, samplewise_std_normalization=True, preprocessing_function=lambda x: x + 7
    )
    made = next(own.flow(images, batch_size=8, shuffle=False))
    np.testing.assert_allclose(made.mean(axis=(1, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(made.std(axis=(1, 2, 3)), 1, rtol=1e-5)
    split = ImageDataGenerator(validation_split=0.3)
    parts = [split.flow(images, subset=name).n for name in ("training", "validation")]
    assert parts == [6, 2]


@pytest.mark.parametrize(
    "call, word",
    [
        (lambda: ImageDataGenerator(rotation_range=9, fill_mode="constant"), "fill_mode"),
        (lambda: ImageDataGenerator(zoom_range=0.1, samplewise_center=True), "samplewise_center"),
        (lambda: ImageDataGenerator(horizontal_flip=True, preprocessing_function=abs), "abs"),
        (lambda: ImageDataGenerator().flow(np.ones((2, 3, 3, 1)), subset="test"), "subset"),
        (lambda: Conv2D(2, 3, kernel_initializer="identity").build((None, 4, 4, 1)), "Identity"),
        (lambda: model_of(Dense(2)).summary(layer_range=("a", "b")), "layer_range|layer_names"),
        (lambda: model_of(Dense(2)).summary(line_length=8), "width"),
    ],
)
def test_what_cannot_be_done_is_said(call, word):
    with pytest.raises((ValueError, NotImplementedError), match=word):
        call()


def test_a_frozen_batch_normalization_goes_by_its_averages_and_keeps_them():
    normal = keras.layers.BatchNormalization(trainable=False)
    model = model_of(Dense(2), normal, Dense(2), optimizer=keras.optimizers.SGD(0.1))
    normal.set_weights([np.array(one) for one in ([2, 3], [1, -1], [0.5, 0], [4, 0.25])])
    kept = normal.get_weights()
    kernel, bias, last, shift = model.layers[0].get_weights() + model.layers[2].get_weights()
    factor = kept[0] / np.sqrt(kept[3] + 1e-3)
    normalized = (X @ kernel + bias - kept[2]) * factor + kept[1]
    error = normalized @ last + shift - Y
    model.fit(X, Y, batch_size=30, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(kept, normal.get_weights(), strict=True))
    wanted = kernel - 0.1 * X.T @ (error @ last.T * factor) / 30
    np.testing.assert_allclose(model.layers[0].get_weights()[0], wanted, rtol=1e-4, atol=1e-6)


def test_a_summary_tells_what_is_trained_and_what_is_in_a_model():
    inner = keras.Sequential([keras.Input((4,)), Dense(3, name="deep")], name="inner")
    model = model_of(inner, Dense(2, name="last", trainable=False))
    texts = []
    model.summary(print_fn=texts.append, expand_nested=True, show_trainable=True)
    (text,) = texts
    rows = {
        line.split("│")[1].strip(): line.split("│") for line in text.splitlines() if "│" in line
    }
    assert rows["└ deep (Dense)"][-2].strip() == "Y"
    assert rows["last (Dense)"][-2].strip() == "N"
    assert "Trainable params: 15" in text and "Non-trainable params: 8" in text
    model.fit(X, Y, verbose=0)
    model.summary(print_fn=texts.append, layer_range=("last", "last"))
    assert "inner" not in texts[1] and "Optimizer params: 2 " in texts[1]


def test_variables_have_paths():
    model = model_of(Dense(2, name="a"))
    assert [one.path for one in model.weights] == [f"{model.name}/a/kernel", f"{model.name}/a/bias"]


@pytest.mark.parametrize("size", [7, 10, 64])
def test_a_summed_loss_is_the_mean_over_rows_of_their_batchs_sum(size):
    model = model_of(Dense(2))
    loss = keras.losses.MeanSquaredError(reduction="sum")
    model.compile(keras.optimizers.SGD(0.0), loss)
    each = ((model.predict(X, verbose=0) - Y) ** 2).mean(axis=1)
    batches = [each[first : first + size] for first in range(0, 30, size)]
    wanted = sum(len(batch) * batch.sum() for batch in batches) / 30
    history = model.fit(
        X, Y, batch_size=size, shuffle=False, validation_data=(X, Y), verbose=0
    ).history
    assert history["loss"] == history["val_loss"] == [pytest.approx(wanted, rel=1e-5)]
    found = model.evaluate(X, Y, batch_size=size, verbose=0)
    assert found == pytest.approx(wanted, rel=1e-5)
    assert model.test_on_batch(X, Y) == pytest.approx(each.sum(), rel=1e-5)
    assert model.train_on_batch(X, Y) == pytest.approx(each.sum(), rel=1e-5)


def test_a_function_of_a_batch_is_averaged_over_batches_and_one_of_rows_over_rows():
    ops = keras.ops

    def of_batch(y, p):
        return ops.sqrt(ops.mean(ops.square(y - p)))

    def of_rows(y, p):
        return keras.backend.mean(keras.backend.abs(y - p), axis=-1)

    model = model_of(Dense(2), metrics=[of_batch, of_rows])
    found = model.evaluate(X, Y, batch_size=7, verbose=0, return_dict=True)
    error = model.predict(X, verbose=0) - Y
    roots = [np.sqrt((error[i : i + 7] ** 2).mean()) for i in range(0, 30, 7)]
    assert found["of_batch"] == pytest.approx(np.mean(roots), rel=1e-5)
    assert found["of_rows"] == pytest.approx(np.abs(error).mean(), rel=1e-5)


def test_generators_are_drawn_for_all_epochs_in_their_order():
    def batches(size):
        at = 0
        while True:
            rows = np.arange(at, at + size) % 30
            at += size
            yield X[rows], Y[rows]

    whole, drawn = model_of(Dense(2)), model_of(Dense(2))
    rows = np.arange(48) % 30
    whole.fit(X[rows], Y[rows], batch_size=8, shuffle=False, verbose=0)
    history = drawn.fit(
        batches(8), steps_per_epoch=3, epochs=2, validation_data=batches(10), validation_steps=2,
        verbose=0,
    ).history  # fmt: skip
    assert np.array_equal(whole.get_weights()[0], drawn.get_weights()[0])
    last = drawn.evaluate(X[:20], Y[:20], verbose=0)
    assert history["val_loss"][-1] == pytest.approx(last, rel=1e-5)
    old = model_of(Dense(2))
    old.fit_generator(batches(8), samples_per_epoch=24, nb_epoch=2, verbose=0)
    assert np.array_equal(old.get_weights()[0], drawn.get_weights()[0])


def test_steps_of_validation_are_the_first_batches():
    model = model_of(Dense(2))
    history = model.fit(
        X, Y, batch_size=8, validation_data=(X, Y), validation_steps=2, verbose=0
    ).history
    found = model.evaluate(X[:16], Y[:16], verbose=0)
    assert history["val_loss"] == [pytest.approx(found, rel=1e-5)]


@pytest.mark.parametrize(
    "call, word",
    [
        (lambda: Dense(2, dtype="float16"), "float16"),
        (lambda: model_of(Dense(2)).fit(X, Y, class_weight="auto"), "class_weight"),
        (lambda: model_of(Dense(2)).fit(iter([(X, Y)])), "steps_per_epoch"),
        (lambda: model_of(Dense(2)).fit(iter([(X, Y)]), steps_per_epoch=2), "after 1 batches"),
        (lambda: model_of(Dense(2)).fit([[1, "a", 3, 4]], [1]), "'a' in row 0, column 1"),
    ],
)
def test_what_fit_cannot_follow_is_said(call, word):
    with pytest.raises((ValueError, NotImplementedError), match=word):
        call()


def test_a_loss_that_is_not_reduced_is_refused():
    model = model_of(Dense(2))
    model.compile("sgd", keras.losses.MeanSquaredError(reduction="none"))
    with pytest.raises(NotImplementedError, match="none"):
        model.fit(X, Y, verbose=0)


def test_names_of_metrics_are_keras_s_in_both_ages():
    labels = (Y[:, 0] > 0).astype(int)
    model = model_of(Dense(1, activation="sigmoid"))
    model.compile("sgd", "mse", metrics=["accuracy"], weighted_metrics=["accuracy"])
    history = model.fit(X, labels, verbose=0).history
    assert set(history) == {"loss", "accuracy", "weighted_accuracy"}
    assert history["acc"] is history["accuracy"] and "acc" not in history
    with pytest.raises(KeyError, match="val_acc"):
        history["val_acc"]


def test_a_training_that_is_stopped_before_an_epoch_ends_behind_its_first_batch():
    class Stopping(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    model, other = model_of(Dense(2)), model_of(Dense(2))
    model.fit(X, Y, batch_size=10, epochs=5, shuffle=False, verbose=0, callbacks=[Stopping()])
    other.fit(X, Y, batch_size=10, shuffle=False, verbose=0)
    other.fit(X[:10], Y[:10], batch_size=10, shuffle=False, verbose=0)
    assert np.array_equal(model.get_weights()[0], other.get_weights()[0])
