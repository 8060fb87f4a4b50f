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
    """Yields `report(done, total)`: a bar on stderr if that is a terminal, else nothing."""
    with _bar(title) as bar:
        yield lambda done, total: bar and bar.update(bar.task_ids[0], completed=done, total=total)


@contextlib.contextmanager
def sweeping(plan):
    """Yields `report(Progress)` of a sweep, on stderr: what it gives up, in sentences.

    If that is a terminal, also its plan and a bar with the shares of outcomes so far.
    """
    noted = []

    def new(sentences):
        sentences = sentences[len(noted) :]
        noted.extend(sentences)
        return sentences

    with _bar("sweep") as bar:
        if not bar:
            yield lambda progress: [click.echo(s, err=True) for s in new(progress.skipped)]
            return
        bar.console.print(plan)
        stopping = []

        def report(progress):
            done = progress.done + progress.kept
            shares = ", ".join(
                f"{n / max(progress.done, 1):.0%} {outcome}"
                for outcome, n in progress.outcomes.most_common()
                if n
            )
            rate = progress.done / max(progress.seconds, 1e-9)
            words = f"{rate:,.0f} runs/s  {shares}" if progress.done else ""
            bar.update(bar.task_ids[0], completed=done, total=progress.total, words=words)
            for sentence in new(progress.skipped):
                bar.console.print(sentence)
            if progress.stopping and not stopping:
                stopping.append(True)
                bar.console.print("finishing what runs; Ctrl-C again stops at once")

        yield report


@contextlib.contextmanager
def _bar(title):
    """Yields a bar on stderr with one task, or None if that is no terminal.

    Says once that kernels are being compiled, if they are.
    """
    if not sys.stderr.isatty():
        yield None
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

    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[words]}", markup=False),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        bar.add_task(title, total=None, words="")
        announced = []

        def announce(name):
            if not announced:
                announced.append(name)
                bar.console.print("compiling kernels, once on this machine ...", style="dim")

        cache.on_compile = announce
        try:
            yield bar
        finally:
            cache.on_compile = None
