"""The results as a terminal shows them, and as a Markdown file has them."""

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from fastdense_bench import cells


def for_terminal(results):
    """Everything, as rich draws it."""
    parts = [Text(cells.machine_line(results))]
    if results["workloads"]:
        parts.append(_drawn(cells.header(results), cells.lines(results)))
    parts += [Text(summary, style="bold") for summary in cells.summaries(results)]
    parts += [Text(remark, style="yellow") for remark in cells.remarks(results)]
    parts += [Text(note, style="dim") for note in cells.notes(results)]
    if results["startup"]:
        parts.append(_drawn(cells.STARTUP_HEADER, cells.startup_rows(results)))
    return Group(*parts)


def _drawn(titles, rows):
    table = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1, 0, 0))
    for index, title in enumerate(titles):
        # A narrow terminal breaks words, but leaves nothing out; a title breaks at its hyphen.
        title = title if index == 0 else title.replace("-", "-\n")
        table.add_column(title, justify="right" if index else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


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
