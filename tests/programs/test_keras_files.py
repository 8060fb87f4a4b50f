"""Models in files come back as they were; what was changed is an error, and never runs."""

import json
import resource
from pathlib import Path

import numpy as np
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

import fastdense.keras as keras
from fastdense.errors import FastdenseError
from fastdense.keras.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    LayerNormalization,
    LeakyReLU,
    MaxPooling2D,
    Rescaling,
)

X = strategies.numbers(1, 30, 4).astype("float32")
Y = strategies.numbers(2, 30, 2).astype("float32")
# A file of our own, and two of Keras's.
NAMES = "model.own", "model.keras", "model.h5"
INITIALIZERS = "he_normal", keras.initializers.RandomUniform(-0.2, 0.3), "orthogonal"


@st.composite
def models(draw):
    """Chains of layers on features or on images, compiled."""
    images = draw(st.booleans())
    layers = [keras.Input((6, 6, 2) if images else (4,))]
    if images:
        layers += [Rescaling(0.5), Conv2D(3, 2, draw(st.sampled_from([1, 2])), "same")]
        layers += draw(st.sampled_from([[], [BatchNormalization()], [MaxPooling2D(2)]]))
        layers.append(Flatten())
    for _ in range(draw(st.integers(0, 2))):
        penalty = draw(st.sampled_from([None, "l2", keras.regularizers.L1(0.1)]))
        initial = draw(st.sampled_from(INITIALIZERS))
        layers.append(
            Dense(
                draw(st.integers(1, 5)), draw(st.sampled_from(["relu", None])),
                use_bias=draw(st.booleans()), kernel_initializer=initial,
                kernel_regularizer=penalty,
            )
        )  # fmt: skip
        layers.append(
            draw(
                st.sampled_from(
                    [LeakyReLU(0.2), Dropout(0.3), LayerNormalization(), Activation("tanh")]
                )
            )
        )
    model = keras.Sequential([*layers, Dense(2)])
    optimizer = draw(st.sampled_from(["sgd", "adam", keras.optimizers.SGD(0.1, momentum=0.5)]))
    model.compile(optimizer, draw(st.sampled_from(["mse", keras.losses.Huber(0.5)])), ["mae"])
    return model


def rows_for(model):
    return (
        X
        if model.input_shape == (None, 4)
        else strategies.numbers(3, 30, 6, 6, 2).astype("float32")
    )


@given(models(), st.booleans())
def test_a_model_comes_back_and_is_trained_on(tmp_path_factory, model, trained):
    path, x = tmp_path_factory.mktemp("models") / "model.keras", rows_for(model)
    if trained:
        model.fit(x, Y, verbose=0)
    model.save(path)
    loaded = keras.models.load_model(path)
    assert [layer.get_config() for layer in loaded.layers] == [
        layer.get_config() for layer in model.layers
    ]
    assert np.array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))
    assert loaded.evaluate(x, Y, verbose=0) == model.evaluate(x, Y, verbose=0)
    for one in (loaded, model):
        keras.utils.set_random_seed(4)
        one.fit(x, Y, verbose=0)
    assert all(
        np.array_equal(a, b) for a, b in zip(loaded.get_weights(), model.get_weights(), strict=True)
    )


