"""One run of a program: what its last line says, and the seconds that its process took."""

import json
import os
import pathlib
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
EXPECTED = HERE / "expected.json"
KINDS = ("equal", "close", "random", "share")
LIMIT_SECONDS = 300.0
QUIET = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "MPLBACKEND": "Agg",
    "PYTHONHASHSEED": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


class Failed(Exception):
    """A program that did not end with its report; says how it did end."""


def programs(names=()):
    """The paths of the programs whose names hold one of these words; of all without words."""
    paths = sorted((HERE / "programs").glob("[a-z]*.py"))
    return [path for path in paths if not names or any(name in path.stem for name in names)]


def run(command, path, seed, kinds=KINDS):
    """The report of one process as {kind: {key: value}}, and its seconds from start to end.

    Of a program that tells no kinds, without `kinds`, it is {"": {key: value}}.

    It runs in an empty folder of its own, where it may leave files.
    """
    variables = dict(os.environ, SEED=str(seed), **QUIET)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        try:
            done = subprocess.run(
                [*command, str(path)],
                capture_output=True,
                cwd=folder,
                env=variables,
                encoding="utf-8",
                timeout=LIMIT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"no end after {LIMIT_SECONDS:.0f} s") from None
        seconds = time.perf_counter() - start
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise Failed(lines[-1])
    try:
        report = json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        raise Failed("its last line is no JSON") from None
    report = report if kinds else {"": report}
    unknown = set(report) - set(kinds or [""])
    keys = [key for kind in report.values() for key in kind]
    if unknown or len(keys) != len(set(keys)):
        raise Failed(f"kinds {sorted(report)} or a key in two of them")
    return report, seconds
