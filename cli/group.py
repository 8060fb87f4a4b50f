"""The commands of `fastdense`, found by file name.

Nothing here or at the top of a command's file imports NumPy or Numba, so that `--help` is quick.
"""

import importlib
import pkgutil

import click

import fastdense
from fastdense_cli import commands
from fastdense_cli.options import examples


class Commands(click.Group):
    """One file under `commands/` is one command, named by its file."""

    def list_commands(self, context):
        return sorted(module.name for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, context, name):
        if name not in self.list_commands(context):
            return None
        command = importlib.import_module(f"fastdense_cli.commands.{name}").command
        command.name = name  # of its file, not of its function
        return command

    def resolve_command(self, context, args):
        if args and not args[0].startswith("-") and self.get_command(context, args[0]) is None:
            from fastdense.errors import unknown

            raise click.UsageError(str(unknown("command", args[0], self.list_commands(context))))
        return super().resolve_command(context, args)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=examples(
        "fastdense diagnose stuck.toml  # why is a loss stuck?",
        "fastdense list  # what is there to run",
        "fastdense run zero-rate  # one of the claims",
        "fastdense completion bash --install  # let the shell complete names",
    ),
)
@click.version_option(fastdense.__version__, prog_name="fastdense")
def app():
    """Reproduce training stalls of dense networks, and judge what is claimed about them.

    \b
    Exit codes: 0 done, 1 failed, 2 wrong usage or input, 130 interrupted;
    with run --strict also 3 (an arm stalled) and 4 (an arm diverged).
    """
