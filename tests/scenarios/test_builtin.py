"""The built-in scenarios are the articles' listings, and reach the numbers that are known exactly.

What is expected stands here in NumPy and numbers, independently of the scenario files.
"""

from math import cosh, exp, log, sqrt

import numpy as np
import pytest

from fastdense.baselines import baselines
from fastdense.measures import MEASURES
from fastdense.scenarios.experiment import experiment
from fastdense.scenarios.scenario import load, names

SPACED, AROUND = np.linspace(0, 1, 100), np.linspace(-1, 1, 100)
RATES = {"0.001": 1e-3, "0.1": 0.1}
ARTICLES = {
    "constant": "Can a fully connected neural network achieve a constant loss?",
    "noiseless": "Why does a DNN fail to optimize the loss with noiseless input?",
    "convolutional": "What causes unexpected loss in a convolutional neural network?",
    "zero": "How does test loss behave at a learning rate of zero?",
}


def arm(widths, activations, loss, optimizer, rate, batch, epochs, dtype="float32"):
    return {
        "widths": widths, "activations": activations, "loss": loss, "optimizer": optimizer,
        "rate": rate, "batch_size": batch, "epochs": epochs, "dtype": dtype,
    }  # fmt: skip


def line(epochs):
    return arm([1, 1], ["identity"], "mse", "sgd", 0.01, "full", epochs)


def saturated(loss, activation, epochs):
    return arm([2, 1], [activation], loss, "sgd", 0.01, "full", epochs, "float64")


def labels(optimizer, rate):
    return arm([10, 1], ["sigmoid"], "binary_crossentropy", optimizer, rate, 32, 10)


LOGITS = "binary_crossentropy_logits"
# The arms that are in a listing; others may stand beside them.
LISTINGS = {
    "constant-init": ("constant", {"listing": line(100)}),
    "single-example": ("constant", {"steps-100": line(100)}),
    "saturated-sigmoid": ("constant", {
        "listing": saturated(LOGITS, "identity", 100),
        "listing-200000": saturated(LOGITS, "identity", 200000),
    }),
    "vanishing-sigmoid": ("noiseless", {
        name: arm([1, 16, 8, 1], [name, name, "identity"], "mse", "sgd", 0.1, 32, 2000)
        for name in ("sigmoid", "relu")
    }),
    "capacity-tanh": ("noiseless", {
        f"width-{n}": arm([1, n, 1], ["tanh", "identity"], "mse", "adam_keras", 0.01, 32, 2000)
        for n in (10, 32)
    }),
    "rate-adam": ("noiseless", {
        f"rate-{name}": arm([1, 10, 1], ["relu", "identity"], "mse", "adam_keras", rate, 32, 2000)
        for name, rate in RATES.items()
    }),
    "adam-rates": ("convolutional", {
        f"rate-{name}": arm([1, 1], ["identity"], "mse", "adam_keras", rate, "full", 4000)
        for name, rate in {"1.0": 1.0, "0.01": 0.01, "0.00001": 1e-5}.items()
    }),
    "zero-rate": ("zero", {"sgd": labels("sgd", 0.0)}),
    "zero-against-nonzero": ("zero", {"zero": labels("sgd", 0.0), "nonzero": labels("sgd", 0.01)}),
    "zero-rate-adam": ("zero", {"adam": labels("adam_keras", 0.0), "sgd": labels("sgd", 0.0)}),
}  # fmt: skip


@pytest.mark.parametrize("name", names())
def test_a_scenario_has_claims_and_every_arm_has_one(name):
    loaded = load(name)
    assert loaded.question.endswith("?")
    assert (loaded.draws, loaded.drawn) in ((80, True), (1, False))
    texts = [claim.text for claim in loaded.claims]
    assert texts and len(set(texts)) == len(texts)
    called = [claim.name for claim in loaded.claims]
    assert all(called) and len(set(called)) == len(called)
    for claim in loaded.claims:
        assert bool(claim.source) != claim.own
    used = set().union(*(claim.arms for claim in loaded.claims))
    assert used == {one.name for one in loaded.arms}
    settings = [(id(one.data), one.network, one.recipe) for one in loaded.arms]
    assert len(set(settings)) == len(settings)  # no arm is another one under a second name


