"""Layouts that go with the width of the terminal: a table where it fits, else two lines a row."""

from rich.cells import cell_len, set_cell_size
from rich.measure import Measurement
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


def columns(rows):
    """Rows of texts as lines, in which the texts of each column begin one below the other."""
    rows = [list(row) for row in rows]
    widths = [max(map(cell_len, of_column)) for of_column in zip(*rows, strict=True)]
    return ["  ".join(map(set_cell_size, row, widths)).rstrip() for row in rows]


def longest(texts, width):
    """The first of some ways to say the same that fits, or the last."""
    return next((text for text in texts if cell_len(text) <= width), texts[-1])
