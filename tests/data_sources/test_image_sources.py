"""Sources of images: what they hold, and that networks learn them."""

import gzip
import io
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense import Conv2D, Dense, FastdenseError, Flatten, MaxPool2D, Network, Recipe, train
from fastdense.data import read
from fastdense.scenarios.scenario import load

SOFTMAX = Recipe(loss="sparse_categorical_crossentropy", optimizer="adam", epochs=15)


def test_digits_are_those_of_the_repository():
    data = read({"name": "digits"})
    assert data.shape == (8, 8, 1) and len(data) == 1797
    counts = np.bincount(data.targets[:, 0].astype(int))
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (data.inputs[0].reshape(8, 8)[0] * 16).tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert data.inputs.min() == 0 and data.inputs.max() == 1


def test_a_sample_is_drawn_anew_for_every_draw():
    table = {"name": "digits", "sample": 30, "test": 20}
    one, again, other = (read(table, number=number) for number in (0, 0, 1))
    assert one.drawn and len(one) == 30 and len(one.test[0]) == 20 and one.shape == (8, 8, 1)
    assert one.inputs.tobytes() == again.inputs.tobytes() != other.inputs.tobytes()
    assert read({**table, "seed": 1}).inputs.tobytes() == other.inputs.tobytes()
    every = {row.tobytes() for row in read({"name": "digits"}).inputs}
    drawn = [row.tobytes() for row in [*one.inputs, *one.test[0]]]
    assert set(drawn) <= every and len(set(drawn)) == 50
    with pytest.raises(FastdenseError, match="seed draws a sample"):
        read({"name": "digits", "seed": 1})
    with pytest.raises(FastdenseError, match="1798 rows but there are 1797"):
        read({"name": "digits", "sample": 1790, "test": 8})


@pytest.mark.parametrize("size", [9, 16, 28])
def test_larger_digits_are_the_same_between_their_pixels(size):
    small, large = (
        read({"name": "digits", "sample": 15, "size": size, "test": 5}) for size in (8, size)
    )
    assert large.shape == (size, size, 1) and len(large.test[0]) == 5
    means = [one.inputs.mean(axis=1) for one in (small, large)]
    np.testing.assert_allclose(*means, atol=0.01)
    assert large.inputs.min() >= 0 and large.inputs.max() <= 1


def test_a_network_learns_digits_and_shapes_it_has_not_seen():
    for table, least in (
        ({"name": "digits", "test": 300}, 0.8),
        ({"name": "shapes", "count": 1000, "test": 200, "size": 16}, 0.6),
    ):
        data = read(table)
        classes = int(data.targets.max()) + 1
        layers = [Conv2D(16, 3, "relu"), MaxPool2D(2), Flatten(), Dense(classes, "softmax")]
        run = train(Network(data.shape, layers), SOFTMAX, data)
        assert run.test_accuracy[-1] > least


@given(seed=st.integers(0, 999), classes=st.integers(2, 4), size=st.integers(6, 20))
def test_shapes_are_bright_inside_and_dark_outside(seed, classes, size):
    table = {"name": "shapes", "count": 20, "seed": seed, "classes": classes, "size": size}
    data = read({**table, "noise": 0})
    assert data.shape == (size, size, 1) and data.drawn
    assert data.inputs.min() >= 0 and data.inputs.max() <= 1
    assert (data.inputs.max(axis=1) > 0.5).all()  # a figure on each
    images = data.inputs.reshape(-1, size, size)
    assert size < 16 or images[:, 0].max() == 0  # that touches no border
    assert set(data.targets[:, 0]) <= set(range(classes))
    assert read({**table, "noise": 0}).inputs.tobytes() == data.inputs.tobytes()


def test_wrong_labels_and_one_side():
    table = {"name": "shapes", "count": 2000, "seed": 3, "noise": 0}
    right = read(table)
    wrong = read({**table, "wrong": 0.3})
    assert wrong.inputs.tobytes() == right.inputs.tobytes()
    assert np.mean(wrong.targets != right.targets) == pytest.approx(0.2, abs=0.03)  # 2 of 3
    last = right.targets[:, 0] == 2
    seen = read({**table, "seen": 0.0, "on_test": {"seen": 1.0}, "test": 100})
    assert (seen.inputs[~last] == right.inputs[~last]).all()
    assert (seen.inputs[last] != right.inputs[last]).any(axis=1).mean() > 0.9


