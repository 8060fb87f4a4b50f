"""A reader that goes away, a closed stream, a user who presses Ctrl-C: all end quietly."""

import json
import os
import signal
import subprocess
import sys
import time

import click
import pytest
from stores import make
from terminal import DOUBT, call

from fastdense_cli.group import app

COMMAND = [sys.executable, "-m", "fastdense_cli"]
pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="needs POSIX signals")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [["list"], ["show", "saturated-sigmoid", "--json"]])
def test_a_pipe_whose_reader_goes_away_ends_quietly(arguments, unbuffered):
    writer = subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )
    writer.stdout.close()  # as `| head -0` does
    assert writer.stderr.read() == b""
    writer.stderr.close()
    assert writer.wait(timeout=60) == -signal.SIGPIPE


def test_a_reader_that_goes_away_leaves_a_store_alone_in_its_folder(tmp_path):
    make(tmp_path / "a.db", {"learning_rate": [0.1, 0.2]}, seeds=30_000)
    writer = subprocess.Popen(
        [*COMMAND, "sweep", "export", str(tmp_path / "a.db"), "--jsonl"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    writer.stdout.readline()
    writer.stdout.close()
    assert writer.stderr.read() == b""
    writer.stderr.close()
    assert writer.wait(timeout=60) == -signal.SIGPIPE
    assert os.listdir(tmp_path) == ["a.db"]


def test_errors_that_nobody_reads_end_quietly():
    writer = subprocess.Popen([*COMMAND, "lst"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    writer.stderr.close()
    assert writer.stdout.read() == b""
    writer.stdout.close()
    assert writer.wait(timeout=60) == -signal.SIGPIPE


CLOSED_SOCKET = """
import socket, sys
from fastdense_cli import app, subject

def carry_out(*arguments):
    ours, theirs = socket.socketpair()
    theirs.close()
    {send}
    return carried_out(*arguments)

carried_out, subject.carry_out = subject.carry_out, carry_out
sys.argv = ["fastdense", "run", "zero-rate", "--seeds", "1", "--json"]
app.main()
"""


@pytest.mark.parametrize(
    "send, code, said",
    [
        ("ours.send(b'x')", 1, "Error: a connection to another process was closed\n"),
        # As in a library's thread, whose affair it is.
        ("try: ours.send(b'x')\n    except OSError: pass", 0, ""),
    ],
)
def test_a_closed_socket_is_no_silent_end(send, code, said):
    command = [sys.executable, "-c", CLOSED_SOCKET.format(send=send)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, DOUBT.sub("", done.stderr)) == (code, said)
    assert code or json.loads(done.stdout)["scenario"] == "zero-rate"


@pytest.mark.parametrize("chained", [True, False], ids=["as-click-8.2", "as-click-8.1.0"])
def test_an_interrupt_keeps_its_words_in_every_version_of_click(chained, monkeypatch):
    def main(*arguments, **options):
        try:
            raise KeyboardInterrupt("Interrupted: 3 of 4 runs are in a.db")
        except KeyboardInterrupt as interrupt:
            if chained:
                raise click.Abort() from interrupt
            raise click.Abort()  # noqa: B904

    monkeypatch.setattr(app, "main", main)
    answer = call("list")
    assert (answer.code, answer.err) == (130, "Interrupted: 3 of 4 runs are in a.db\n")


def in_shell(line):
    """Run `line` of the shell, in which $0 is the Python that runs this."""
    return subprocess.run(
        ["sh", "-c", line, sys.executable], capture_output=True, text=True, timeout=60
    )


RUN = "run zero-rate --seeds 73 --set recipe.epochs=1 --json"


@pytest.mark.parametrize("line", ["list", "list --json", "--version", "--help", "show zero-rate"])
def test_a_closed_output_is_written_to_by_nobody(line):
    done = in_shell(f'"$0" -m fastdense_cli {line} >&-')
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-"])
def test_results_come_without_the_other_streams(closed):
    done = in_shell(f'"$0" -m fastdense_cli {RUN} {closed}')
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["scenario"] == "zero-rate"


def test_exit_codes_come_without_any_stream():
    for line, code in ((RUN, 0), ("run zero-rat", 2), ("lst", 2)):
        assert in_shell(f'"$0" -m fastdense_cli {line} <&- >&- 2>&-').returncode == code


@pytest.mark.parametrize("module", ["warnings", "click", "fastdense.errors", "fastdense_cli.group"])
def test_an_interrupt_of_the_first_imports_is_one_too(module):
    """Raised by the import itself, for no signal can be timed so well."""
    code = f"""
import sys
from fastdense_cli.app import main

class Interrupt:
    def find_spec(name, path=None, target=None):
        if name == {module!r}:
            raise KeyboardInterrupt

for name in [n for n in sys.modules if n == {module!r}]:
    del sys.modules[name]
sys.meta_path.insert(0, Interrupt)
sys.argv = ["fastdense", "list"]
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Interrupted.\n")


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
