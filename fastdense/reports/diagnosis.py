"""A diagnosis for a terminal: the answer first, then evidence, remedies, and what to paste."""

import json
from shlex import quote

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from fastdense.diagnosis.ranking import typical
from fastdense.diagnosis.spelled import SCALED, of_rows
from fastdense.judging.plain import number

CAUSES = 4  # that are printed
TRIED = 8
FRAMEWORKS = {"keras": "Keras", "torch": "PyTorch"}


def tables(found):
    """What `fastdense diagnose` prints of a `Diagnosis`."""
    parts = [Text(found.answer, style="bold"), Text("")]
    if not found.is_whole:
        parts.append(Text("The search was broken off: what follows is what is known so far."))
    parts.append(_starts(found))
    if found.causes:
        parts.append(_causes(found))
    if found.remedies:
        parts.append(_remedies(found))
    if found.tried:
        parts.append(_tried(found))
    return Group(*parts)


BEHIND = "Behind the same command"


def to_paste(found):
    """Lines with the first verified remedy, each as long as it is; none without a remedy."""
    cure = found.cured
    if cure is None:
        return []
    given = [f"--set {quote(f'{p}={literal(v)}')}" for p, v in cure.change.items()]
    given = [] if cure.rows else given  # they would be half of it
    case = found.evidence.case
    said = {BEHIND: given, "In Python": python(case, cure.case)}
    theirs = {f"In {FRAMEWORKS[name]}": lines for name, lines in cure.spelled.items()}
    if case.framework:  # its own words first, and no command was given
        said = theirs | {"In Python": said["In Python"]}
    else:
        said |= theirs
    return [
        line
        for heading, lines in said.items() if lines
        for line in (f"{heading}:", *(f"  {line}" for line in lines), "")
    ]  # fmt: skip


def python(before, after):
    """Lines of Python that make what a change changed."""
    lines = of_rows(before, after)
    if after.network != before.network:
        lines.append(f"network = {after.network!r}")
    if after.recipe != before.recipe:
        lines.append(f"recipe = {after.recipe!r}")
    for name, arrays in (("x", ("inputs", "both")), ("y", ("targets", "both"))):
        if after.scale in arrays and before.scale not in arrays:
            lines.append(f"{name} = {SCALED.format(name)}")
    return lines


class DiagnosisFile:
    """What `--out` writes of a `Diagnosis`: one JSON file."""

    def __init__(self, identifier, found):
        self.id, self._found = identifier, found

    def contents(self):
        return self._found.to_dict(), {}


def _table(*columns):
    table = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    for name in columns:
        table.add_column(name)
    return table


def _starts(found):
    evidence, attainable = found.evidence, found.evidence.attainable
    table = _table("starts", "outcomes", "explained", "attainable", "linear fit", "shuffled")
    outcomes = evidence.trained.outcomes.tolist()
    names = sorted(set(outcomes), key=lambda name: -outcomes.count(name))
    explained = sorted(max(value, -1.0) for value in evidence.trained.explained)
    held = "" if attainable.held_out else " (on the rows themselves)"
    table.add_row(
        f"{evidence.good.sum()} of {len(outcomes)} good",
        ", ".join(f"{outcomes.count(name)} {name}" for name in names),
        f"{percent(np.median(explained))} [{percent(explained[0])}, {percent(explained[-1])}]"
        if evidence.ran
        else "",
        percent(max(attainable.explained if attainable.held_out else attainable.memorized, 0.0))
        + held,
        percent(attainable.linear),
        "" if attainable.shuffled is None else percent(attainable.shuffled),
    )
    return table


def percent(share):
    """A share of variance; far below zero, "< -100%"."""
    return "< -100%" if share <= -1 else f"{round(share, 2) + 0.0:.0%}"  # none is -0%


def _causes(found):
    if found.verdict == "program":
        table = _table("mistake", "what speaks for it", "where to look")
        for finding in found.causes:
            table.add_row(
                finding.cause.summary, "; ".join(finding.suspicion.evidence), finding.cause.look
            )
        return table
    table = _table("cause", "what speaks for it", "confidence")
    for finding in found.causes[:CAUSES]:
        table.add_row(
            finding.name, "; ".join(finding.suspicion.evidence), f"{finding.confidence:.2f}"
        )
    return table


def _remedies(found):
    table = _table("remedy, on fresh starts", "changed", "unchanged", "p")
    for one in found.remedies:
        shares = [f"{a.sum()} of {len(a)}" for a in (one.after, one.placebo)]
        table.add_row(
            one.words + ("" if one.verified else " (not verified)"), *shares, f"{one.p:.2g}"
        )
    return table


def _tried(found):
    rows = [*found.tried]
    table = _table("tried", "good", "explained")
    rows.sort(key=lambda one: -_middle(one))
    rows.sort(key=lambda one: -one.good.mean())
    for one in rows[:TRIED]:
        table.add_row(
            one.change.words, f"{one.good.sum()} of {len(one.good)}", percent(_middle(one))
        )
    rest = "; ".join(one.change.words for one in rows[TRIED:])
    return Group(table, Text(f"Tried with less: {rest}.\n")) if rest else table


def _middle(one):
    """What the typical start of a tried change explains."""
    return typical(one.trained.explained)


def literal(value):
    """A plain value as TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {literal(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(literal, value)) + "]"
    return json.dumps(number(value) if isinstance(value, float) else value, ensure_ascii=False)
