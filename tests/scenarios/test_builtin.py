"""The built-in scenarios are the articles' listings, and reach the numbers that are known exactly.

What is expected stands here in NumPy and numbers, independently of the scenario files.
"""

import tomllib
from math import log

import numpy as np
import pytest

from fastdense.scenarios.experiment import experiment
from fastdense.scenarios.scenario import load, names, text_of

SPACED, AROUND = np.linspace(0, 1, 100), np.linspace(-1, 1, 100)
RATES = {"0.00001": 1e-5, "0.0001": 1e-4, "0.001": 1e-3, "0.01": 1e-2, "0.1": 0.1, "1.0": 1.0}
ARTICLES = {
    "constant": "Can a fully connected neural network achieve a constant loss?",
    "noiseless": "Why does a DNN fail to optimize the loss with noiseless input?",
    "convolutional": "What causes unexpected loss in a convolutional neural network?",
    "zero": "How does test loss behave at a learning rate of zero?",
}


def arm(widths, activations, loss, optimizer, rate, batch, epochs, dtype="float32"):
    return {
        "widths": widths, "activations": activations, "loss": loss, "optimizer": optimizer,
        "rate": rate, "batch": batch, "epochs": epochs, "dtype": dtype,
    }  # fmt: skip


def line(epochs):
    return arm([1, 1], ["identity"], "mse", "sgd", 0.01, "full", epochs)


def saturated(loss, activation, epochs):
    return arm([2, 1], [activation], loss, "sgd", 0.01, "full", epochs, "float64")


def labels(optimizer, rate):
    return arm([10, 1], ["sigmoid"], "binary_crossentropy", optimizer, rate, 32, 10)


CLIPPED, LOGITS = "binary_crossentropy", "binary_crossentropy_logits"
LISTINGS = {
    "constant-init": ("constant", {"constant-targets": line(100), "varying-targets": line(100)}),
    "single-example": ("constant", {"steps-100": line(100), "steps-10000": line(10000)}),
    "saturated-sigmoid": ("constant", {
        "clipped-gradient": saturated(CLIPPED, "sigmoid", 100),
        "clipped-gradient-200000": saturated(CLIPPED, "sigmoid", 200000),
        "hand-written-gradient": saturated(LOGITS, "identity", 100),
        "hand-written-gradient-200000": saturated(LOGITS, "identity", 200000),
        "squared-error": saturated("mse", "sigmoid", 100),
        "squared-error-200000": saturated("mse", "sigmoid", 200000),
    }),
    "vanishing-sigmoid": ("noiseless", {
        name: arm([1, 16, 8, 1], [name, name, "identity"], "mse", "sgd", 0.1, 32, 2000)
        for name in ("sigmoid", "relu")
    }),
    "capacity-tanh": ("noiseless", {
        f"width-{n}": arm([1, n, 1], ["tanh", "identity"], "mse", "adam_keras", 0.01, 32, 2000)
        for n in (1, 2, 3, 5, 10, 20, 32, 64, 128)
    }),
    "rate-adam": ("noiseless", {
        f"rate-{name}": arm([1, 10, 1], ["relu", "identity"], "mse", "adam_keras", rate, 32, 2000)
        for name, rate in RATES.items()
    }),
    "adam-rates": ("convolutional", {
        f"rate-{name}": arm([1, 1], ["identity"], "mse", "adam_keras", RATES[name], "full", 1000)
        for name in ("1.0", "0.01", "0.00001")
    }),
    "zero-rate": ("zero", {"sgd": labels("sgd", 0.0)}),
    "zero-against-nonzero": ("zero", {"zero": labels("sgd", 0.0), "nonzero": labels("sgd", 0.01)}),
    "zero-rate-adam": ("zero", {"adam": labels("adam_keras", 0.0), "sgd": labels("sgd", 0.0)}),
}  # fmt: skip


def test_every_listing_is_a_scenario():
    assert set(names()) == set(LISTINGS)


@pytest.mark.parametrize("name", LISTINGS)
def test_arms_are_those_of_the_listing(name):
    article, expected = LISTINGS[name]
    loaded = load(name)
    assert loaded.source == ARTICLES[article] and loaded.seeds == 256
    assert loaded.question.endswith("?")
    assert {claim.source for claim in loaded.claims} == {ARTICLES[article]}
    found = {
        one.name: arm(
            [one.network.inputs, *(layer.units for layer in one.network.layers)],
            [layer.activation for layer in one.network.layers],
            one.recipe.loss.name,
            one.recipe.optimizer.name,
            one.recipe.learning_rate,
            one.recipe.batch,
            one.recipe.epochs,
            one.recipe.dtype,
        )
        for one in loaded.arms
    }
    assert found == expected
    for one in loaded.arms:
        recipe = one.recipe
        assert recipe.schedule.name == "constant" and not recipe.class_weights
        assert recipe.l1 == recipe.l2 == recipe.clip_value == recipe.clip_norm == 0
        if recipe.optimizer.name == "adam_keras":
            hyper = recipe.optimizer.values("optimizers")
            assert (hyper["epsilon"], hyper["beta1"], hyper["beta2"]) == (1e-7, 0.9, 0.999)