@pytest.mark.parametrize("name", LISTINGS)
def test_arms_are_those_of_the_listing(name):
    article, expected = LISTINGS[name]
    loaded = load(name)
    published = {claim.source.split(", ")[0] for claim in loaded.claims if not claim.own}
    assert published == {ARTICLES[article]}
    found = {
        one.name: arm(
            [one.network.inputs, *(layer.units for layer in one.network.layers)],
            [layer.activation for layer in one.network.layers],
            one.recipe.loss.name,
            one.recipe.optimizer.name,
            one.recipe.learning_rate,
            one.recipe.batch_size,
            one.recipe.epochs,
            one.recipe.dtype,
        )
        for one in loaded.arms
        if one.name in expected
    }
    assert found == expected
    for one in loaded.arms:
        recipe = one.recipe
        assert recipe.schedule.name == "constant" and not recipe.class_weights
        assert recipe.l1 == recipe.l2 == recipe.clip_value == recipe.clip_norm == 0
        if recipe.optimizer.name == "adam_keras":
            hyper = recipe.optimizer.values
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
    for index in range(5):
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
    x, y, data = rows("capacity-tanh")
    np.random.seed(42)
    assert np.array_equal(x, np.random.rand(100, 1) * 10) and not data.drawn
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
    ("saturated-sigmoid", 0): (100, 100),
    ("saturated-sigmoid", 1): (100, 100),
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
    """Scenarios run once, on few runs; on enough for a verdict where that takes no time."""
    done = {}

    def run(name, seeds=3, draws=2):
        if (name, seeds, draws) not in done:
            done[name, seeds, draws] = experiment(load(name), seeds=seeds, draws=draws)
        return done[name, seeds, draws]

    return run


def runs(done, arm):
    return [result.run for result in done.results[arm]]


def verdicts(done):
    return {verdict.claim.name: verdict.verdict for verdict in done.verdicts}


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
    (run,) = runs(done, "listing")
    assert (run.loss == 0).all() and len(run.loss) == 101
    assert run.parameters.tobytes() == run.initial_parameters.tobytes()
    (run,) = runs(done, "mean")
    x, y = np.arange(1.0, 6.0), np.array([1.0, 3, 2, 5, 4])
    assert run.initial_loss == 2 == y.var()
    assert run.final_loss == pytest.approx(descent(x, y, 0.0, 3.0, 0.01, 100), rel=1e-5)
    assert run.final_loss < run.initial_loss
    # Constant where it is already right, and then it is no bad place; else it is left at once.
    found = verdicts(done)
    assert (found["unchanging"], found["low"], found["bad-start"]) == ("holds", "holds", "refuted")
    (run,) = runs(done, "mean-hidden")  # all units dead: the loss of the mean for ever
    assert (run.loss == 2).all()


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
    assert verdicts(done) == {"not-zero": "refuted"}
    exact = experiment(load("single-example", {"recipe.dtype": "float64"}, ["steps-100"]))
    (run,) = runs(exact, "steps-100")
    assert run.loss == pytest.approx(0.9 ** (2 * steps), rel=1e-9, abs=0)


def test_saturated_sigmoid(measured):
    """Outputs are 1 to the last bit, and two of three targets are 0."""
    done = measured("saturated-sigmoid")
    pinned = 2 / 3 * -log(1e-15)
    for name, loss in (("automatic", pinned), ("squared-error", 2 / 3)):
        (result,) = done.results[name]
        assert result.run.outcome == "frozen"
        assert (result.run.loss == result.run.loss[0]).all()
        # 1 - 1e-15 has few digits left, even in float64.
        assert result.run.initial_loss == pytest.approx(loss, rel=1e-4)
    assert runs(done, "squared-error")[0].initial_loss == pytest.approx(2 / 3, rel=1e-15)

    (run,) = runs(done, "listing")
    assert run.loss == pytest.approx(pinned, rel=1e-14)
    # The gradient is the mean of (p - y) (x, 1) with p = 1: ((1, 2) + (3, 4)) / 3 and 2 / 3.
    assert run.parameters == pytest.approx([100 - 4 / 3, 100 - 2, 100 - 2 / 3], rel=1e-13)
    (run,) = runs(done, "listing-200000")
    assert run.initial_loss == pytest.approx(pinned, rel=1e-14)
    best = -(log(1 / 3) + 2 * log(2 / 3)) / 3  # 0, 1, 0 on a line: the mean is the best
    assert run.final_loss == pytest.approx(best, rel=1e-6)
    assert run.predict(np.array([[1, 2], [2, 3], [3, 4]])) == pytest.approx(-log(2), rel=1e-2)
    assert verdicts(done) == {
        "high": "holds", "constant": "holds", "updates": "refuted", "recovers": "holds",
        "frozen": "holds",
    }  # fmt: skip


