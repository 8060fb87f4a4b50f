"""The penalty that goes with the running loss: of each mini-batch before its update."""

import numpy as np
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from fastdense import Dense, Network, Recipe, Training
from fastdense.reference.backward import penalty_of

NETWORK = Network(
    4,
    [
        Dense(7, "tanh", l1=0.02, bias_l2=0.5, bias="uniform"),
        Dense(5, "tanh", l2=0.1, bias_l1=0.03, trainable=False, bias="uniform"),
        Dense(2, l2=0.2, bias_l1=0.05, bias="uniform"),
    ],
)
X, Y = strategies.numbers(1, 33, 4), strategies.numbers(2, 33, 2)


@settings(max_examples=20, deadline=None)
@given(
    st.integers(1, 33),
    st.integers(1, 3),
    st.sampled_from(["mean", "sum", "sum_keras"]),
    st.sampled_from([0.0, 0.01]),
)
def test_it_is_the_mean_over_samples_of_their_batchs_penalty(batch, steps, reduction, l2):
    recipe = Recipe(
        batch_size=batch, epochs=2, dtype="float64", reduction=reduction, l2=l2, learning_rate=1e-3
    )
    for device in ("cpu", "reference"):
        training = Training(
            NETWORK, recipe, (X, Y), evaluated="test", keep_penalties=True, device=device
        )
        total = visited = 0
        for _ in range(min(steps, -(-33 // batch))):
            count = min(batch, 33 - visited)
            total += count * penalty_of(NETWORK, recipe, training.parameters)
            training.advance_steps(1)
            visited += count
            assert training.running_penalty == pytest.approx(total / visited, rel=1e-12)
        training.advance(2)
        curves = training.curves().running_penalty
        assert len(curves) == 2 and curves[-1] == training.running_penalty


def test_keeping_it_changes_nothing():
    recipe = Recipe(batch_size=8, epochs=3, l1=0.01)
    kept, plain = (Training(NETWORK, recipe, (X, Y), keep_penalties=keep) for keep in (True, False))
    for training in (kept, plain):
        training.advance(3)
    assert kept.parameters.tobytes() == plain.parameters.tobytes()
    assert np.array_equal(kept.result().loss, plain.result().loss)
    assert kept.running_penalty > 0 == plain.running_penalty
