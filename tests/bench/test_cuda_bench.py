"""What of `bench/cuda.py` needs no GPU: its work, its page, and a whole run in the simulator."""

import importlib.util
import sys
from pathlib import Path

import numba
import pytest

numba.config.ENABLE_CUDASIM = 1

from fastdense_bench import cuda as bench  # noqa: E402


def test_a_step_is_counted_in_multiply_adds_and_bytes():
    work = bench.Work((1, 16, 8, 1), 1000)
    assert work.products == 16 + 128 + 8 and work.parameters == 32 + 136 + 9
    assert work.flops == 6 * 152 * 32 * 1000 and work.bytes == 8 * 177 * 1000
    assert bench.Work((1, 1), 1, optimizer="adam").bytes == 3 * bench.Work((1, 1), 1).bytes


def test_the_work_is_what_is_promised():
    shapes = {work.widths for work in bench.PACKS}
    assert shapes == {(1, 16, 8, 1), (1, 32, 1), (64, 64, 64, 10)}
    assert {work.networks for work in bench.PACKS} == {1_000, 10_000, 100_000}
    assert [work.widths for work in bench.ALONE] == [(784, 256, 128, 10), (1024, 2048, 2048, 1000)]


def test_a_line_says_shares_and_ratios():
    work = bench.Work((1, 16, 8, 1), 1000)
    line = bench.row_of(work, {"step": 1e-3}, {"jax": 2e-3, "torch": "not installed"}, 1e12, 1e11)
    assert "1,000.0 | 1,000.00" in line and "2,000.0 (2.00)" in line and "not installed" in line
    assert f"({work.flops / 1e-3 / 1e12:.1%})" in line
    line = bench.row_of(work, {"refused": "too large"}, {}, 1.0, 1.0)
    assert "too large" in line and line.count("|") == 8


def test_a_peer_that_is_not_there_is_left_out(monkeypatch):
    name = "jax" if importlib.util.find_spec("jax") is None else None
    if name is None:
        pytest.skip("JAX is installed")
    assert bench.of_peer(name, bench.Work((1, 1), 1)) == "not installed"


def test_it_runs_from_end_to_end(tmp_path, monkeypatch, capsys):
    small = [bench.Work((1, 2, 1), 3, batch=4, rows=8)]
    small.append(bench.Work((1, 3, 1), 2, "tanh", "adam", 4, 8))
    alone = [bench.Work((2, 2), 1, batch=4, rows=8)]
    monkeypatch.setattr(bench, "MEASURED_SECONDS", 0.1)
    monkeypatch.setattr(bench, "BLOCKS", (4, 16))
    monkeypatch.setattr(bench, "WAVES", (64,))
    monkeypatch.setattr(bench, "peaks", lambda: ("a simulator", 1e12, 1e12))
    monkeypatch.setattr(bench, "of_peer", lambda *given: 1e-3)
    monkeypatch.setattr(bench, "alike", lambda work, n: real(work, 2, 1))
    monkeypatch.setattr(sys, "path", [*sys.path])
    out = tmp_path / "cuda.md"
    bench.main(["--out", str(out)], small, alone)
    text = out.read_text()
    assert "On a simulator" in text and "3 x 1-2-1 relu sgd b4" in text
    assert "parameters have the bits of the CPU" in text and "DO NOT" not in text
    assert text.count("| 16 | ") == 1 and "waves.EACH" in text
    assert Path(capsys.readouterr().out.split()[-1]) == out


real = bench.alike