def test_zero_rate(measured):
    for name, expected in (
        ("zero-rate", {"constant": "holds", "frozen": "holds"}),
        ("zero-rate-adam", {"constant": "holds", "smoother": "refuted"}),
        ("zero-against-nonzero", {"zero": "holds", "nonzero": "holds", "lower": "holds"}),
    ):
        done = measured(name, 1, 80)
        assert verdicts(done) == expected
        for arm_name, results in done.results.items():
            for result in results:
                constant = arm_name != "nonzero"
                assert (result.run.outcome == "frozen") == constant
                assert (len(set(result.run.test_loss.tolist())) == 1) == constant
                assert len(result.run.test_loss) == 11
    done = measured("zero-against-nonzero", 1, 80)
    for one, other in zip(runs(done, "zero"), runs(done, "nonzero"), strict=True):
        assert one.initial_parameters.tobytes() == other.initial_parameters.tobytes()


def test_constant_softmax(measured):
    """The output is 1 to the last bit, and four of six targets are 0."""
    done = measured("constant-softmax", 80)
    for name, loss in (
        ("softmax", 4 / 6),
        ("softmax-binary-crossentropy", 4 / 6 * -log(1e-7)),
        # Rows with a target of 0 lose nothing, and of the others the clip leaves 1e-7.
        ("softmax-categorical-crossentropy", 2 / 6 * -log(1 - 1e-7)),
    ):
        for result in done.results[name]:
            assert result.run.outcome == "frozen"
            # 1 - 1e-7 is 1 - 1.2e-7 in float32.
            rel = 2e-2 if "entropy" in name else 1e-7
            assert result.run.loss == pytest.approx(loss, rel=rel, abs=1e-8)
            assert (result.run.loss == result.run.loss[0]).all()
            assert (result.run.predict(result.data.inputs) == 1).all()
    found = verdicts(done)
    assert (found["nothing-learned"], found["loss-above-zero"]) == ("holds", "partly")


RATES_OF_THE_QUADRATIC = ("0.1", "1", "1.8", "1.99", "2", "2.01", "2.2")


@pytest.mark.parametrize("times_curvature", RATES_OF_THE_QUADRATIC)
def test_rate_too_high(measured, times_curvature):
    """The error of a quadratic is multiplied by 1 - rate * curvature in every step."""
    done = measured("rate-too-high")
    (result,) = done.results[f"quadratic-{times_curvature}"]
    assert result.run.recipe.learning_rate * 2 == pytest.approx(float(times_curvature))
    factor = 1 - float(times_curvature)
    steps = np.arange(60)
    expected = factor ** (2 * steps) if factor else (steps == 0).astype(float)
    assert result.run.loss[:60] == pytest.approx(expected, rel=1e-3, abs=1e-9)
    below = float(times_curvature) < 2
    expected = "converged" if below else "stalled" if factor == -1 else "diverged"
    assert result.run.outcome == expected


def heavy_ball(rate, momentum, steps):
    """The loss (1 - w)^2 after each step, from w = 0."""
    w = velocity = 0.0
    losses = [1.0]
    for _ in range(steps):
        velocity = momentum * velocity + 2 * (w - 1)
        w -= rate * velocity
        losses.append((1 - w) ** 2)
    return np.array(losses)