def rows(name, index=0):
    data = load(name).arms[index].data
    return np.asarray(data.inputs, float), np.asarray(data.targets, float), data


def test_data_are_those_of_the_listing():
    for index, targets in enumerate(([1, 1, 1, 1, 1], [1, 3, 2, 5, 4])):
        x, y, _ = rows("constant-init", index)
        assert x[:, 0].tolist() == [1, 2, 3, 4, 5] and y[:, 0].tolist() == targets
    for index in (0, 1):
        x, y, _ = rows("single-example", index)
        assert x.tolist() == [[2]] and y.tolist() == [[1]]
    for index in range(6):
        x, y, _ = rows("saturated-sigmoid", index)
        assert x.tolist() == [[1, 2], [2, 3], [3, 4]] and y[:, 0].tolist() == [0, 1, 0]
    x, y, _ = rows("adam-rates")
    assert x[:, 0].tolist() == [1, 2, 3, 4] and y[:, 0].tolist() == [2, 4, 6, 8]
    x, y, _ = rows("vanishing-sigmoid")
    assert x.shape == (100, 1) and np.allclose(x[:, 0], SPACED, rtol=0, atol=1e-15)
    assert np.allclose(y, 2 * x + 1, rtol=1e-15)
    x, y, _ = rows("rate-adam")
    assert np.allclose(x[:, 0], AROUND, rtol=0, atol=1e-15)
    assert np.allclose(y, x**2, rtol=1e-15)
    x, y, _ = rows("capacity-tanh")
    assert x.shape == (100, 1) and 0 <= x.min() < 1 and 9 < x.max() <= 10
    interval = tomllib.loads(text_of("capacity-tanh"))["data"]
    assert (interval["low"], interval["high"]) == (0, 10)
    assert len(np.unique(np.diff(np.sort(x[:, 0])).round(6))) > 50  # random, not evenly spaced
    assert np.allclose(y, 5 * np.sin(x) + 2, rtol=0, atol=1e-14)
    for name in ("zero-rate", "zero-against-nonzero", "zero-rate-adam"):
        x, y, data = rows(name)
        assert x.shape == (100, 10) and y.shape == (100, 1)
        assert 0 < x.min() < 0.05 and 0.95 < x.max() < 1 and abs(x.mean() - 0.5) < 0.05
        assert set(np.unique(y)) == {0, 1} and 30 <= y.sum() <= 70
        fresh, marks = data.test
        assert fresh.shape == (50, 10) and set(np.unique(marks)) == {0, 1}
        assert not set(fresh.ravel()) & set(x.ravel())


INITIAL = {
    ("constant-init", 0): (0, 1),
    ("constant-init", 1): (0, 3),
    ("single-example", 0): (1, 0),
    ("single-example", 1): (1, 0),
    **{("saturated-sigmoid", index): (100, 100) for index in range(6)},
}


@pytest.mark.parametrize("name, index", INITIAL)
def test_starts_that_the_listing_fixes(name, index):
    one = load(name).arms[index]
    weight, bias = INITIAL[name, index]
    (found,) = one.network.split(one.network.initialize(0, one.recipe.dtype))
    assert (found[0] == weight).all() and (found[1] == bias).all() and not one.random


@pytest.mark.parametrize("name", ["vanishing-sigmoid", "capacity-tanh", "rate-adam", "zero-rate"])
def test_the_other_starts_are_glorot_with_zero_bias(name):
    for one in load(name).arms:
        assert one.random
        for fan_in, layer in one.network.dense:
            assert (layer.weights.name, layer.bias.name) == ("glorot_uniform", "zeros")
            assert fan_in >= 1


@pytest.fixture(scope="module")
def measured():
    """Scenarios run once, on few seeds; on enough for a verdict where that takes no time."""
    done = {}

    def run(name, seeds=3):
        if (name, seeds) not in done:
            done[name, seeds] = experiment(load(name), seeds=seeds)
        return done[name, seeds]

    return run


def runs(done, arm):
    return [result.run for result in done.results[arm]]


def verdicts(done):
    return [verdict.verdict for verdict in done.verdicts]


def descent(x, y, weight, bias, rate, steps):
    """Gradient descent on one linear unit under mean squared error, in float64."""
    for _ in range(steps):
        error = weight * x + bias - y
        weight, bias = (
            weight - rate * 2 * (error * x).mean(),
            bias - rate * 2 * error.mean(),
        )
    return ((weight * x + bias - y) ** 2).mean()


