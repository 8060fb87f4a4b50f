"""`fastdense run --device cuda` in Numba's simulator: what it prints is what the CPU gives."""

import pytest
import simulator  # noqa: F401
from terminal import call

from fastdense import FastdenseError, sweep

SCENARIO = """
question = "Does a tiny network learn?"
data = { name = "sine", count = 8 }
network = { hidden = [3], activation = "tanh" }
recipe = { optimizer = "adam", learning_rate = 0.05, epochs = 4, batch_size = 4 }
"""


def test_a_sweep_keeps_the_same_on_both_devices():
    base = {
        "data": {"name": "sine", "count": 8},
        "network": {"hidden": [3], "activation": "tanh"},
        "recipe": {"epochs": 4, "batch_size": 4},
    }
    grid = {"learning_rate": [0.01, 0.1], "network.hidden": [[2], [3]]}
    one, other = (sweep(base, grid, seeds=2, device=device) for device in ("cpu", "cuda"))
    assert one.rows == other.rows == 8
    for name in ("seed", "outcome", "steps", "initial_loss", "final_loss"):
        assert list(one[name]) == list(other[name])


def test_a_sweep_refuses_what_the_device_does_not_train():
    base = {"data": {"name": "sine", "count": 8}, "recipe": {"augmentation": ["noise"]}}
    with pytest.raises(FastdenseError, match="augmentation .noise. is not trained by the device"):
        sweep(base, {"learning_rate": [0.1]}, seeds=2, device="cuda")
    with pytest.raises(FastdenseError, match="the machines of a cluster train on their CPUs"):
        sweep("rate-adam", {"learning_rate": [0.1]}, seeds=2, device="cuda", dask="local")


def test_a_scenario_ends_the_same_on_both_devices(tmp_path):
    file = tmp_path / "tiny.toml"
    file.write_text(SCENARIO)
    options = "run", str(file), "--draws", "2", "--seeds", "2", "--json"
    cpu, gpu = (call(*options, "--device", device) for device in ("cpu", "cuda"))
    assert cpu.code == gpu.code == 0
    assert cpu.json["arms"] == gpu.json["arms"]
