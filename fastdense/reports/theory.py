"""Tables of theories, their points and the verdicts on their claims, for a terminal."""

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from fastdense.reports.tables import COLORS
from fastdense.theory.points import RULE, digits, predicted

STATES = {"agrees": "green", "undecided": "yellow", "differs": "red"}


def _table(*columns, title=None):
    table = Table(
        box=SIMPLE_HEAD, header_style="bold", padding=(0, 1), title=title, title_justify="left",
        title_style="bold",
    )  # fmt: skip
    for name in columns:
        table.add_column(name)
    return table


def results(reports, points=True):
    """The points of studies, a table for each quantity, and the verdicts on their claims."""
    parts = [table for report in reports for table in _points(report.done)] if points else []
    claims = _table("theory", "claim", "verdict", "measured")
    for report in reports:
        for index, claim in enumerate(report.plain["claims"]):
            claims.add_row(
                report.id if index == 0 else "",
                claim["text"] + " (own control)" * claim["own"],
                Text(claim["verdict"], style=COLORS[claim["verdict"]]),
                claim["evidence"],
            )
    return Group(*parts, claims, Text(RULE, style="dim"))


def _points(study):
    for name, quantity in study.theory.quantities.items():
        columns = "", quantity.along, "measured", "95% interval", "of", "theory", ""
        table = _table(*columns, title=name)
        for point, state in zip(study.points, study.states, strict=True):
            if point.quantity != name:
                continue
            interval = " to ".join(map(digits, point.interval())) if point.samples else ""
            table.add_row(
                point.series,
                point.at if isinstance(point.at, str) else f"{point.at:g}",
                digits(point.measured),
                interval,
                str(point.samples) if point.samples else "",
                predicted(point.theory) if point.theory else "",
                Text(state, style=STATES[state]) if state else "",
            )
        if table.row_count:
            yield table


def catalogue(theories):
    """The theories with their questions."""
    table = _table("theory", "question", "claims")
    for theory in theories:
        claims = str(len(theory.claims))
        table.add_row(Text(theory.id, style="bold"), theory.question, claims)
    return table


def describe(theory):
    """What `show` prints: question, source, what is measured, claims and what they need."""
    drawn = f"{theory.seeds} networks or starts a point" if theory.seeds else "nothing is drawn"
    claims = _table("claim", "needed")
    for claim in theory.claims.values():
        claims.add_row(claim.text + " (own control)" * claim.own, str(claim))
    return Group(
        Text(theory.question, style="bold"),
        Text(f"Source: {theory.source}", style="dim"),
        Text(f"\n{theory.summary}. {theory.about}"),
        Text(f"Measured: {', '.join(theory.quantities)}; {drawn}."),
        claims,
    )
