"""The rows: their arithmetic is counted, their data are what they claim, and rates can be told."""

from dataclasses import replace

import numpy as np
import pytest

from fastdense_bench import drawn, peers
from fastdense_bench.job import AS_THEY_ARE, GIVEN, SHUFFLED, Job
from fastdense_bench.matrix_exponential import expm
from fastdense_bench.measure import TOLERANCE
from fastdense_bench.workloads import QUICK, WORKLOADS, Workload

DENSE = [w for w in WORKLOADS if not w.stack]
DRAWN = drawn.draw()
SMALL = [w for w in DENSE if w.trains and w.networks == 1 and w.flops * w.steps < 1e9]
MANY = [w for w in DENSE if w.networks > 1]
IMAGES = [w for w in WORKLOADS if w.stack and not w.augmentation]
# Outputs of a layer times the inputs of each.
PRODUCTS = {
    "cnn": [26 * 26 * 32 * 9, 11 * 11 * 64 * 9 * 32, 5 * 5 * 64 * 10],
    "cnn-norm": [26 * 26 * 32 * 9, 11 * 11 * 64 * 9 * 32, 5 * 5 * 64 * 10],
    "lenet5": [28 * 28 * 6 * 25, 10 * 10 * 16 * 25 * 6, 400 * 120, 120 * 84, 84 * 10],
    "small-cnn": [10 * 10 * 4 * 9, 3 * 3 * 4 * 9 * 4, 36 * 3],
}
FASTDENSE = peers.load("fastdense_bench.peers.fastdense").module
NUMPY = peers.load("fastdense_bench.peers.numpy").module


def counted(workload):
    """Floating-point operations of a step's matrix products, each by the shapes of its operands."""
    total, batch = 0, workload.batch
    if workload.stack:
        products = PRODUCTS[workload.stack]
        return 2 * batch * (3 * sum(products) - products[0])
    for index, (n_in, n_out) in enumerate(zip(workload.widths, workload.widths[1:], strict=False)):
        total += 2 * batch * n_in * n_out  # forward
        if workload.trains:
            total += 2 * n_in * batch * n_out  # the gradient of the weights
            total += 2 * batch * n_out * n_in * (index > 0)  # the gradient of the inputs
    return total


@pytest.mark.parametrize("workload", [*WORKLOADS, *DRAWN], ids=lambda w: w.name)
def test_a_row_is_sound(workload):
    assert workload.flops == counted(workload)
    assert workload.samples % workload.batch == 0
    assert workload.short.steps * workload.short_epochs == 16 and workload.short_epochs >= 2
    assert workload.short.samples % workload.batch == 0
    assert Workload.from_dict(workload.to_dict()) == workload


def test_names_are_unique_and_the_quick_rows_exist():
    names = [workload.name for workload in [*WORKLOADS, *DRAWN]]
    assert len(set(names)) == len(names) and set(QUICK) <= set(names)


def test_the_exponential_of_known_matrices():
    angle = 3.0
    known = {
        ((0.0, 0.0), (0.0, 0.0)): np.eye(2),
        ((1.0, 0.0), (0.0, -2.0)): np.diag(np.exp([1.0, -2.0])),
        ((0.0, 1.0), (0.0, 0.0)): [[1, 1], [0, 1]],
        ((0.0, -angle), (angle, 0.0)): [
            [np.cos(angle), -np.sin(angle)],
            [np.sin(angle), np.cos(angle)],
        ],
    }
    np.testing.assert_allclose(expm(np.array(list(known))), list(known.values()), atol=1e-12)


def test_the_given_order_is_the_same_rows():
    job = Job.of(SMALL[0], GIVEN)
    x, y = job.arranged
    assert sorted(job.permutation) == list(range(job.workload.samples))
    np.testing.assert_array_equal(x, job.inputs[job.permutation])
    np.testing.assert_array_equal(y, job.targets[job.permutation])


def test_a_full_batch_has_no_order():
    full = [w for w in WORKLOADS if w.trains and w.batch == w.samples]
    assert full and all(Job.of(w, SHUFFLED).order == AS_THEY_ARE for w in full)


