"""`fastdense run --device cuda` in Numba's simulator: what it prints is what the CPU gives."""

import pytest
import simulator  # noqa: F401
from strategies import numbers
from terminal import call

from fastdense import (
    BatchNormalization,
    Dense,
    FastdenseError,
    Network,
    Recipe,
    diagnose,
    sweep,
    train,
)
from fastdense.devices.cuda import compiling, layout
from fastdense.diagnosis import search
from fastdense.many import train_trials

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


@pytest.fixture
def trained(monkeypatch):
    """Devices on which a diagnosis trained; what is attainable takes the simulator too long."""
    used, attainable = set(), search.attainable

    def train(trials, on_progress, name):
        used.add(name)
        return train_trials(trials, on_progress, name)

    monkeypatch.setattr(search, "attainable", lambda case, check, device: attainable(case, check))
    monkeypatch.setattr("fastdense.many.train_trials", train)
    return used


def test_a_diagnosis_says_the_same_on_both_devices(tmp_path, trained):
    file = tmp_path / "stuck.toml"
    file.write_text(SCENARIO.replace("0.05", "0.0"))
    options = "diagnose", str(file), "--seeds", "2", "--effort", "quick", "--json"
    cpu = call(*options)
    assert trained == {"cpu"}
    gpu = call(*options, "--device", "cuda")
    # Some of what is tried, such as normalization, is trained on the CPU only.
    assert trained == {"cpu", "cuda"}
    assert cpu.code == gpu.code == 3
    assert {**cpu.json, "seconds": 0, "written": 0} == {**gpu.json, "seconds": 0, "written": 0}


def test_a_training_that_the_device_does_not_have_is_refused_before_any():
    network = Network(2, [BatchNormalization(), Dense(1)])
    data = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [[0.0], [1.0], [2.0]]
    with pytest.raises(FastdenseError, match="a layer batch_normalization is not trained"):
        diagnose(network, Recipe(epochs=1), data, device="cuda")


def test_a_sweep_that_runs_out_of_memory_keeps_what_was_trained(tmp_path, monkeypatch):
    base = {
        "data": {"name": "sine", "count": 8},
        "network": {"hidden": [3], "activation": "tanh"},
        "recipe": {"epochs": 2, "batch_size": 4},
    }
    grid, store = {"network.hidden": [[2], [3], [4]]}, tmp_path / "kept"
    packs, put = [], compiling.put

    def limited(array):
        if array.dtype == layout.PLAN:
            packs.append(array)
        if len(packs) > 2:
            raise MemoryError("CUDA_ERROR_OUT_OF_MEMORY")
        return put(array)

    with monkeypatch.context() as short, pytest.raises(FastdenseError, match="GPU's memory"):
        short.setattr(compiling, "put", limited)
        sweep(base, grid, seeds=2, device="cuda", store=store, workers=1)
    kept = sweep(base, grid, seeds=2, device="cuda", store=store, resume=True)
    assert kept.rows == 6 and len(packs) == 3
    assert list(kept["final_loss"]) == list(sweep(base, grid, seeds=2)["final_loss"])


def test_one_network_that_has_no_room_is_one_sentence(monkeypatch):
    def full(*given):
        raise MemoryError("CUDA_ERROR_OUT_OF_MEMORY")

    data = numbers([1, 0], 4, 2), numbers([1, 1], 4, 1)
    monkeypatch.setattr(compiling, "full", full)
    with pytest.raises(FastdenseError, match="the network and its rows take 0 MB"):
        train(Network.of(2, 1), Recipe(epochs=1), data, device="cuda")
