"""What is attainable, on data whose noise is known."""

import numpy as np
import pytest

from fastdense import Network, Recipe
from fastdense.diagnosis.attainable import attainable, linear_loss, share_left
from fastdense.diagnosis.case import Case

RNG = np.random.default_rng(0)
X = RNG.normal(size=(1500, 3))
SIGNAL = np.sin(X[:, :1]) + 0.5 * X[:, 1:2]


def case(y, loss, output="identity"):
    outputs = 3 if loss.startswith("sparse") else y.shape[1]
    network = Network.of(3, 8, outputs, output=output)
    return Case.of(network, Recipe(loss=loss), (X, y))


@pytest.mark.parametrize("noise", [0.0, 0.4, 1.5])
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_noise_is_left_of_squares(noise, scale):
    y = scale * (SIGNAL + noise * RNG.normal(size=SIGNAL.shape))
    expected = noise**2 / (noise**2 + SIGNAL.var())
    found = case(y, "mse")
    assert share_left(found) == pytest.approx(expected, abs=0.06)
    assert attainable(found).explained == pytest.approx(1 - expected, abs=0.06)


def test_the_entropy_of_labels_is_left_of_cross_entropy():
    p = 1 / (1 + np.exp(-3 * SIGNAL))
    y = (RNG.random(p.shape) < p).astype(float)
    entropy = -(p * np.log(p) + (1 - p) * np.log(1 - p)).mean()
    mean = y.mean()
    constant = -(mean * np.log(mean) + (1 - mean) * np.log(1 - mean))
    found = share_left(case(y, "binary_crossentropy", "sigmoid"))
    assert found == pytest.approx(entropy / constant, abs=0.08)


def test_labels_and_indicators_leave_the_same():
    labels = np.digitize(SIGNAL[:, 0] + RNG.normal(size=1500) * 0.5, [-0.5, 0.5])
    one = share_left(case(np.eye(3)[labels], "categorical_crossentropy", "softmax"))
    other = share_left(case(labels[:, np.newaxis], "sparse_categorical_crossentropy", "softmax"))
    assert one == pytest.approx(other, abs=1e-6)
    assert 0.2 < one < 0.8


def test_all_is_left_of_noise():
    assert share_left(case(RNG.normal(size=(1500, 1)), "mse")) > 0.97


def test_a_line_is_fitted():
    y = X[:, :1] + 2
    assert linear_loss(case(y, "mse").data, Recipe()) == pytest.approx(0, abs=1e-12)
    assert linear_loss(case(y, "mse").data, Recipe(loss="mae")) is None