def test_constant_init(measured):
    done = measured("constant-init")
    (run,) = runs(done, "constant-targets")
    assert (run.loss == 0).all() and len(run.loss) == 101
    assert run.parameters.tobytes() == run.initial_parameters.tobytes()
    (run,) = runs(done, "varying-targets")
    x, y = np.arange(1.0, 6.0), np.array([1.0, 3, 2, 5, 4])
    assert run.initial_loss == 2 == y.var()
    assert run.final_loss == pytest.approx(descent(x, y, 0.0, 3.0, 0.01, 100), rel=1e-5)
    assert run.final_loss < run.initial_loss
    # Constant where it is already right, and then it is no bad place; else it is left at once.
    assert verdicts(done) == ["holds", "refuted", "refuted", "refuted"]


def test_single_example(measured):
    """The error shrinks by 1 - 0.02 (2^2 + 1) = 0.9 a step."""
    done = measured("single-example")
    (run,) = runs(done, "steps-100")
    steps = np.arange(101)
    assert run.initial_loss == 1
    assert run.loss[:60] == pytest.approx(0.9 ** (2 * steps[:60]), rel=1e-3)
    # The error is near the rounding of float32.
    assert run.final_loss == pytest.approx(0.9**200, rel=0.05, abs=0)
    (run,) = runs(done, "steps-10000")
    assert run.final_loss < 1e-12
    assert verdicts(done) == ["refuted", "refuted"]
    exact = experiment(load("single-example", {"recipe.dtype": "float64"}, ["steps-100"]))
    (run,) = runs(exact, "steps-100")
    assert run.loss == pytest.approx(0.9 ** (2 * steps), rel=1e-9, abs=0)


def test_saturated_sigmoid(measured):
    """Outputs are 1 to the last bit, and two of three targets are 0."""
    done = measured("saturated-sigmoid")
    pinned = 2 / 3 * -log(1e-15)
    for name, loss in (("clipped-gradient", pinned), ("squared-error", 2 / 3)):
        for arm_name in (name, f"{name}-200000"):
            (result,) = done.results[arm_name]
            assert result.outcome == "frozen"
            assert (result.run.loss == result.run.loss[0]).all()
            # 1 - 1e-15 has few digits left, even in float64.
            assert result.run.initial_loss == pytest.approx(loss, rel=1e-4)
    assert runs(done, "squared-error")[0].initial_loss == pytest.approx(2 / 3, rel=1e-15)

    (run,) = runs(done, "hand-written-gradient")
    assert run.loss == pytest.approx(pinned, rel=1e-14)
    # The gradient is the mean of (p - y) (x, 1) with p = 1: ((1, 2) + (3, 4)) / 3 and 2 / 3.
    assert run.parameters == pytest.approx([100 - 4 / 3, 100 - 2, 100 - 2 / 3], rel=1e-13)
    (run,) = runs(done, "hand-written-gradient-200000")
    assert run.initial_loss == pytest.approx(pinned, rel=1e-14)
    best = -(log(1 / 3) + 2 * log(2 / 3)) / 3  # 0, 1, 0 on a line: the mean is the best
    assert run.final_loss == pytest.approx(best, rel=1e-6)
    assert run.predict(np.array([[1, 2], [2, 3], [3, 4]])) == pytest.approx(-log(2), rel=1e-2)
    assert verdicts(done) == [
        "holds", "holds", "holds", "holds",  # clipped: nothing ever moves
        "holds", "refuted",  # 100 hand-written steps: constant for the clip, yet it moves
        "refuted", "refuted",  # 200,000: it leaves the plateau
        "holds", "holds", "holds", "holds",  # squared error: nothing ever moves
    ]  # fmt: skip


def test_zero_rate(measured):
    for name, expected in (
        ("zero-rate", ["holds"]),
        ("zero-rate-adam", ["holds", "refuted"]),  # equal is not more stable
        ("zero-against-nonzero", ["holds", "holds"]),
    ):
        done = measured(name, 80)
        assert verdicts(done) == expected
        for arm_name, results in done.results.items():
            for result in results:
                constant = arm_name != "nonzero"
                assert (result.outcome == "frozen") == constant
                assert (len(set(result.run.test_loss.tolist())) == 1) == constant
                assert len(result.run.test_loss) == 11
    done = measured("zero-against-nonzero", 80)
    for one, other in zip(runs(done, "zero"), runs(done, "nonzero"), strict=True):
        assert one.initial_parameters.tobytes() == other.initial_parameters.tobytes()


def test_progress_ends_at_the_number_of_runs():
    seen = []
    experiment(load("zero-rate"), seeds=5, on_progress=lambda *numbers: seen.append(numbers))
    assert seen[-1] == (5, 5) and {total for _, total in seen} == {5}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_failing_run_fails_the_experiment(monkeypatch):
    from fastdense.scenarios import experiment as module

    def fail(*arguments, **options):
        raise RuntimeError("broken")

    monkeypatch.setattr(module, "train_trials", fail)
    with pytest.raises(RuntimeError, match="broken"):
        experiment(load("zero-rate"), seeds=50)
