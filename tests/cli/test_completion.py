"""Shells complete names and paths, and one command installs what they need for it."""

import os
import re
import shutil
import subprocess
import sys

import click
import pytest
from terminal import call

from fastdense import catalogue, theory
from fastdense.measures import MEASURES
from fastdense.scenarios import scenario as scenarios
from fastdense.settings.paths import setting
from fastdense_cli.commands.completion import place_of
from fastdense_cli.group import app

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


def installed(shell, home):
    """The lines by which a shell reads the script and finds this `fastdense`."""
    call("completion", shell, "--install")
    (home / "fastdense").write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{MODULE}" "$@"\n')
    (home / "fastdense").chmod(0o755)
    return f'PATH="{home}:$PATH"; source "{place_of(shell)}"; '


def words_in_bash(line, home):
    """What Bash puts in place of the last of its own words, and whether a space follows."""
    lines = (
        installed("bash", home) + 'compopt() { echo "$@"; }; '
        f"COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; "
        '_fastdense_completion fastdense; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", lines], capture_output=True, text=True, cwd=home)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout.split("\n")[:-1]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no Bash")
def test_bash_completes_words_settings_and_files(home):
    assert words_in_bash("fastdense run vanishing", home) == ["vanishing-sigmoid"]
    ends = words_in_bash("fastdense run dead-relu --set recipe.learn", home)
    assert ends == ["-o nospace", "recipe.learning_rate="]
    # Bash takes what stands behind `=` for a word of its own.
    assert words_in_bash("fastdense run dead-relu --set network.activation=tan", home) == ["tanh"]
    assert words_in_bash("fastdense run dead-relu --report pa", home) == ["-o default", ""]
    assert words_in_bash("fastdense gallery --out pa", home) == ["-o dirnames", ""]


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish")
def test_fish_completes_whole_descriptions_and_files(home):
    (home / "runs.db").write_text("")

    def offered(line):
        lines = f"set PATH '{home}' $PATH; complete -C '{line}'"
        done = subprocess.run(["fish", "-c", lines], capture_output=True, text=True, cwd=home)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout.splitlines()

    installed("fish", home)
    assert offered("fastdense dia") == ["diagnose\tSay why a loss is stuck, and what cures it."]
    assert offered("fastdense run dead-relu --set recipe.learn") == ["recipe.learning_rate="]
    assert offered("fastdense sweep show ru") == ["runs.db"]
    assert offered("fastdense run dead-relu --report ru") == ["runs.db"]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh")
def test_zsh_puts_no_space_behind_a_setting(home):
    """The functions by which zsh is told are stood in for: they print what they are given."""
    lines = (
        "compdef() { }; " + installed("zsh", home) + 'compadd() { print -r -- "$@" ${(P)@[-1]}; }; '
        '_path_files() { print files "$@"; }; _describe() { print -r -- ${(P)@[3]}; }; '
    )

    def told(*words):
        asked = f"words=(fastdense {' '.join(words)}); CURRENT={len(words) + 1}; "
        done = subprocess.run(
            ["zsh", "-fc", lines + asked + "_fastdense_completion"], capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) in ((0, ""), (1, "")), done
        return done.stdout.strip()

    setting = told("run", "dead-relu", "--set", "recipe.learn")
    assert setting == "-U -S  -V unfinished -a unfinished recipe.learning_rate="
    assert told("run", "vanishing") == "-U -V unsorted -a plain vanishing-sigmoid"
    assert told("dia") == "diagnose:Say why a loss is stuck, and what cures it."
    assert told("sweep", "show", "ru") == "files -f"


def parameters(command, path=()):
    """Every parameter of every command, with the words that name the command."""
    for one in command.params:
        yield path, one
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from parameters(command.get_command(context, name), (*path, name))


def test_every_option_for_a_file_or_a_folder_completes_them():
    context = click.Context(app)
    seen = {"file": 0, "dir": 0}
    for path, one in parameters(app):
        named = one.metavar or ("FILE" if one.name == "file" else "")
        if re.fullmatch(r"FILE(\.\w+)?|PICTURE|DIR", named) or (
            path[-1:] == ("export",) and one.name == "out"
        ):
            (found,) = one.shell_complete(context, "ru")
            assert (found.value, found.type) == ("ru", "dir" if named == "DIR" else "file"), path
            seen[found.type] += 1
    assert seen["file"] >= 15 and seen["dir"] >= 4


def test_a_field_of_a_recipe_is_completed_alone_too():
    assert names("sweep", "rate-adam", "--grid", "lear") == ["learning_rate="]
    assert names("diagnose", "zero-rate/sgd", "--set", "epo") == ["epochs="]
    assert setting("epochs").part == "recipe"
    assert "optimizer=nadam" in names("run", "zero-rate", "--set", "optimizer=nad")
