"""What an update is made of: sums, accumulated mini-batches, penalties and bounds of one layer."""

import numpy as np
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from fastdense import Data, Dense, FastdenseError, Network, Recipe, train, train_many

SEEDS = st.integers(0, 999)
PLAIN = Recipe(learning_rate=0.01, batch_size=4, epochs=3, shuffle=False, dtype="float64")


def rows(seed, count=24, outputs=2):
    return Data(
        strategies.numbers([seed, 0], count, 3), strategies.numbers([seed, 1], count, outputs)
    )


def network(**own):
    return Network(3, [Dense(5, "tanh", **own), Dense(2, **own)])


def close(ours, theirs):
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-10, atol=1e-12)


@settings(max_examples=20)
@given(SEEDS)
def test_a_sum_is_the_mean_at_a_rate_times_what_is_summed(seed):
    data = rows(seed)
    total = train(network(), PLAIN.replace(reduction="sum", learning_rate=0.001), data)
    close(total, train(network(), PLAIN.replace(learning_rate=0.008), data))
    keras = train(network(), PLAIN.replace(reduction="sum_keras", learning_rate=0.001), data)
    close(keras, train(network(), PLAIN.replace(learning_rate=0.004), data))
    # What is reported is the mean, whatever is descended.
    assert total.initial_loss == keras.initial_loss == train(network(), PLAIN, data).initial_loss


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@settings(max_examples=20)
@given(SEEDS, st.integers(2, 4), st.sampled_from([1, 2, 3]), st.sampled_from([0.0, 0.02]))
def test_accumulated_batches_are_one_large_batch(optimizer, seed, steps, batch, bound):
    data = rows(seed, 2 * steps * batch)
    recipe = PLAIN.replace(optimizer=optimizer, clip_norm=bound, l2=0.01)
    small = recipe.replace(batch_size=batch, gradient_accumulation_steps=steps)
    ours = train(network(), small, data, observe_every=1)
    close(ours, train(network(), recipe.replace(batch_size=batch * steps), data))
    assert ours.steps == 3 * 2 * steps  # mini-batches
    many = train_many(network(), small, data, seeds=2)
    assert many[0].parameters.tobytes() == ours.parameters.tobytes()


def test_accumulation_goes_on_into_the_next_epoch():
    data = rows(0, 12)
    recipe = PLAIN.replace(gradient_accumulation_steps=4)  # three batches an epoch
    starts = train(network(), recipe.replace(epochs=1), data)
    assert starts.parameters.tobytes() == starts.initial_parameters.tobytes()
    order = np.concatenate([np.arange(12), np.arange(4)])[np.newaxis]
    once = train(network(), PLAIN.replace(batch_size=16, epochs=1), data, order=order)
    close(train(network(), recipe.replace(epochs=2), data), once)


@settings(max_examples=20)
@given(SEEDS, st.sampled_from(["sgd", "adam"]))
def test_a_rate_below_zero_climbs_what_one_above_descends(seed, optimizer):
    data = rows(seed)
    recipe = Recipe(optimizer=optimizer, batch_size="full", epochs=1, dtype="float64")
    down = train(network(), recipe.replace(learning_rate=1e-6), data)
    up = train(network(), recipe.replace(learning_rate=-1e-6, ascend=True), data)
    assert up.final_loss > up.initial_loss == down.initial_loss > down.final_loss
    moved = [run.parameters - run.initial_parameters for run in (up, down)]
    np.testing.assert_allclose(moved[0], -moved[1], rtol=1e-6, atol=1e-15)
    many = train_many(
        network(),
        recipe.replace(ascend=True, learning_rate=-1e-6),
        data,
        seeds=3,
        learning_rate=[-1e-6, -1.0, 0.0],
    )
    assert many[0].parameters.tobytes() == up.parameters.tobytes()
    assert many[2].outcome == "frozen"


def test_the_sign_of_a_rate_is_asked_for_by_name():
    assert Recipe(ascend=True).learning_rate == -Recipe().learning_rate
    with pytest.raises(FastdenseError, match="ascend = true"):
        Recipe(learning_rate=-0.1)
    with pytest.raises(FastdenseError, match="at most 0"):
        Recipe(learning_rate=0.1, ascend=True)
    for rates, recipe in (([0.1, -0.1], Recipe()), ([-0.1, 0.1], Recipe(ascend=True))):
        with pytest.raises(FastdenseError, match="learning_rate is"):
            train_many(network(), recipe, rows(0), learning_rate=rates)


@settings(max_examples=20)
@given(SEEDS, st.sampled_from([0.0, 0.01]), st.sampled_from([0.0, 0.1]))
def test_penalties_of_every_layer_are_those_of_the_recipe(seed, l1, l2):
    data = rows(seed)
    ours = train(network(l1=l1, l2=l2), PLAIN, data)
    theirs = train(network(), PLAIN.replace(l1=l1, l2=l2), data)
    assert ours.parameters.tobytes() == theirs.parameters.tobytes()


def test_a_penalty_of_one_layer_shrinks_that_layer():
    data = rows(0)
    first = Network(3, [Dense(5, "tanh", l2=10.0), Dense(2)])
    recipe = PLAIN.replace(epochs=100)
    sizes = [
        [np.abs(weights).max() for weights, _ in train(net, recipe, data).layers]
        for net in (first, network())
    ]
    assert sizes[0][0] < 0.1 * sizes[1][0] and sizes[0][1] > 0.5 * sizes[1][1]


@settings(max_examples=20)
@given(
    SEEDS, st.floats(0.05, 2.0), st.sampled_from(["float32", "float64"]), st.sampled_from([1, 4])
)
def test_no_unit_has_longer_weights_than_its_layer_allows(seed, bound, dtype, batch):
    recipe = PLAIN.replace(dtype=dtype, batch_size=batch, learning_rate=0.3, optimizer="adam")
    run = train(network(max_norm=bound), recipe, rows(seed))
    for weights, _ in run.layers:
        assert np.linalg.norm(weights.astype(float), axis=0).max() <= bound * (1 + 1e-6)
    free = train(network(), recipe, rows(seed))
    loose = train(network(max_norm=1e6), recipe, rows(seed))
    assert loose.parameters.tobytes() == free.parameters.tobytes()


def test_a_network_says_what_its_layers_have():
    layer = Dense(3, "relu", l1=0.1, max_norm=2)
    assert layer.to_dict() == {**Dense(3, "relu").to_dict(), "l1": 0.1, "max_norm": 2.0}
    table = {"layers": [layer.to_dict(), {"dense": 1}]}
    assert Network.from_dict(table, 2, 1).layers[0] == layer
    with pytest.raises(FastdenseError, match="max_norm"):
        Dense(3, max_norm=-1)
