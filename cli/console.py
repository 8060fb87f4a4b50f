"""Where things are printed: results on stdout, progress and notes on stderr.

Words may come from a file of anybody's. Whatever is in them, no control character is printed.
Colors and bars are for terminals that can show them, and for users who have not set NO_COLOR
(https://no-color.org).
"""

import contextlib
import os
import sys
import time

import click

from fastdense.errors import plain, plain_lines, sentence

WIDTH_WITHOUT_TERMINAL = 150


class Plain:
    """Something of rich's, without what a terminal would obey in its words."""

    def __init__(self, renderable):
        self.renderable = renderable

    def __rich_console__(self, console, options):
        from rich.segment import Segment

        for text, style, control in console.render(self.renderable, options):
            yield Segment(text if control else plain_lines(text), style, control)


def is_plain():
    """Whether a terminal is to be given nothing but text."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def _width(without_terminal):
    """How wide what is printed on stdout may be; None for as wide as the terminal is."""
    if sys.stdout.isatty():
        return None
    given = os.environ.get("COLUMNS", "")
    return int(given) if given.isdecimal() and int(given) > 0 else without_terminal


def show(renderable, width_without_terminal=WIDTH_WITHOUT_TERMINAL):
    """Print something of rich's on stdout, as wide as the terminal is, or as COLUMNS says."""
    from rich.console import Console

    # Markup and emoji codes would be read in the words of a user's own scenario.
    Console(
        width=_width(width_without_terminal),
        color_system=None if is_plain() else "auto",
        highlight=False,
        markup=False,
        emoji=False,
    ).print(Plain(renderable))


def show_line(text, hanging=0):
    """Print a line on stdout; on a terminal that is narrower, on several.

    The others then begin at a column, or where the first one does.
    """
    import shutil
    import textwrap

    width = _width(0)
    width = shutil.get_terminal_size().columns if width is None else width
    line = plain(text)
    if not width or len(line) <= width:
        click.echo(line)
        return
    hanging = hanging or len(line) - len(line.lstrip())
    click.echo(
        textwrap.fill(
            line[hanging:],
            width,
            initial_indent=line[:hanging],
            subsequent_indent=" " * hanging,
            break_on_hyphens=False,
        )
    )


def show_text(text):
    """Print a file's text on stdout as it is; on a terminal, what can be printed of it."""
    click.echo(plain_lines(text) if sys.stdout.isatty() else text, nl=False)


def show_json(values):
    """Print strict JSON on stdout."""
    from fastdense.reports.files import dumps

    click.echo(dumps(values))


def say(text):
    """Print a sentence on stderr."""
    click.echo(sentence(text), err=True)


def note(sentences):
    """Print each of some sentences once on stderr, as a note."""
    for one in dict.fromkeys(sentences):
        say(f"Note: {one}")


@contextlib.contextmanager
def progress(title, unit=""):
    """Yields `report(done, total)`: a bar on stderr if that is a terminal, else nothing.

    With a `unit`, such as "runs", the bar has how many of them are done in a second.
    """
    with _bar(title) as bar:
        if bar is None:
            yield lambda done, total: None
            return
        began = time.monotonic()

        def report(done, total):
            rate = done / max(time.monotonic() - began, 1e-9)
            words = f"{_number(rate)} {unit}/s" if unit and done else ""
            bar.update(bar.task_ids[0], completed=done, total=total, words=words)

        yield report


def _number(rate):
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"


@contextlib.contextmanager
def sweeping(plan):
    """Yields `report(Progress)` of a sweep, on stderr: what it gives up or waits for, in sentences.

    If that is a terminal, also its plan and a bar with the shares of outcomes so far.
    """
    noted, waiting = [], ""

    def new(progress):
        """Sentences that have not been said; that it waits, once each time."""
        nonlocal waiting
        sentences = progress.skipped[len(noted) :]
        noted.extend(sentences)
        if progress.waiting and not waiting:
            sentences.append(progress.waiting)
        waiting = progress.waiting
        return sentences

    with _bar("sweep") as bar:
        if not bar:
            yield lambda progress: [click.echo(sentence(s), err=True) for s in new(progress)]
            return
        from rich.text import Text

        bar.console.print(Plain(plan))
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
            for said in new(progress):
                bar.console.print(Plain(Text(said)))
            if progress.stopping and not stopping:
                stopping.append(True)
                bar.console.print("finishing what runs; Ctrl-C again stops at once")

        yield report


@contextlib.contextmanager
def _bar(title):
    """Yields a bar on stderr with one task, or None if that is no terminal.

    Says once that kernels are being compiled, if they are.
    """
    if is_plain() or not sys.stderr.isatty():
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

    from fastdense.kernels.compile import cache

    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[words]}", markup=False),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        bar.add_task(plain(title), total=None, words="")
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
