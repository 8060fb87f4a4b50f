"""`fastdense bench` from end to end, in a pipe, and interrupted."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fastdense.errors import FastdenseError
from fastdense_bench import cells, drawn, suite
from fastdense_bench.workloads import QUICK, WORKLOADS

COMMAND = [sys.executable, "-m", "fastdense_cli", "bench", "--peers", "numpy", "--threads", "1"]


def test_a_row_in_a_pipe():
    done = subprocess.run(
        [*COMMAND, "1-10-1", "--quick"], capture_output=True, text=True, timeout=100
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "1-10-1 tanh adam b32" in done.stdout and "numpy" in done.stdout
    assert "start-up, whole" not in done.stdout


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_narrow_terminal_breaks_no_word(width):
    line = [*COMMAND, "784-256-128-10 relu adam b128", "--quick"]
    env = {**os.environ, "COLUMNS": str(width)}
    done = subprocess.run(line, capture_output=True, text=True, timeout=100, env=env)
    assert done.returncode == 0, done
    assert max(map(len, done.stdout.splitlines())) <= width
    words = " ".join(done.stdout.split())
    for whole in ("784-256-128-10 relu adam b128", "fastdense us/step", "numpy", "best/ours"):
        assert whole in words, (whole, done.stdout)


def test_a_file_of_another_kind_is_left_alone(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("mine")
    line = [*COMMAND, "1-10-1", "--quick", "--resume", file]
    done = subprocess.run(line, capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not a file that --resume wrote" in done.stderr and "Traceback" not in done.stderr
    assert file.read_text() == "mine"


def children(process):
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(child) for child in listed.read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")
def test_an_interrupt_leaves_no_process():
    running = subprocess.Popen(
        [*COMMAND, "1024-2048", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    give_up = time.monotonic() + 60
    while len(children(running)) < 2 and time.monotonic() < give_up:
        time.sleep(0.05)
    workers = children(running)
    assert len(workers) >= 2
    time.sleep(1)
    running.send_signal(signal.SIGINT)
    stdout, stderr = running.communicate(timeout=30)
    assert (running.returncode, stdout, stderr.strip()) == (130, "", "Interrupted.")
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


def test_filters_choose_rows():
    assert suite.select((), quick=False) == (WORKLOADS, True)
    assert [w.name for w in suite.select((), quick=True)[0]] == list(QUICK)
    assert suite.select(("startup",), quick=False) == ([], True)
    assert suite.select(("drawn",), quick=False) == (drawn.draw(), False)
    with pytest.raises(FastdenseError, match="measured alone.*leave out 'predict'"):
        suite.select(("predict", "drawn"), quick=False)
    rows, startup = suite.select(("predict", "1-10-1"), quick=True)
    assert not startup and {w.name for w in rows} == {
        w.name for w in WORKLOADS if "predict" in w.name or "1-10-1" in w.name
    }


def test_cores_are_one_all_or_both(monkeypatch):
    monkeypatch.setattr(suite.machine, "cores", lambda: [2, 5, 7])
    assert suite.core_sets("1") == [[7]]
    assert suite.core_sets("all") == [[2, 5, 7]]
    assert suite.core_sets("both") == [[7], [2, 5, 7]]
    monkeypatch.setattr(suite.machine, "cores", lambda: [3])
    assert suite.core_sets("both") == [[3]]


def test_all_rows_are_summed_up():
    ratios = [8.0, 0.5, None], [2.0, 2.0, None]  # with one thread and with two
    rows = [{"comparisons": [{"ratio": of[i]} for of in ratios]} for i in range(3)]
    one, two = cells.summaries({"peak_gflops": {"1": 9.0, "2": 9.0}, "workloads": rows})
    assert one.startswith("With 1 thread fastdense is faster than the fastest peer in 1 of 2 rows")
    assert one.endswith("2.00 times as fast in the geometric mean, 0.50 times at least.")
    assert two.startswith("With 2 threads ") and " in 2 of 2 rows: 2.00 times" in two
    assert [*cells.summaries({"peak_gflops": {"1": 9.0}, "workloads": rows[2:]})] == []
