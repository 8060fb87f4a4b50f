"""The `fastdense` command: finds its commands by file name, turns errors into exit codes.

Nothing here or at the top of a command's file imports NumPy or Numba, so that `--help` is quick.
"""

import importlib
import pkgutil
import signal
import sys

import click

import fastdense
from fastdense_cli import commands

DONE, FAILED, USAGE, STALLED, DIVERGED, INTERRUPTED = 0, 1, 2, 3, 4, 130


class Commands(click.Group):
    """One file under `commands/` is one command, named by its file."""

    def list_commands(self, context):
        return sorted(module.name for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, context, name):
        if name not in self.list_commands(context):
            return None
        return importlib.import_module(f"fastdense_cli.commands.{name}").command

    def resolve_command(self, context, args):
        if args and not args[0].startswith("-") and self.get_command(context, args[0]) is None:
            from fastdense.errors import unknown

            raise click.UsageError(str(unknown("command", args[0], self.list_commands(context))))
        return super().resolve_command(context, args)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(fastdense.__version__, prog_name="fastdense")
def app():
    """Reproduce training stalls of dense networks, and judge what is claimed about them.

    \b
    Exit codes: 0 done, 1 failed, 2 wrong usage or input, 130 interrupted;
    with run --strict also 3 (an arm stalled) and 4 (an arm diverged).
    """


def main():
    """Run the command line and exit."""
    if hasattr(signal, "SIGPIPE"):
        # End quietly when the reader of a pipe has gone.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    # A terminal that lacks a character gets another instead of an error.
    sys.stdout.reconfigure(errors="replace")
    sys.exit(invoke(sys.argv[1:]))


def invoke(arguments):
    """Run with arguments; returns the exit code."""
    from fastdense.errors import FastdenseError

    try:
        return (
            app.main(arguments or ["--help"], prog_name="fastdense", standalone_mode=False) or DONE
        )
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        return _fail(error.format_message(), USAGE)
    except FastdenseError as error:
        return _fail(error, USAGE)
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except OSError as error:
        return _fail(f"{error.filename or 'output'}: {error.strerror or error}", FAILED)
    except MemoryError:
        return _fail("out of memory; use fewer seeds, rows or units", FAILED)


def _fail(message, code):
    click.echo(f"Error: {' '.join(str(message).split())}", err=True)
    return code
