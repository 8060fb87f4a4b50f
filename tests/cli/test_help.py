"""What costs nothing: help, version and `import fastdense` load neither NumPy nor Numba."""

import contextlib
import pkgutil
import shlex
import shutil
import subprocess
import sys

import pytest
from terminal import call, process

import fastdense
from fastdense_cli import commands
from fastdense_cli.commands import sweep
from fastdense_cli.group import app

HEAVY = ("numpy", "numba", "llvmlite", "rich")
COMMANDS = ("bench", "diagnose", "doctor", "gallery", "list", "reproduce", "run", "show")


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


EVERY = [[], *([one.name] for one in pkgutil.iter_modules(commands.__path__))]
EVERY += [["sweep", one.name] for one in pkgutil.iter_modules(sweep.__path__)]


def examples(command):
    """The lines at the end of a command's help, without what they say about themselves."""
    text = call(*command, "--help").out
    _, heading, lines = text.partition("\n  Examples:\n")
    assert heading, text
    return [line.partition("  #")[0].strip() for line in lines.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What the examples read."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "stuck.toml").write_text(
        'data = { name = "sine", count = 40 }\nnetwork = { hidden = [8] }\n'
        "recipe = { learning_rate = 1e-6, epochs = 30 }\n"
    )
    rows = "".join(f"{n},{n / 50},{n / 25 - 1}\n" for n in range(50))
    (folder / "rows.csv").write_text(f"id,size,price\n{rows}")
    (folder / "program.py").write_text(
        "import numpy as np\nfrom keras.models import Sequential\nfrom keras.layers import Dense\n"
        "x = np.linspace(-1, 1, 60).reshape(-1, 1)\n"
        'model = Sequential([Dense(8, activation="tanh", input_shape=(1,)), Dense(1)])\n'
        'model.compile(optimizer="adam", loss="mse")\nmodel.fit(x, x, epochs=20, verbose=0)\n'
    )
    with contextlib.chdir(folder):
        grid = "--grid", "learning_rate=0.1,0.2,0.4", "--grid", "network.hidden=2,4,8"
        made = call("sweep", "zero-rate", *grid, "--seeds", 2, "--store", "runs.db")
        assert made.code == 0, made
    return folder


# With what they are given less to do; the others run as they stand.
LESS = {
    "run": ["--draws", "2", "--seeds", "2"],
    "reproduce": ["--draws", "2", "--seeds", "2"],
    "gallery": ["--draws", "1", "--seeds", "2"],
    "diagnose": ["--effort", "quick"],
}
# Read in full but not run: one measures for minutes, one is everything.
ONLY_READ = "fastdense bench ", "fastdense reproduce"


@pytest.mark.parametrize("command", EVERY, ids=" ".join)
def test_every_help_ends_with_examples_that_run(command, folder, monkeypatch, tmp_path):
    for path in folder.iterdir():
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    lines = examples(command)
    assert 1 <= len(lines) <= 5
    for line in lines:
        assert line.startswith(" ".join(["fastdense", *command[:1]])), line
        arguments = shlex.split(line.partition(" > ")[0])[1:]
        if line == ONLY_READ[1] or line.startswith(ONLY_READ[0]):
            name, *rest = arguments
            context = app.make_context("fastdense", arguments)
            app.get_command(context, name).make_context(name, rest, parent=context)
            continue
        if "--store" in arguments:
            (tmp_path / arguments[-1]).unlink(missing_ok=True)
        less = LESS.get(arguments[0], [])
        less = less[2:] if less[:1] == ["--draws"] and "--draws" in arguments else less
        answer = call(*arguments, *less)
        allowed = range(3, 6) if arguments[0] == "diagnose" else ()
        assert answer.code == 0 or answer.code in allowed, (line, answer)


def test_a_command_is_named_by_its_file():
    context = app.make_context("fastdense", ["list"])
    for name in app.list_commands(context):
        assert app.get_command(context, name).name == name


@pytest.mark.parametrize("command", EVERY, ids=" ".join)
def test_help_is_no_wider_than_eighty_columns(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, call(*command, "--help").out.splitlines())) <= 80