def test_momentum_too_high(measured):
    done = measured("momentum-too-high")
    for results in done.results.values():
        (result,) = results
        rate = result.run.recipe.learning_rate
        momentum = result.run.recipe.optimizer.values["momentum"]
        expected = heavy_ball(rate, momentum, 40)
        assert result.run.loss[:41] == pytest.approx(expected, rel=1e-3, abs=1e-6)
        # Stable where rate * curvature < 2 + 2 momentum, for a momentum below 1.
        stable = 2 * rate < 2 + 2 * momentum and momentum < 1
        assert stable == (result.run.final_loss < 0.5) or momentum == 1
    (run,) = runs(done, "momentum-1")
    # A rotation: it never comes to rest, and never leaves its circle.
    assert run.loss[-40:].min() < 0.05 and 0.9 < run.loss[-40:].max() < 1.2


def test_adam_betas(measured):
    """Steps of Adam with beta1 = 0: the gradient over the root of its mean square."""
    done = measured("adam-betas")
    for name, loss in (("adam-default", 20 / 3), ("amsgrad-short", 20 / 3)):
        assert runs(done, name)[0].final_loss == pytest.approx(loss, rel=0.01)
    assert runs(done, "adam-short")[0].final_loss == pytest.approx(40 / 3, rel=0.01)
    for results in done.results.values():
        assert results[0].run.initial_loss == pytest.approx(10, rel=1e-6)
    assert set(verdicts(done).values()) == {"holds"}


def test_identical_examples(measured):
    """One row: the error is multiplied by 1 - 0.1 (2^2 + 1) = 1/2 in every step."""
    done = measured("identical-examples", 80)
    for run in runs(done, "identical"):
        assert run.loss[:12] == pytest.approx(run.loss[0] * 0.25 ** np.arange(12), rel=1e-2)
        assert run.final_loss < 1e-10
    for result in done.results["identical-inputs"]:
        assert (
            result.run.baselines.irreducible
            == result.run.baselines.constant
            == 1.25
            == np.var([0, 1, 2, 3])
        )
        assert result.run.final_loss == pytest.approx(1.25, rel=1e-6)
    found = {"zero-gradient": "refuted", "identical-fit": "holds", "identical-inputs": "holds"}
    assert verdicts(done) == found


def test_contradicting_labels(measured):
    done = measured("contradicting-labels")
    for name, floor in (("contradicting", log(2)), ("half-contradicting", log(2) / 2)):
        for result in done.results[name]:
            assert result.run.baselines.irreducible == pytest.approx(floor, rel=1e-6)
            assert result.run.final_loss == pytest.approx(floor, rel=1e-3)


def entropy(share):
    return -share * log(share) - (1 - share) * log(1 - share)


def test_class_imbalance_is_exact():
    for one in load("imbalanced-classes").arms:
        rare = 0.5 if one.name.endswith("-50-50") else 0.05
        assert one.data.targets.sum() == 100 * rare
        if not one.recipe.class_weights:
            prior = baselines(one.data, one.recipe).constant
            assert prior == pytest.approx(entropy(rare), rel=1e-6)
    for one in load("wrong-class-weights").arms:
        assert one.data.targets.sum() == 10
        constant = baselines(one.data, one.recipe).constant
        if one.name == "none":
            assert constant == pytest.approx(entropy(0.1), rel=1e-6)
        elif one.name == "balancing":
            assert constant == pytest.approx(log(2), rel=1e-3)


def born_dead(network, seeds):
    """The share of seeds for which a ReLU network is constant on the numbers from -2 to 2."""
    x = np.linspace(-2, 2, 101)[:, np.newaxis]
    constant = 0
    for parameters in network.initialize_many(range(seeds), "float64"):
        a = x
        *hidden, (weights, bias) = network.split(parameters)
        for w, b in hidden:
            a = np.maximum(a @ w + b, 0)
        constant += np.ptp(a @ weights + bias) == 0
    return constant / seeds


def test_narrow_and_deep_networks_are_born_dead_as_often_as_proved():
    """Lu et al.: between .8703 and .9249 for 9 hidden layers of 2 units."""
    arms = {one.name: one.network for one in load("narrow-and-deep").arms}
    seeds = 2000
    error = 4 * sqrt(0.25 / seeds)
    assert 0.8703 - error < born_dead(arms["width-2-layers-10"], seeds) < 0.9249 + error
    # A unit without bias is dead on one side of zero only: two of them never on both.
    assert born_dead(arms["width-2-layers-2"], seeds) < 0.01
    assert born_dead(arms["width-10-layers-10"], 200) < 0.1


