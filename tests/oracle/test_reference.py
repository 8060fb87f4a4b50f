"""The compiled loop does what the NumPy specification says, over generated trainings."""

import subprocess
import sys

import numpy as np
import pytest
import strategies
from hypothesis import given, settings

from fastdense import Data, Dense, Dropout, Network, Recipe, catalogue, train

CURVES = "loss", "running_loss", "test_loss"
SHARES = "accuracy", "test_accuracy"


def compare(arguments, options, relative):
    compiled = train(*arguments, **options)
    reference = train(*arguments, device="reference", **options)
    assert compiled.steps == reference.steps
    for name in ("epochs", "observed_epochs"):
        np.testing.assert_array_equal(getattr(compiled, name), getattr(reference, name))

    # Parameters share a scale: one near zero is the difference of others that are not.
    scale = max(1.0, np.abs(reference.parameters).max(initial=0))
    np.testing.assert_allclose(
        compiled.parameters, reference.parameters, rtol=0, atol=relative * scale
    )
    assert [*compiled.signals] == [*reference.signals] == [*catalogue.names("signals")]
    pairs = {name: [getattr(r, name) for r in (compiled, reference)] for name in (*CURVES, *SHARES)}
    pairs |= {name: (ours, reference.signals[name]) for name, ours in compiled.signals.items()}
    for name, (ours, theirs) in pairs.items():
        assert (ours is None) == (theirs is None), name
        if ours is not None:
            scale = max(1.0, np.abs(theirs[np.isfinite(theirs)]).max(initial=0))
            np.testing.assert_allclose(
                ours, theirs, rtol=relative, atol=relative * scale, err_msg=name
            )
    return compiled


@settings(max_examples=80)
@given(strategies.trainings())
def test_any_training(training):
    compare(*training, relative=1e-9)


@pytest.mark.parametrize("activation", strategies.ACTIVATIONS)
@settings(max_examples=5)
@given(data=strategies.st.data())
def test_every_activation(activation, data):
    compare(*data.draw(strategies.trainings(activation=activation)), relative=1e-9)


@pytest.mark.parametrize("loss", strategies.LOSSES)
@settings(max_examples=8)
@given(data=strategies.st.data())
def test_every_loss(loss, data):
    compare(*data.draw(strategies.trainings(loss=loss)), relative=1e-9)


@pytest.mark.parametrize("optimizer", strategies.OPTIMIZERS)
@settings(max_examples=8)
@given(data=strategies.st.data())
def test_every_optimizer(optimizer, data):
    compare(*data.draw(strategies.trainings(optimizer=optimizer)), relative=1e-9)


@settings(max_examples=60)
@given(strategies.trainings(dtype="float32"))
def test_float32_differs_by_rounding(training):
    compare(*training, relative=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_loss_that_overflows_ends_both(dtype):
    network = Network(1, [Dense(1)])
    rows = np.arange(1.0, 6.0)
    recipe = Recipe(learning_rate=1e30, batch_size="full", epochs=50, dtype=dtype)
    runs = [
        train(network, recipe, Data(rows, rows, test=(rows, rows)), device=d, observe_every=1)
        for d in ("cpu", "reference")
    ]
    for run in runs:
        assert 0 < run.steps < 50
        assert np.isfinite(run.loss[:-1]).all() and not np.isfinite(run.loss[-1])
        assert len(run.test_loss) == len(run.loss) == len(run.observed_epochs) + 1
    if dtype == "float64":  # the reference's numbers are float64 in any case
        assert runs[0].steps == runs[1].steps
        np.testing.assert_allclose(runs[0].loss[:-1], runs[1].loss[:-1], rtol=1e-9)


def test_the_reference_needs_no_compiler():
    program = (
        "import sys; from fastdense import Network, Recipe, train;"
        "train(Network.of(1, 2, 1), Recipe(batch_size=1), ([1], [2]), device='reference').outcome;"
        "assert not {'numba', 'llvmlite', 'fastdense.kernels'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_an_explicit_order_is_followed_and_reused():
    network, order = Network.of(3, 5, 2), [[4, 4, 0], [1, 2, 3]]
    rows = strategies.numbers(0, 6, 3), strategies.numbers(1, 6, 2)
    recipe = Recipe(batch_size=2, epochs=5, learning_rate=0.1, dtype="float64")
    both = compare((network, recipe, rows), {"order": order, "observe_every": 2}, 1e-9)
    assert both.steps == 10
    other = train(network, recipe, rows, order=order[::-1])
    assert other.parameters.tobytes() != both.parameters.tobytes()


def test_dropout_drops_its_share_and_only_while_training():
    network = Network(400, [Dropout(0.25), Dense(1, weights={"name": "constant", "value": 1.0})])
    recipe = Recipe(loss="mae", learning_rate=0.0, batch_size=100, epochs=1, dtype="float64")
    rows = np.full((1000, 400), 1 / 400), np.zeros(1000)
    run = compare((network, recipe, rows), {}, 1e-9)
    np.testing.assert_allclose(run.loss, 1.0, rtol=1e-12)
    # A mean of 400,000 independent masks, each of mean 1 and variance 1/3.
    assert 0 < abs(run.running_loss[1] - 1) < 5 * np.sqrt(1 / 3 / 400_000)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "widths, batch", [((300, 301, 5), 70), ((520, 130, 128, 3), 150), ((3, 257, 300, 1), 33)]
)
def test_layers_beyond_the_caches(widths, batch, dtype):
    """k in several pieces, several vectors of columns, packed weights, padded strides."""
    generator = np.random.default_rng(1)
    data = generator.standard_normal((150, widths[0])), generator.standard_normal((150, widths[-1]))
    network = Network.of(*widths, activation="tanh")
    recipe = Recipe(learning_rate=0.01, batch_size=batch, epochs=2, dtype=dtype)
    compiled, reference = (train(network, recipe, data, device=d) for d in ("cpu", "reference"))
    tolerance = 1e-10 if dtype == "float64" else 2e-4
    np.testing.assert_allclose(compiled.loss, reference.loss, rtol=tolerance)
    np.testing.assert_allclose(
        compiled.parameters, reference.parameters, rtol=tolerance, atol=tolerance
    )
    rows = data[0][:7].astype(dtype)
    np.testing.assert_array_equal(compiled.predict(rows), compiled.predict(data[0])[:7])
