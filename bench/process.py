"""The parent's end of the pipes: workers, one at a time, and none that outlives us."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading

from fastdense.errors import FastdenseError

LIMIT_SECONDS = 900.0  # for one answer
COUNTS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)
ONE_THREAD = {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}
QUIET = {
    "CUDA_VISIBLE_DEVICES": "-1",  # this compares processors
    "JAX_PLATFORMS": "cpu",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


class Failed(FastdenseError):
    """A worker that crashed, took too long or answered with an error; says which."""


def environment(threads, extra=()):
    """What limits the libraries to so many threads."""
    limits = {name: str(threads) for name in COUNTS}
    one = ONE_THREAD if threads == 1 else {}
    return {**os.environ, **limits, **one, **QUIET, **dict(extra)}


class Process:
    """A worker: `ask` waits for its answer, so that no two of them ever run at once."""

    def __init__(self, arguments, variables):
        self._errors = tempfile.TemporaryFile()
        # A session of its own: Ctrl-C reaches the parent alone, which ends its workers.
        self._process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=variables,
            encoding="utf-8",
            start_new_session=True,
        )

    def ask(self, do, **details):
        """The answer to a request, a dict; raises `Failed`."""
        alarm = threading.Timer(LIMIT_SECONDS, self._process.kill)
        alarm.start()
        try:
            self._process.stdin.write(json.dumps({"do": do, **details}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            alarm.cancel()
        if not line:
            raise Failed(self._last_words())
        answer = json.loads(line)
        if "error" in answer:
            raise Failed(answer["error"])
        return answer

    def _last_words(self):
        code = self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return f"ended with exit code {code}" + (f": {last[:300]}" if last else "")

    def close(self):
        """End it at once, with the processes that its library may have started."""
        if self._errors.closed:
            return
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            with contextlib.suppress(OSError):
                stream.close()
