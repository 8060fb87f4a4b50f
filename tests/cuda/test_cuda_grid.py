"""One network that all threads of a grid train together has the bits of the CPU.

In the simulator a grid is one block of four threads, whose tiles are small: a few units and samples
make several, and parts of some.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from simulator import both, differences
from strategies import numbers
from test_cuda_packs import trainings

from fastdense import Data, Dense, Dropout, Network, Recipe, Rescale
from fastdense.devices.cuda import compiling, pack, waves
from fastdense.task import prepare

FEW = settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
WIDE = Network(
    5, [Dense(9, "tanh"), Dropout(0.25), Rescale(0.5, 0.1), Dense(7, "softmax"), Dense(3)]
)
ROWS = Data(
    numbers([3, 0], 13, 5), numbers([3, 1], 13, 3), numbers([3, 2], 13) ** 2,
    (numbers([3, 3], 4, 5), numbers([3, 4], 4, 3)),
)  # fmt: skip


@pytest.fixture(autouse=True)
def shared(monkeypatch):
    """Every network is trained by a grid."""
    monkeypatch.setattr(waves, "is_shared", lambda task, count: True)


@given(trainings())
@FEW
def test_any_training_has_the_bits_of_the_cpu(training):
    arguments, options = training
    options = {**options, "seeds": options["seeds"][:1]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(waves, "is_shared", lambda task, count: True)
        assert not differences(*both(*arguments, **options))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_products_of_several_tiles_and_parts_of_some(dtype):
    recipe = Recipe(
        optimizer="adam", learning_rate=0.01, batch_size=11, epochs=2, clip_norm=0.5, l2=0.01,
        gradient_accumulation_steps=2, dtype=dtype,
    )  # fmt: skip
    assert not differences(*both(WIDE, recipe, ROWS, seeds=1, observe_every=1))


def test_launches_that_end_anywhere(monkeypatch):
    monkeypatch.setattr(pack, "FIRST_BUDGET", 1)
    monkeypatch.setattr(pack, "GROWTH", 1)
    assert not differences(
        *both(WIDE, Recipe(batch_size=4, epochs=1), ROWS, seeds=1, observe_every=1)
    )


def test_several_networks_one_after_the_other():
    recipe = Recipe(batch_size=13, epochs=1)
    assert not differences(*both(Network(5, [Dense(2), Dense(3)]), recipe, ROWS, seeds=2))


def test_a_network_that_diverges_ends():
    cpu, gpu = both(WIDE, Recipe(epochs=5, batch_size=13), ROWS, seeds=1, learning_rate=[1e30])
    assert not differences(cpu, gpu) and list(gpu.steps) == list(cpu.steps)


@pytest.mark.parametrize(
    ("widths", "batch", "count", "shared"),
    [
        ((1, 16, 8, 1), 32, 100_000, False),
        ((1, 16, 8, 1), 32, 100, False),
        ((1, 16, 8, 1), 32, 1, True),
        ((784, 256, 128, 10), 128, 1, True),
        ((784, 256, 128, 10), 128, 100_000, False),
        ((1024, 2048, 2048, 1000), 32, 64, True),
    ],
)
def test_who_trains_a_network(widths, batch, count, shared, monkeypatch):
    monkeypatch.undo()
    rows = numbers([5, 0], batch, widths[0]), numbers([5, 1], batch, widths[-1])
    task = prepare(Network.of(*widths), Recipe(batch_size=batch), rows).trained
    assert waves.is_shared(task, count) == shared


def test_a_small_network_has_few_blocks_and_a_large_one_all():
    def blocks(widths, batch):
        rows = numbers([5, 0], batch, widths[0]), numbers([5, 1], batch, widths[-1])
        task = prepare(Network.of(*widths), Recipe(batch_size=batch), rows).trained
        return pack.blocks_of(task, 264)

    assert compiling.SIMULATED
    assert blocks((1, 3, 1), 2) == 1
    assert blocks((100, 300, 10), 32) == 264