@pytest.mark.parametrize("workload", SMALL, ids=lambda w: w.name)
def test_numpy_agrees_and_a_rate_wrong_by_a_tenth_is_seen(workload):
    short = workload.short

    def loss(module, workload):
        return module.train(Job.of(workload, GIVEN))(workload.short_epochs)

    ours = loss(FASTDENSE, short)
    assert abs(loss(NUMPY, short) - ours) <= TOLERANCE / 100 * ours
    wrong = replace(short, learning_rate=1.1 * short.learning_rate)
    assert abs(loss(NUMPY, wrong) - ours) > TOLERANCE * ours


@pytest.mark.parametrize("module", [FASTDENSE, NUMPY], ids=lambda m: m.NAME)
def test_shuffled_epochs_learn_alike(module):
    losses = [module.train(Job.of(SMALL[0], order))(20) for order in (SHUFFLED, GIVEN)]
    assert losses[0] != losses[1] and losses[0] == pytest.approx(losses[1], rel=0.05)


@pytest.mark.parametrize("workload", MANY, ids=lambda w: w.name)
def test_many_networks_are_as_many_trained_one_by_one(workload):
    few = replace(workload.short, networks=3)
    many = Job.of(few, GIVEN)
    losses = []
    for parameters in many.parameters:
        alone = Job.of(replace(few, networks=1), GIVEN)
        alone.parameters = parameters
        losses.append(NUMPY.train(alone)(few.short_epochs))
    found = FASTDENSE.train_many(many)(few.short_epochs)
    assert found == pytest.approx(np.mean(losses), rel=TOLERANCE / 100)
    assert len(set(losses)) == 3


def test_layers_of_all_networks_are_those_of_each():
    few = replace(MANY[0].short, networks=3)
    job = Job.of(few, GIVEN)
    for index, parameters in enumerate(job.parameters):
        for (weights, bias), (all_weights, all_bias) in zip(
            few.network().split(parameters), job.layers_of_all, strict=True
        ):
            np.testing.assert_array_equal(all_weights[index], weights)
            np.testing.assert_array_equal(all_bias[index], bias)


@pytest.mark.parametrize("name", ["torch_eager", "jax"])
@pytest.mark.parametrize("workload", [*IMAGES, *DRAWN], ids=lambda w: w.name)
def test_peers_agree(workload, name):
    peer = peers.load(f"fastdense_bench.peers.{name}")
    if not peer.installed:
        pytest.skip(peer.install)
    short = replace(workload.short, networks=min(workload.networks, 3))
    if not peer.can(short):
        pytest.skip(f"{peer.name} has nothing of its own for this")
    ours, theirs = (
        getattr(module, peers.role(short))(Job.of(short, GIVEN))(short.short_epochs)
        for module in (FASTDENSE, peer.module)
    )
    assert ours == pytest.approx(theirs, rel=TOLERANCE)


def test_rows_are_drawn_by_the_rule():
    assert DRAWN == drawn.draw() and len(DRAWN) == drawn.ROWS + drawn.PACKS
    singles = [w for w in DRAWN if w.networks == 1]
    assert {w.activation for w in DRAWN} == set(drawn.ACTIVATIONS)
    assert {w.optimizer for w in DRAWN} == {"sgd", "adam"}
    assert all(drawn.BATCHES[0] <= w.batch <= drawn.BATCHES[1] for w in DRAWN)
    assert sum(w.batch % 16 != 0 for w in singles) > drawn.ROWS / 2
    low, high = drawn.PARAMETERS
    assert all(low <= w.network().size <= high for w in DRAWN if w.networks > 1)


def test_rows_that_classify_have_one_class_a_row_and_a_loss_of_their_own():
    chosen = [w for w in SMALL if w.classifies]
    assert len(chosen) >= 3
    for workload in chosen:
        targets = workload.arrays()[1]
        assert set(np.unique(targets)) == {0.0, 1.0} and (targets.sum(axis=1) == 1).all()
        before = FASTDENSE.train(Job.of(workload, GIVEN))(1)
        assert 0.5 < before / np.log(workload.widths[-1]) < 2.0