def test_wrong_output(measured):
    """An output that is pinned at 1 has the mean of (y - 1)^2, y from 2 to 4."""
    done = measured("wrong-output")
    pinned = ((2 + 2 * np.linspace(0, 1, 16) - 1) ** 2).mean()
    for name in ("sigmoid", "tanh"):
        for run in runs(done, name):
            assert run.final_loss == pytest.approx(pinned, rel=1e-3)
    for result in done.results["relu-both-signs"]:
        # Clipped at zero where targets are negative, at best.
        negative = np.minimum(2 * np.linspace(0, 1, 16) - 1, 0)
        assert result.run.final_loss > (negative**2).mean() * 0.999


def test_bad_minimum(measured):
    done = measured("bad-minimum")
    (result,) = done.results["at-it"]
    assert result.run.outcome == "frozen" and (result.run.loss == 18 / 5).all()
    assert (result.run.signals["gradient_norm"] == 0).all()
    x, y = np.array([5, 4, 3, 1, -1]), np.array([2, 1, 0, -3, 3])
    assert ((np.maximum(x - 3, 0) - y) ** 2).sum() == 18
    for run in runs(done, "near-it"):
        assert run.final_loss == pytest.approx(3.6, rel=1e-5)


def test_deep_linear_plateau(measured):
    """Saxe et al.: t = tau / (2 s) ln[uf (s - u0) / (u0 (s - uf))], here with s = 1."""
    done = measured("deep-linear-plateau")
    start, rate = 1e-4, 0.01
    leaves = 1 - sqrt(0.9)  # where (1 - u)^2 is 0.9
    steps = log(leaves * (1 - start) / (start * (1 - leaves))) / (4 * rate)
    (run,) = runs(done, "layers-2")
    assert (run.loss < 0.9).argmax() == pytest.approx(steps, rel=0.03)
    # One layer: (1 - w)^2 shrinks by (1 - 2 rate)^2 a step.
    (run,) = runs(done, "layers-1")
    expected = 0.99**2 * (1 - 2 * rate) ** (2 * np.arange(100))
    assert run.loss[:100] == pytest.approx(expected, rel=1e-4)


def test_softmax_twice(measured):
    """The most that softmax leaves of its own output: e / (e + 2), and for sigmoid two losses."""
    done = measured("softmax-twice")
    least = log(1 + 2 / exp(1))
    for run in runs(done, "softmax-twice"):
        assert least < run.final_loss < least * 1.01
    least = (log(1 + exp(-1)) + log(2)) / 2
    for run in runs(done, "sigmoid-twice"):
        assert least < run.final_loss < least * 1.01
        assert run.accuracy[-1] == 0.5


def neuron(weight, rate, squared):
    """The output of one sigmoid neuron for the input 1 and the target 0, after 300 epochs."""
    bias = weight if weight == 2 else 0.9
    for _ in range(300):
        a = 1 / (1 + exp(-weight - bias))
        slope = 2 * a * a * (1 - a) if squared else a
        weight, bias = weight - rate * slope, bias - rate * slope
    return 1 / (1 + exp(-weight - bias))


def test_badly_wrong_neuron(measured):
    done = measured("badly-wrong-neuron")
    for name, weight, rate, published in (
        ("wrong", 0.6, 0.075, 0.09),
        ("badly-wrong", 2.0, 0.075, 0.20),
        ("wrong-cross-entropy", 0.6, 0.005, None),
        ("badly-wrong-cross-entropy", 2.0, 0.005, None),
    ):
        (run,) = runs(done, name)
        expected = neuron(weight, rate, squared="entropy" not in name)
        output = float(run.predict([[1.0]])[0, 0])
        assert output == pytest.approx(expected, rel=1e-4)
        if published:
            assert round(output, 2) == published


