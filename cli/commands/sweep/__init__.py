"""`fastdense sweep`: a grid times seeds, and what is done with the store of it.

One file in this folder is one subcommand; what is none of them begins a sweep, `run`.
"""

import importlib
import pkgutil

import click

from fastdense_cli import completing
from fastdense_cli.options import examples


class Sweep(click.Group):
    """`sweep show FILE` is a subcommand, `sweep rate-adam --grid ...` is short for `sweep run`."""

    def list_commands(self, context):
        return sorted(module.name for module in pkgutil.iter_modules(__path__))

    def get_command(self, context, name):
        if name not in self.list_commands(context):
            return None
        command = importlib.import_module(f"{__name__}.{name}").command
        command.name = name
        return command

    def shell_complete(self, context, incomplete):
        named = completing.trainings(context, None, incomplete)
        return [
            *super().shell_complete(context, incomplete),
            *(one for one in named if one.type == "plain"),
        ]

    def parse_args(self, context, arguments):
        own = {*self.list_commands(context), "-h", "--help"}
        if arguments and not own & set(arguments[:1]):
            arguments = ["run", *arguments]
        return super().parse_args(context, arguments)


@click.group(
    cls=Sweep,
    short_help="Train a grid of settings over seeds, and look at the results.",
    epilog=examples(
        "fastdense sweep zero-rate --grid network.hidden=4,8 --store runs.db",
        "fastdense sweep show runs.db",
    ),
)
def command():
    """Train a network over a grid of fields and seeds, and look at what became of it.

    `fastdense sweep ID|FILE.toml --grid PATH=VALUES ...` is short for `fastdense sweep run ...`.
    """
