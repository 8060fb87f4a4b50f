"""What optimizers remember of past gradients: never a subnormal number, which would be slow."""

import numpy as np
import pytest
import strategies

from fastdense import Network, Recipe
from fastdense.devices.cpu.pack import Pack
from fastdense.devices.cpu.single import Single
from fastdense.many import Trial
from fastdense.task import prepare


@pytest.mark.parametrize("way", ["alone", "one sample", "pack"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", strategies.OPTIMIZERS)
def test_a_slot_that_decays_ends_at_zero(optimizer, dtype, way):
    nothing = np.zeros((8, 3)), np.zeros((8, 1))  # no unit is active, and no gradient but zero
    batch = 1 if way == "one sample" else 4
    recipe = Recipe(optimizer=optimizer, batch_size=batch, epochs=2, dtype=dtype)
    task = prepare(Network.of(3, 40, 1, activation="relu"), recipe, nothing)
    session = (
        Pack(*Trial.of(task, {"seeds": np.arange(8)}).job) if way == "pack" else Single(task, 1)
    )
    least = np.finfo(dtype).tiny
    numbers = session.arrays["parameters"]
    slot_stride = session.arrays["plan"][0]["slot_stride"]
    slots = numbers[slot_stride : slot_stride * (1 + session.arrays["plan"][0]["slots"])]
    slots[:] = 1.0001 * least
    while not session.done:
        session.advance()
    plan = session.arrays["plan"][0]
    count = plan["parameters"] * plan["lanes"]
    for begin in range(0, len(slots), slot_stride):
        sizes = abs(slots[begin : begin + count])
        assert ((sizes == 0) | (sizes >= least)).all()
