"""Shells complete names and paths, and one command installs what they need for it."""

import os
import shutil
import subprocess
import sys

import pytest
from terminal import call

from fastdense import catalogue, theory
from fastdense.measures import MEASURES
from fastdense.scenarios import scenario as scenarios

MODULE = "from fastdense_cli.app import main; main()"
HEAVY = {"numpy", "numba", "rich"}


def completed(*words, folder=None):
    """What is offered for the last of some words behind `fastdense`, as Bash asks for it."""
    found = subprocess.run(
        [sys.executable, "-c", MODULE],
        env={
            **os.environ,
            "_FASTDENSE_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(["fastdense", *words]),
            "COMP_CWORD": str(len(words)),
        },
        capture_output=True,
        text=True,
        cwd=folder,
    )
    assert (found.returncode, found.stderr) == (0, ""), found
    return [tuple(line.split(",", 1)) for line in found.stdout.splitlines() if line]


def names(*words, **options):
    return [name for kind, name in completed(*words, **options) if kind == "plain"]


def test_commands_scenarios_and_theories_are_completed():
    assert names("dia") == ["diagnose"]
    every = [*scenarios.names(), *theory.names()]
    for command in ("run", "show", "reproduce"):
        assert names(command, "d") == [name for name in every if name.startswith("d")]
    assert completed("run", "mine") == [("file", "mine")]  # the shell knows files itself


def test_a_sweep_goes_on_with_a_subcommand_or_a_scenario():
    assert names("sweep", "s")[:1] == ["show"]
    assert names("sweep", "vanishing") == names("sweep", "run", "vanishing")
    assert names("sweep", "vanishing-sigmoid", "--arm", "r") == ["relu"]


def test_arms_are_completed():
    assert names("run", "vanishing-sigmoid", "--arm", "r") == ["relu"]
    arms = [arm.name for arm in scenarios.load("rate-adam").arms]
    assert names("diagnose", "rate-adam/") == [f"rate-adam/{name}" for name in arms]


def test_the_arms_of_a_file_are_completed(tmp_path):
    (tmp_path / "mine.toml").write_text(scenarios.text_of("vanishing-sigmoid"))
    assert names("run", "mine.toml", "--arm", "s", folder=tmp_path) == ["sigmoid"]
    (tmp_path / "mine.toml").write_text("= broken")
    assert names("run", "mine.toml", "--arm", "s", folder=tmp_path) == []


def test_kinds_entries_paths_and_measures_are_completed():
    assert names("list", "a") == ["activations", "augmentations"]
    adams = [name for name in catalogue.names("optimizers") if name.startswith("ada")]
    assert names("diagnose", "x.csv", "--optimizer", "ada") == adams
    assert names("run", "zero-rate", "--set", "recipe.learn") == ["recipe.learning_rate="]
    chosen = names("run", "zero-rate", "--set", "recipe.optimizer=ada")
    assert chosen == [f"recipe.optimizer={name}" for name in adams]
    dead = [name for name in MEASURES if name.startswith("dead")]
    assert names("sweep", "run", "zero-rate", "--measure", "dead") == dead


def test_names_are_completed_without_loading_numpy():
    code = (
        "import sys, os\nos.environ.update(_FASTDENSE_COMPLETE='bash_complete', "
        "COMP_WORDS='fastdense run van', COMP_CWORD='2')\nsys.argv = ['fastdense']\n"
        "from fastdense_cli.app import invoke\ninvoke([])\nprint(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "vanishing-sigmoid" in done.stdout and not HEAVY & set(done.stderr.split())


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "ZDOTDIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    "shell, place",
    [
        ("bash", ".local/share/bash-completion/completions/fastdense"),
        ("zsh", ".local/share/fastdense/completion.zsh"),
        ("fish", ".config/fish/completions/fastdense.fish"),
    ],
)
def test_what_is_printed_is_what_is_installed(shell, place, home):
    printed = call("completion", shell)
    assert printed.code == 0 and "_FASTDENSE_COMPLETE" in printed.out
    for _ in range(2):
        told = call("completion", shell, "--install")
        assert told.code == 0 and str(home / place) in told.out
        assert (home / place).read_text() == printed.out
    assert (home / ".zshrc").exists() == (shell == "zsh")


def test_zsh_is_told_once_and_keeps_what_it_was_told(home):
    (home / ".zshrc").write_text("alias ll='ls -l'")
    for _ in range(2):
        call("completion", "zsh", "--install")
    script = home / ".local" / "share" / "fastdense" / "completion.zsh"
    assert (home / ".zshrc").read_text() == f"alias ll='ls -l'\nsource {script}\n"


def test_a_place_that_cannot_be_written_to_is_said(home):
    (home / ".config").write_text("")
    answer = call("completion", "fish", "--install")
    assert answer.code == 2 and "cannot write into" in answer.err
    assert "bash" in call("completion", "tcsh").sentence


def test_bash_reads_the_script(home):
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no Bash")
    call("completion", "bash", "--install")
    script = home / ".local" / "share" / "bash-completion" / "completions" / "fastdense"
    (home / "fastdense").write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{MODULE}" "$@"\n')
    (home / "fastdense").chmod(0o755)
    lines = (
        f'source "{script}"; PATH="{home}:$PATH"; COMP_WORDS=(fastdense run vanishing); '
        "COMP_CWORD=2; "
        '_fastdense_completion fastdense; echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run([bash, "-c", lines], capture_output=True, text=True)
    assert done.stdout.split() == ["vanishing-sigmoid"], done