@given(models())
def test_a_description_gives_the_same_model_with_fresh_weights(model):
    for other in (keras.models.model_from_json(model.to_json()), keras.models.clone_model(model)):
        assert [layer.get_config() for layer in other.layers] == [
            layer.get_config() for layer in model.layers
        ]
        other.set_weights(model.get_weights())
        x = rows_for(model)
        assert np.array_equal(other.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([Dense(3, "relu", input_dim=4), BatchNormalization(), Dense(2)])
    model.compile("adam", "mse", ["mae"])
    model.fit(X, Y, verbose=0)
    folder = tmp_path_factory.mktemp("saved")
    for name in NAMES:
        model.save(folder / name)
    return folder


def tried(content, folder):
    """Load what was changed: a model, or an error that says so."""
    path = folder / "changed"
    path.write_bytes(content)
    try:
        keras.models.load_model(path)
    except FastdenseError as error:
        assert str(error)


@given(st.sampled_from(NAMES), st.data())
def test_changed_files_are_errors(saved, name, data):
    changed_bytes(saved, name, data)


@pytest.mark.fuzz
@settings(max_examples=10_000)
@given(st.sampled_from(NAMES[:2]), st.data())  # the third is read in a process of its own
def test_ten_thousand_changed_files_are_errors(saved, name, data):
    changed_bytes(saved, name, data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1 << 20  # KB


def changed_bytes(saved, name, data):
    content, folder = bytearray((saved / name).read_bytes()), saved
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    tried(bytes(content), folder)


@given(st.data())
def test_changed_descriptions_are_errors(saved, tmp_path_factory, data):
    content = (saved / "model.own").read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    about = header["__metadata__"]
    key = data.draw(st.sampled_from(sorted(about)))
    value, path = json.loads(about[key]), []
    place = value
    while isinstance(place, (dict, list)) and place and data.draw(st.integers(0, 5)):
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        path.append((place, data.draw(st.sampled_from(list(keys)))))
        place = path[-1][0][path[-1][1]]
    strange = data.draw(
        st.sampled_from(
            [None, -1, 1e300, "", "Lambda", [], {}, True, [[1]], {"class_name": "Dense"}]
        )
    )
    if path:
        path[-1][0][path[-1][1]] = strange
    else:
        value = strange
    about[key] = json.dumps(value)
    text = json.dumps(header).encode()
    changed = len(text).to_bytes(8, "little") + text + content[8 + length :]
    tried(changed, tmp_path_factory.mktemp("changed"))


# Written by Keras 3.15.1: a network on images, and a functional chain.
THEIRS = Path(__file__).parents[1] / "data" / "keras_files"


@pytest.mark.parametrize("name, shape", [("image", (6, 6, 2)), ("chain", (4,))])
def test_files_of_keras_are_read(name, shape):
    pytest.importorskip("h5py")
    draw = np.random.RandomState(0)
    images, features = draw.normal(size=(5, 6, 6, 2)), draw.normal(size=(5, 4))
    x = (images if name == "image" else features).astype("float32")
    expected = json.loads((THEIRS / "expected.json").read_text())[name]
    for ending in ("keras", "h5"):
        model = keras.models.load_model(THEIRS / f"{name}.{ending}")
        assert model.input_shape == (None, *shape) and model.compiled
        np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-5, atol=1e-6)
        model.set_weights([0 * one for one in model.get_weights()])
        model.load_weights(THEIRS / f"{name}.weights.h5")
        np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-5, atol=1e-6)


@given(models(), st.sampled_from(["model.h5", "model.weights.h5"]))
def test_what_is_written_for_keras_is_read_again(tmp_path_factory, model, name):
    pytest.importorskip("h5py")
    path, x = tmp_path_factory.mktemp("models") / name, rows_for(model)
    if name == "model.h5":
        model.save(path)
        other = keras.models.load_model(path)
    else:
        model.save_weights(path)
        other = keras.models.clone_model(model)
        other.load_weights(path)
    assert np.array_equal(other.predict(x, verbose=0), model.predict(x, verbose=0))


def test_weights_of_another_shape_are_refused(tmp_path):
    one = keras.Sequential([Dense(3, input_dim=4)])
    one.save_weights(tmp_path / "one.weights.h5")
    with pytest.raises(ValueError, match="shapes"):
        keras.Sequential([Dense(2, input_dim=4)]).load_weights(tmp_path / "one.weights.h5")
    with pytest.raises(FileExistsError, match="overwrite"):
        one.save(tmp_path / "one.weights.h5", overwrite=False)
