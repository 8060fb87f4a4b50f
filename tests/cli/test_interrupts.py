"""A reader that goes away and a user who presses Ctrl-C: both end quietly."""

import signal
import subprocess
import sys
import time

import pytest
from terminal import call

COMMAND = [sys.executable, "-m", "fastdense_cli"]
pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="needs POSIX signals")


@pytest.mark.parametrize("arguments", [["list"], ["show", "saturated-sigmoid", "--json"]])
def test_a_pipe_whose_reader_goes_away_ends_quietly(arguments):
    writer = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    writer.stdout.close()  # as `| head -0` does
    assert writer.stderr.read() == b""
    writer.stderr.close()
    assert writer.wait(timeout=60) in (0, -signal.SIGPIPE)


@pytest.mark.parametrize("command", ["run", "reproduce"])
def test_an_interrupt_ends_training_within_seconds(command, tmp_path):
    path = tmp_path / "long.toml"
    # So many epochs that it would take hours.
    path.write_text(
        call("show", "vanishing-sigmoid", "--toml").out.replace("epochs = 2000", "epochs = 3000000")
    )
    # The kernels are on disk after this, so that the interrupt meets the training.
    assert call("run", path, "--seeds", 1, "--set", "recipe.epochs=1").code == 0
    out = tmp_path / "out"
    running = subprocess.Popen(
        [*COMMAND, command, str(path), "--seeds", "500", "--json", "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(4)
    assert running.poll() is None
    started = time.monotonic()
    running.send_signal(signal.SIGINT)
    stdout, stderr = running.communicate(timeout=30)
    assert time.monotonic() - started < 5
    assert running.returncode == 130
    assert stdout == "" and stderr.strip() == "Interrupted."
    assert not out.exists()
