"""Networks of a pack that are trained on other draws of the data have the bits of each alone."""

import numpy as np
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from fastdense import train
from fastdense.dataset import Data, Draws
from fastdense.many import Trial, train_trials
from fastdense.task import prepare

CURVES = "parameters", "loss", "running_loss", "accuracy", "test_loss", "test_accuracy"


@settings(max_examples=60)
@given(st.data(), st.integers(1, 9), st.integers(1, 4), st.sampled_from(["cpu", "reference"]))
def test_each_network_sees_the_rows_of_its_draw(draw, count, seeds, device):
    loss = draw.draw(st.sampled_from(strategies.LOSSES))
    network = draw.draw(strategies.networks(loss))
    first = draw.draw(strategies.data(network, loss))
    parts = [first]
    for number in range(1, count):  # the same rows in another order, so that all are valid targets
        order = np.random.default_rng(number).permutation(len(first))
        weights = None if first.weights is None else first.weights[order]
        test = first.test and tuple(np.roll(side, number, axis=0) for side in first.test)
        parts.append(Data(first.inputs[order] + 0.0, first.targets[order], weights, test))
    recipe = draw.draw(strategies.recipes(len(first), max(network.outputs, 2), loss=loss))
    task = prepare(network, recipe, Draws(parts), observe_every=2)
    places = np.indices((count, seeds))
    varied = {"draws": places[0], "seeds": places[1]}
    (runs,) = train_trials([Trial.of(task, varied, device=device)], device=device)
    for number, part in enumerate(parts):
        for seed in range(seeds):
            alone = train(network, recipe.replace(seed=seed), part, observe_every=2, device=device)
            ours = runs[number, seed]
            assert ours.outcome == alone.outcome and ours.baselines == alone.baselines
            for name in CURVES:
                one, other = getattr(ours, name), getattr(alone, name)
                assert (one is None) == (other is None)
                assert one is None or one.tobytes() == other.tobytes(), name
            for name, array in alone.signals.items():
                assert ours.signals[name].tobytes() == array.tobytes()
