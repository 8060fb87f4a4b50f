"""`fastdense completion SHELL`: the shell completes commands, options, scenarios and paths."""

import os
from pathlib import Path

import click

from fastdense_cli.options import examples

SHELLS = "bash", "zsh", "fish"  # as `SCRIPTS` has them


@click.command(
    short_help="Let the shell complete names and options.",
    epilog=examples(
        "fastdense completion bash  # print the script",
        "fastdense completion zsh --install  # keep it where zsh finds it",
    ),
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.option(
    "--install", is_flag=True, default=False,
    help="Keep the script where the shell finds it; for zsh also a line in ~/.zshrc that reads it.",
)  # fmt: skip
def command(shell, install):
    """Print the script by which a shell completes what stands behind `fastdense`, or install it.

    Commands, options, scenarios, theories, arms, kinds of entries, settings and their values are
    completed. What is installed is one file, which may be removed.
    """
    from click.shell_completion import get_completion_class

    from fastdense_cli.app import COMPLETING
    from fastdense_cli.console import show_line
    from fastdense_cli.group import app
    from fastdense_cli.shells import SCRIPTS

    asking = get_completion_class(shell)(app, {}, "fastdense", COMPLETING)
    asking.source_template = SCRIPTS[shell]
    script = asking.source().removesuffix("\n")
    if not install:
        click.echo(script)
        return
    from fastdense.files.atomic import check_folder, write_atomically

    path = place_of(shell)
    check_folder(path.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, script + "\n")
    show_line(f"{path} is written; a new {shell} completes fastdense")
    if shell == "zsh":
        _name_in_zshrc(path)


def place_of(shell):
    """The file that a shell reads by itself; of zsh one that ~/.zshrc has to name."""
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    return {
        "bash": data / "bash-completion" / "completions" / "fastdense",
        "zsh": data / "fastdense" / "completion.zsh",
        "fish": config / "fish" / "completions" / "fastdense.fish",
    }[shell]


def _name_in_zshrc(path):
    """Add the line that reads the script to ~/.zshrc, if it is not there."""
    from shlex import quote

    from fastdense.files.atomic import write_atomically
    from fastdense_cli.console import show_line

    folder = Path(os.environ.get("ZDOTDIR") or Path.home())
    file, line = folder / ".zshrc", f"source {quote(str(path))}"
    before = file.read_text("utf-8") if file.exists() else ""
    if line in before.splitlines():
        return
    separated = before if not before or before.endswith("\n") else before + "\n"
    write_atomically(file, f"{separated}{line}\n")
    show_line(f"{file} has a line more, which reads it")
