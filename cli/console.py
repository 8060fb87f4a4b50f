"""Where things are printed: results on stdout, progress and notes on stderr of a terminal."""

import contextlib
import sys

import click

WIDTH_WITHOUT_TERMINAL = 150


def show(renderable, width_without_terminal=WIDTH_WITHOUT_TERMINAL):
    """Print something of rich's on stdout."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else width_without_terminal
    # Markup and emoji codes would be read in the words of a user's own scenario.
    Console(width=width, highlight=False, markup=False, emoji=False).print(renderable)


def show_json(plain):
    """Print strict JSON on stdout."""
    from fastdense.reports.files import dumps

    click.echo(dumps(plain))


@contextlib.contextmanager
def progress(title):
    """Yields `report(done, total)`: a bar on stderr if that is a terminal, else nothing.

    Says once that kernels are being compiled, if they are.
    """
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    from fastdense.kernels import cache

    columns = TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn()
    with Progress(
        *columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task(title, total=None)
        announced = []

        def announce(name):
            if not announced:
                announced.append(name)
                bar.console.print("compiling kernels, once on this machine ...", style="dim")

        def report(done, total):
            bar.update(task, completed=done, total=total)

        cache.on_compile = announce
        try:
            yield report
        finally:
            cache.on_compile = None
