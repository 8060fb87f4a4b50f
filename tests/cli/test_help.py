"""What costs nothing: help, version and `import fastdense` load neither NumPy nor Numba."""

import subprocess
import sys

import pytest
from terminal import call, process

import fastdense

HEAVY = ("numpy", "numba", "llvmlite", "rich")
COMMANDS = ("bench", "doctor", "gallery", "list", "reproduce", "run", "show")


def modules_after(code):
    """Names of all modules loaded by a fresh interpreter that ran `code`."""
    code += "\nimport sys; print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["-h"], ["run", "--help"], []])
def test_help_and_version_load_nothing_heavy(arguments):
    loaded = modules_after(f"from fastdense_cli.app import invoke; assert invoke({arguments}) == 0")
    assert "click" in loaded and not loaded & set(HEAVY)


def test_importing_fastdense_loads_nothing_heavy():
    loaded = modules_after("import fastdense; dir(fastdense)")
    assert "fastdense" in loaded and not loaded & {*HEAVY, "click"}


def test_importing_the_command_loads_nothing_that_an_interrupt_could_meet():
    assert not modules_after("import fastdense_cli.app") & {*HEAVY, "click", "fastdense"}


def test_a_public_name_is_loaded_when_it_is_used():
    assert "numpy" in modules_after("import fastdense; fastdense.Network")
    with pytest.raises(AttributeError, match="no attribute 'Netwrok'"):
        _ = fastdense.Netwrok


def test_the_version_is_that_of_the_package():
    answer = process("--version")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == f"fastdense, version {fastdense.__version__}\n"


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_names_every_command_and_exit_code(option):
    answer = call(option)
    assert (answer.code, answer.err) == (0, "")
    for word in (*COMMANDS, "2 wrong usage", "130 interrupted", "3 (an arm stalled)"):
        assert word in " ".join(answer.out.split())


def test_no_arguments_print_the_help():
    assert call() == call("--help")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_has_help(command, option):
    answer = call(command, option)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"Usage: fastdense {command}") and "--json" in answer.out