@pytest.fixture
def keras(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    folder = tmp_path / "datasets"
    folder.mkdir()
    return folder


IMAGES = np.random.default_rng(0).integers(0, 256, (12, 28, 28)).astype(np.uint8)
LABELS = np.arange(12, dtype=np.uint8) % 10


def test_mnist_is_read_where_keras_keeps_it(keras):
    with pytest.raises(FastdenseError, match=r"mnist\.npz does not exist; keras\.datasets\.mnist"):
        read({"name": "mnist"})
    np.savez(keras / "mnist.npz", x_train=IMAGES, y_train=LABELS, x_test=IMAGES, y_test=LABELS)
    data = read({"name": "mnist", "rows": 10, "test": 2})
    assert data.shape == (28, 28, 1) and len(data) == 8
    np.testing.assert_allclose(data.inputs * 255, IMAGES[:8].reshape(8, -1), rtol=1e-6)
    assert data.targets[:, 0].tolist() == LABELS[:8].tolist()
    with pytest.raises(FastdenseError, match="whole number"):
        read({"name": "mnist", "rows": 2.5})
    array = io.BytesIO()
    np.save(array, IMAGES)
    for wrong in (b"", b"text", b"PK\x03\x04 no archive", array.getvalue()):
        (keras / "mnist.npz").write_bytes(wrong)
        with pytest.raises(FastdenseError, match="not as Keras writes it; remove it"):
            read({"name": "mnist"})


def test_fashion_mnist_is_read_where_keras_keeps_it(keras):
    with pytest.raises(FastdenseError, match="does not exist"):
        read({"name": "fashion_mnist"})
    folder = keras / "fashion-mnist"
    folder.mkdir()
    for name, head, array in (("images-idx3", 16, IMAGES), ("labels-idx1", 8, LABELS)):
        packed = gzip.compress(bytes(head) + array.tobytes())
        (folder / f"train-{name}-ubyte.gz").write_bytes(packed)
    data = read({"name": "fashion_mnist"})
    np.testing.assert_allclose(data.inputs * 255, IMAGES.reshape(12, -1), rtol=1e-6)
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(b"no gzip")
    with pytest.raises(FastdenseError, match="not as Keras writes it"):
        read({"name": "fashion_mnist"})


class Harmful:
    def __reduce__(self):
        return print, ("called",)


@pytest.mark.parametrize("name", ["cifar-10-batches-py-target/cifar-10-batches-py",
                                  "cifar-10-batches-py"])  # fmt: skip
def test_cifar10_is_read_where_keras_keeps_it(keras, name, capsys):
    with pytest.raises(FastdenseError, match=r"does not exist; keras\.datasets\.cifar10"):
        read({"name": "cifar10"})
    folder = keras / name
    folder.mkdir(parents=True)
    images = np.random.default_rng(0).integers(0, 256, (10, 32, 32, 3)).astype(np.uint8)
    for batch in range(5):
        own = images[2 * batch : 2 * batch + 2].transpose(0, 3, 1, 2).reshape(2, -1)
        packed = pickle.dumps({b"data": own, b"labels": [batch, 9 - batch]})
        (folder / f"data_batch_{batch + 1}").write_bytes(packed)
    data = read({"name": "cifar10", "test": 1})
    assert data.shape == (32, 32, 3) and len(data) == 9
    np.testing.assert_allclose(data.inputs * 255, images[:9].reshape(9, -1), rtol=1e-6)
    assert data.targets[:4, 0].tolist() == [0, 9, 1, 8]
    for wrong in (b"", b"text", pickle.dumps({b"data": own}), pickle.dumps(Harmful())):
        (folder / "data_batch_5").write_bytes(wrong)
        with pytest.raises(FastdenseError, match="not as Keras writes it; remove it"):
            read({"name": "cifar10"})
    assert capsys.readouterr().out == ""


SCENARIO = """
question = "Does it learn?"
data = { name = "digits", sample = 200, size = 10 }
recipe = { optimizer = "adam", loss = "sparse_categorical_crossentropy", epochs = 2 }
[network]
layers = [
    { conv2d = 4, kernel = 3, activation = "relu" }, { max_pool2d = 2 }, { flatten = true },
    { dense = 10, activation = "softmax" },
]
[arms.as-it-is]
[arms.scaled]
data.scale = "inputs"
"""


def test_a_scenario_on_images_needs_no_shape(tmp_path):
    (tmp_path / "mine.toml").write_text(SCENARIO)
    scenario = load(tmp_path / "mine.toml")
    assert [arm.network.inputs for arm in scenario.arms] == [(10, 10, 1)] * 2


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"name": "digits", "size": 7}, "8 <= size"),
        ({"name": "digits", "size": 9.5}, "whole number"),
        ({"name": "shapes", "classes": 2.5}, "whole number"),
        ({"name": "shapes", "size": 5}, "6 <= size"),
    ],
)
def test_bad_settings(table, says):
    with pytest.raises(FastdenseError, match=says):
        read(table)