def test_gradient_noise(measured):
    done = measured("gradient-noise")
    for result in done.results["batch-10"]:
        assert result.run.baselines.irreducible == 1 and result.run.final_loss == pytest.approx(
            1, rel=1e-6
        )
    for result in done.results["batch-1-noiseless"]:
        assert result.run.baselines.irreducible == 0 and result.run.final_loss < 1e-10


def test_unscaled_inputs(measured):
    """Each input is a direction of its own: its weight's error shrinks by 1 - 2 rate x^2."""
    done = measured("unscaled-inputs")
    for name, rate, sizes in (
        ("scaled", 0.1, (1, 1)),
        ("unscaled-stable-rate", 9e-5, (1, 100)),
    ):
        for run in runs(done, name):
            (weights, bias), steps = run.network.split(run.initial_parameters)[0], np.arange(50)
            wanted = np.array([1, 2]) / sizes
            errors = [*((weights[:, 0] - wanted) * sizes), bias[0]]
            expected = sum(
                error**2 * (1 - 2 * rate * size**2) ** (2 * steps)
                for error, size in zip(errors, (*sizes, 1), strict=True)
            )
            assert run.loss[:50] == pytest.approx(expected, rel=1e-3, abs=1e-9)
    assert all(result.run.outcome == "diverged" for result in done.results["unscaled"])


def test_dead_relu(measured):
    """Nothing but the last bias learns, and it learns the mean."""
    done = measured("dead-relu")
    x = np.linspace(-1, 1, 32)
    for run in runs(done, "all-dead"):
        assert (run.signals["dead_share"][:, 0] == 1).all()
        assert run.final_loss == pytest.approx((1 + np.sin(3 * x)).var(), rel=1e-6)
        assert (run.layers[0][0] == run.network.split(run.initial_parameters)[0][0]).all()


def test_poor_initialization(measured):
    done = measured("poor-initialization")
    for result in done.results["zeros"]:
        assert result.run.final_loss == pytest.approx(result.data.targets.var(), rel=1e-5)
    run = runs(done, "equal")[0]
    for weights, bias in run.layers[:-1]:
        assert (weights == weights[:, :1]).all() and (bias == bias[0]).all()


def test_saturated_hidden(measured):
    """The slope of tanh at 20 is 1 / cosh^2, which float32 rounds to zero."""
    done = measured("saturated-hidden")
    assert 1 / cosh(19) ** 2 < np.finfo(np.float32).eps / 2
    for result in done.results["tanh-biases"]:
        assert (result.run.signals["gradient_norm"][:, 0] == 0).all()
        assert result.run.final_loss == pytest.approx(result.data.targets.var(), rel=1e-5)


def test_too_much_weight_decay_leaves_the_prior(measured):
    done = measured("weight-decay")
    for run in runs(done, "1-of-separate-classes"):
        assert run.final_loss == pytest.approx(log(2), rel=1e-3)


def test_xor_plateau(measured):
    done = measured("xor-plateau")
    for name, loss in (("sgd", 0.25), ("cross-entropy", log(2))):
        assert done.results[name][0].run.baselines.constant == pytest.approx(loss, rel=1e-6)


def test_depth_shrinks_the_gradient_of_sigmoids_only(measured):
    """A sigmoid's slope is at most 1/4; tanh's, at zero, is 1."""
    done = measured("depth")
    for name, low, high in (("sigmoid-20", 0, 1e-9), ("tanh-20", 1e-3, 1e3)):
        for run, run_data in ((one.run, one.data) for one in done.results[name]):
            assert low < MEASURES["bias_gradient_ratio"].of(run, run_data) < high


def test_progress_ends_at_the_number_of_runs():
    seen = []
    experiment(
        load("zero-rate"), seeds=5, on_progress=lambda *numbers: seen.append(numbers), draws=2
    )
    assert seen[-1] == (10, 10) and {total for _, total in seen} == {10}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_failing_run_fails_the_experiment(monkeypatch):
    from fastdense.scenarios import experiment as module

    def fail(*arguments, **options):
        raise RuntimeError("broken")

    monkeypatch.setattr(module, "train_trials", fail)
    with pytest.raises(RuntimeError, match="broken"):
        experiment(load("zero-rate"), seeds=50)
