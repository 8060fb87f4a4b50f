"""Odd settings of Python and Numba: a command works as ever, or says what is wrong."""

import os
import subprocess
import sys

from terminal import call, process

COMMAND = "run", "zero-rate", "--json"
HARMLESS = {
    "PYTHONWARNINGS": "error",
    "PYTHONDEVMODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "NUMBA_CACHE_DIR": "/nowhere",
    "NUMBA_NUM_THREADS": "1",
    "NUMBA_THREADING_LAYER": "none",
}


def under(settings, *command):
    return process(*command, env={**os.environ, **settings})


def test_what_changes_nothing():
    usual = call(*COMMAND)
    assert usual.code == 0
    assert under(HARMLESS, *COMMAND) == usual


def test_a_picture_needs_no_backend(tmp_path):
    for number, backend in enumerate(("nonsense", "tkagg", "")):
        picture = tmp_path / f"{number}.png"
        answer = under({"MPLBACKEND": backend}, "run", "zero-rate", "--plot", picture)
        assert (answer.code, answer.err) == (0, "") and picture.exists()


def test_the_environment_is_as_it_was_after_a_picture(tmp_path):
    code = (
        "import os; from fastdense_cli.app import invoke; "
        f"invoke(['run', 'zero-rate', '--plot', {str(tmp_path / 'a.png')!r}]); "
        "print(os.environ['MPLBACKEND'])"
    )
    settings = {**os.environ, "MPLBACKEND": "nonsense"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=settings, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1:] == ["nonsense"], done.stderr


def test_python_without_docstrings_and_assertions():
    answer = under({"PYTHONOPTIMIZE": "2"}, *COMMAND)
    assert (answer.code, answer.err) == (0, "")
    assert "None" not in answer.out
    verdicts = [claim["verdict"] for claim in answer.json["claims"]]
    assert verdicts == [claim["verdict"] for claim in call(*COMMAND).json["claims"]]
    assert "momentum" in under({"PYTHONOPTIMIZE": "2"}, "list", "optimizers").out


def test_a_warning_that_is_to_be_an_error(tmp_path):
    file = tmp_path / "file"
    file.write_text("in the way")
    answer = under({"PYTHONWARNINGS": "error", "FASTDENSE_CACHE_DIR": str(file)}, *COMMAND)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith(f"Error: compiled kernels are not kept in {file}: File exists")
    assert answer.err.count("\n") == 1


def test_what_keeps_kernels_from_compiling(tmp_path):
    settings = {"NUMBA_DISABLE_JIT": "1", "FASTDENSE_CACHE_DIR": str(tmp_path)}
    assert "NUMBA_DISABLE_JIT=1" in under(settings, *COMMAND).sentence
