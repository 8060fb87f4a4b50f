"""Layouts that go with the width of the terminal: no name is ever cut or broken for lack of it."""

from rich.cells import cell_len, set_cell_size
from rich.console import Group
from rich.measure import Measurement
from rich.padding import Padding
from rich.text import Text

INDENT = 2


def fits(console, options, renderable):
    """Whether something of rich's needs no more than the width that there is."""
    wide = options.update(width=10_000)
    return Measurement.get(console, wide, renderable).maximum <= options.max_width


class TableOrLines:
    """A table where it fits without a line being broken; else lines, of which each is cut to fit.

    Parameters
    ----------
    table : Table
    lines : callable
        Given the width, the lines, each a `str` or a `Text`.
    """

    def __init__(self, table, lines):
        self.table, self._lines = table, lines

    def __rich_console__(self, console, options):
        if fits(console, options, self.table):
            yield self.table
            return
        for line in self._lines(options.max_width):
            line = Text(line) if isinstance(line, str) else line
            line.no_wrap, line.overflow = True, "ellipsis"
            yield line


class ByWidth:
    """A table for wide terminals, and the same with fewer columns for those that are narrower.

    Parameters
    ----------
    wide, narrow : Table
    least : int, optional
        The width from which on the wide one is taken; where it fits unbroken, if not given.
    """

    def __init__(self, wide, narrow, least=None):
        self.wide, self.narrow, self._least = wide, narrow, least

    def __rich_console__(self, console, options):
        is_wide = (
            fits(console, options, self.wide)
            if self._least is None
            else options.max_width >= self._least
        )
        yield self.wide if is_wide else self.narrow


def below(first, second):
    """Two texts in one cell: below the first, if there is one, the second, which is further in."""
    return Group(*map(Text, filter(None, [first])), Padding(Text(second), (0, 0, 0, INDENT)))


def columns(rows):
    """Rows of texts as lines, in which the texts of each column begin one below the other."""
    rows = [list(row) for row in rows]
    widths = [max(map(cell_len, of_column)) for of_column in zip(*rows, strict=True)]
    return ["  ".join(map(set_cell_size, row, widths)).rstrip() for row in rows]


def longest(texts, width):
    """The first of some ways to say the same that fits, or the last."""
    return next((text for text in texts if cell_len(text) <= width), texts[-1])
