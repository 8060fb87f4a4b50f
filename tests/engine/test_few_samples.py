"""Samples that fill no vector are multiplied in ways of their own, to the same bits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastdense import Data, Network, Recipe, train
from fastdense.devices.cpu import arena, state
from fastdense.kernels.layout import COLUMN_MULTIPLE

WIDTHS = st.sampled_from([1, 3, 16, 17, 24, 33, 64, 130])
DTYPES = "float32", "float64"


@st.composite
def networks(draw):
    widths = draw(st.lists(WIDTHS, min_size=3, max_size=5))
    activation = draw(st.sampled_from(["relu", "tanh", "gelu"]))
    output = draw(st.sampled_from(["identity", "softmax"])) if widths[-1] > 1 else "identity"
    return Network.of(*widths, activation=activation, output=output)


def recipe_of(network, batch, dtype, optimizer="adam"):
    coupled = network.layers[-1].activation == "softmax"
    return Recipe(
        loss="categorical_crossentropy" if coupled else "mse", optimizer=optimizer,
        learning_rate=1e-2, batch_size=batch, epochs=2, dtype=dtype, reduction="sum", shuffle=False,
    )  # fmt: skip


def rows_of(network, count, dtype, seed=0):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(count, network.inputs)).astype(dtype)
    y = np.eye(network.outputs)[generator.integers(0, network.outputs, count)]
    return x, y.astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@settings(max_examples=40, deadline=None)
@given(network=networks(), batch=st.integers(2, 15), left=st.integers(0, 14))
def test_samples_in_rows_give_the_bits_of_samples_in_columns(dtype, network, batch, left):
    data = rows_of(network, 2 * batch + left % batch, dtype)
    found = []
    for most in (lambda *_: 0, lambda layers, _: arena.room_for_rows(layers)):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(state, "most_in_rows", most)
            run = train(network, recipe_of(network, batch, dtype), data)
        found.append((run.parameters.tobytes(), run.loss.tobytes()))
    assert found[0] == found[1]


@pytest.mark.parametrize("dtype", DTYPES)
@settings(max_examples=40, deadline=None)
@given(network=networks(), batch=st.integers(13, 60))
def test_samples_that_are_left_over_give_the_bits_of_whole_vectors(dtype, network, batch):
    # Rows without weight fill the last vector, and add nothing.
    whole = -(-batch // COLUMN_MULTIPLE) * COLUMN_MULTIPLE
    x, y = rows_of(network, whole, dtype)
    weights = (np.arange(whole) < batch).astype(dtype)
    few = train(network, recipe_of(network, batch, dtype, "sgd"), (x[:batch], y[:batch]))
    filled = train(network, recipe_of(network, whole, dtype, "sgd"), Data(x, y, weights))
    assert few.parameters.tobytes() == filled.parameters.tobytes()


def test_samples_stay_in_rows_where_that_saves_vectors():
    def most(*widths, dtype="float32", **options):
        network = Network.of(*widths, activation="relu", **options)
        return arena.most_in_rows(arena.arrange(network, dtype)[0], dtype)

    assert most(64, 64, 64, 10) >= 10
    assert most(2, 4, 1) == 0  # its units fill no vector either
    assert most(64, 10) == 0  # there is nothing between inputs and outputs
    assert most(200, 1, 200) <= 8  # for more there is no room
