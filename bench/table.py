"""The results as a terminal shows them, and as a Markdown file has them."""

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from fastdense.reports import narrow
from fastdense_bench import cells


def for_terminal(results):
    """Everything, as rich draws it."""
    parts = [Text(cells.machine_line(results))]
    if results["workloads"]:
        parts.append(drawn(cells.header(results), cells.lines(results)))
    parts += [Text(summary, style="bold") for summary in cells.summaries(results)]
    parts += [Text(remark, style="yellow") for remark in cells.remarks(results)]
    parts += [Text(note, style="dim") for note in cells.notes(results)]
    if results["startup"]:
        parts.append(drawn(cells.STARTUP_HEADER, cells.startup_rows(results)))
    return Group(*parts)


def drawn(titles, rows):
    """A table, or where it is too wide a paragraph for each row."""
    rows, titles = list(rows), list(titles)
    wide = _empty()
    for index, title in enumerate(titles):
        wide.add_column(title, justify="right" if index else "left", overflow="fold")
    for row in rows:
        wide.add_row(*row)
    thin = _empty()
    thin.add_column(f"{titles[0]}, and what was measured", overflow="fold")
    for name, *cells_ in rows:
        told = (f"{title} {cell}" for title, cell in zip(titles[1:], cells_, strict=True) if cell)
        thin.add_row(narrow.below(name, "; ".join(told)))
    return narrow.ByWidth(wide, thin)


def _empty():
    return Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1, 0, 0))


def markdown(results):
    """Everything, as a README has it."""
    tables = [_piped(cells.header(results), cells.lines(results))] if results["workloads"] else []
    if results["startup"]:
        tables.append(_piped(cells.STARTUP_HEADER, cells.startup_rows(results)))
    said = "\n".join(f"- {one}" for one in (*cells.summaries(results), *cells.remarks(results)))
    parts = [cells.machine_line(results), *tables, said, *cells.notes(results)]
    return "\n\n".join(part for part in parts if part)


def _piped(titles, rows):
    rule = ["---", *["---:"] * (len(titles) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (titles, rule, *rows))
