"""`fastdense run --device cuda` in Numba's simulator: what it prints is what the CPU gives."""

import simulator  # noqa: F401
from terminal import call

SCENARIO = """
question = "Does a tiny network learn?"
data = { name = "sine", count = 8 }
network = { hidden = [3], activation = "tanh" }
recipe = { optimizer = "adam", learning_rate = 0.05, epochs = 4, batch_size = 4 }
"""


def test_a_scenario_ends_the_same_on_both_devices(tmp_path):
    file = tmp_path / "tiny.toml"
    file.write_text(SCENARIO)
    options = "run", str(file), "--draws", "2", "--seeds", "2", "--json"
    cpu, gpu = (call(*options, "--device", device) for device in ("cpu", "cuda"))
    assert cpu.code == gpu.code == 0
    assert cpu.json["arms"] == gpu.json["arms"]
