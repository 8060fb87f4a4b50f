"""A Dask scheduler and workers in processes of their own, on the loopback; all end with a test."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PRELOAD = Path(__file__).with_name("dask_trouble.py")


class Processes:
    """A scheduler, and the workers that were started."""

    def __init__(self, folder, *options):
        self.folder, self.options, self.all = folder, options, []
        file = folder / "scheduler.json"
        # Where a test is killed itself, they end by themselves.
        ends = "--idle-timeout", "60s"
        self.scheduler = self.start("scheduler", "--port", 0, "--scheduler-file", file, *ends)
        self.address = wait_for(lambda: file.exists() and read(file))["address"]

    def start(self, kind, *arguments, **environment):
        log = open(self.folder / f"{len(self.all)}-{kind}.log", "wb")
        command = [sys.executable, "-m", "dask", kind, "--host", "127.0.0.1", "--no-dashboard"]
        with log:
            process = subprocess.Popen(
                [*command, *map(str, (*arguments, *self.options))],
                env={**os.environ, **environment},
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,  # so that what it starts can be ended with it
            )
        self.all.append(process)
        return process

    def worker(self, *arguments, nanny=False, threads=1, **environment):
        """One more worker; `TROUBLE` in its environment is what it has with jobs."""
        preload = ("--preload", PRELOAD) if environment else ()
        ends = "--death-timeout", "5s"
        options = (
            *ends,
            "--nthreads",
            threads,
            "--nanny" if nanny else "--no-nanny",
            *preload,
            *arguments,
        )
        return self.start("worker", self.address, *options, **environment)

    def log(self):
        """What all of them said."""
        return "\n".join(path.read_text("utf-8") for path in self.folder.glob("*.log"))

    def close(self):
        for process in self.all:
            kill(process)


def kill(process):
    """End a process and what it has started, as kill -9 does."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)


def read(file):
    with contextlib.suppress(json.JSONDecodeError):  # it is being written
        return json.loads(file.read_text("utf-8"))


def wait_for(condition, seconds=30):
    """What a condition returns when it is true."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
    return found
