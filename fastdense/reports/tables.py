"""Tables of scenarios, results and verdicts for a terminal, drawn by rich."""

import json
from functools import partial

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from fastdense.markup.words import percent
from fastdense.reports import arms, narrow
from fastdense.reports.sparkline import sparkline
from fastdense.scenarios.experiment import FINAL
from fastdense.scenarios.verdict import RULE

FOUR_COLUMNS = 120  # from this width on
CLAIMS_SIDE_BY_SIDE = 100  # from this width on with what was measured of them
COLORS = {
    "holds": "green", "partly": "yellow", "refuted": "red", "no difference": "red",
    "undecided": "dim",
}  # fmt: skip


def brief(value):
    """A JSON number in three digits."""
    return value if isinstance(value, str) else f"{value:.3g}"


def spread(summary):
    """Median and percentiles, or the one number there is."""
    median, low, high = (brief(summary[k]) for k in ("median", "p10", "p90"))
    return median if low == high else f"{median}  [{low}, {high}]"


def runs_of(arm):
    """Draws and seeds of an arm."""
    draws, seeds = arm["draws"], arm["seeds"]
    return str(seeds) if draws == 1 else f"{draws} x {seeds}"


def _counted(arm):
    runs = runs_of(arm)
    return f"{runs} run{'s' * (runs != '1')}"


def references(arm):
    """The loss of the best constant, and the irreducible loss where that is above zero."""
    constant, irreducible = (
        brief(arm[name]["median"]) for name in ("best_constant_loss", "irreducible_loss")
    )
    found = constant if irreducible == "0" else f"{constant}, irreducible {irreducible}"
    attainable = arm["attainable_loss"]
    return found if attainable is None else f"{found}, attainable {brief(attainable['median'])}"


def outcomes(arm, intervals=True):
    """Shares of the outcomes, with their intervals or without, the most frequent first."""
    if not arm["outcome_intervals"]:
        return ", ".join(arm["outcomes"])
    parts = []
    for outcome, share in sorted(arm["outcomes"].items(), key=lambda item: -item[1]):
        low, high = arm["outcome_intervals"][outcome]
        of = f" [{low:.0%}, {high:.0%}]" if intervals else ""
        parts.append(f"{outcome} {percent(share)}{of}")
    return ", ".join(parts)


def _loss(arm):
    return f"{brief(arm['initial_loss']['median'])} -> {spread(arm['final_loss'])}"


def _median_loss(arm):
    return " -> ".join(brief(arm[name]["median"]) for name in ("initial_loss", "final_loss"))


def _lines_of_arms(reports, width):
    """Two lines for each arm: its runs, losses and curve; then the best constant and outcomes."""
    for report in reports:
        arms = report.plain["arms"]
        yield Text(report.plain["scenario"], style="bold")
        letters = 8 if width < 100 else 16
        curves = [sparkline(report.medians[arm["name"]], letters) for arm in arms]
        ways = [
            narrow.columns(
                [arm["name"], _counted(arm), loss(arm), curve]
                for arm, curve in zip(arms, curves, strict=True)
            )
            for loss in (_loss, _median_loss)
        ]
        for arm, *first in zip(arms, *ways, strict=True):
            said = [outcomes(arm), outcomes(arm, intervals=False)]
            constant = [f"{text}; best constant {references(arm)}" for text in said]
            yield " " * narrow.INDENT + narrow.longest(first, width - narrow.INDENT)
            yield " " * (2 * narrow.INDENT) + narrow.longest(
                [constant[0], constant[1], *said], width - 2 * narrow.INDENT
            )
    yield ""


def results(reports):
    """Arms and claims of reports on experiments, one table each, with the rule of the verdicts."""
    table = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    losses = "loss at start", "loss at end", "best constant"
    for name in ("scenario", "arm", "runs", *losses, "curve", "outcomes"):
        table.add_column(name, justify="right" if name == "runs" else "left")
    for report in reports:
        plain = report.plain
        for index, arm in enumerate(plain["arms"]):
            table.add_row(
                plain["scenario"] if index == 0 else "",
                arm["name"],
                runs_of(arm),
                spread(arm["initial_loss"]),
                spread(arm["final_loss"]),
                references(arm),
                sparkline(report.medians[arm["name"]]),
                outcomes(arm),
            )
    parts = [
        narrow.TableOrLines(table, partial(_lines_of_arms, reports)),
        *_ends(reports),
        Text(
            "Runs: draws of the data x seeds of each, or seeds where the data are given. Losses "
            "and accuracies: median [10th, 90th percentile] over runs. Best constant: the loss of "
            "the best output that ignores the inputs; irreducible: the least that any function of "
            "them reaches, if not 0; attainable: what the best of some networks reaches on rows "
            "held out, with --attainable. Shares of outcomes: [95% interval].",
            style="dim",
        ),
    ]
    if any(report.plain["claims"] for report in reports):
        parts += [_judged(reports), Text(RULE, style="dim")]
    return Group(*parts)


def _ends(reports):
    """Accuracies and losses on test rows at the end, where arms have some."""
    known = {name for report in reports for arm in report.plain["arms"] for name in arm}
    final = [name for name in FINAL if f"final_{name}" in known]
    wide, thin = _empty("scenario", "arm", *(f"{name} at end" for name in final)), _empty("at end")
    for report in reports:
        having = [
            (arm["name"], {name: spread(arm[f"final_{name}"]) for name in final
                           if f"final_{name}" in arm})
            for arm in report.plain["arms"]
        ]  # fmt: skip
        having = [(arm, found) for arm, found in having if found]
        if having:
            thin.add_row(Text(report.plain["scenario"], style="bold"))
        for index, (arm, found) in enumerate(having):
            scenario = report.plain["scenario"] if index == 0 else ""
            wide.add_row(scenario, arm, *(found.get(name, "") for name in final))
            told = (f"{name.replace('_', ' ')} {one}" for name, one in found.items())
            thin.add_row(narrow.below(arm, "; ".join(told)))
    return [narrow.ByWidth(wide, thin)] if wide.row_count else []


def _judged(reports):
    """The verdicts on claims, with what was measured."""
    wide = _empty("scenario", "claim", "verdict", "measured")
    thin = _empty("verdict", "claim, and what was measured")
    for report in reports:
        scenario, claims = report.plain["scenario"], report.plain["claims"]
        if claims:
            thin.add_row("", Text(scenario, style="bold"))
        for index, claim in enumerate(claims):
            text = claim["text"] + " (own control)" * claim["own"]
            verdict = Text(claim["verdict"], style=COLORS[claim["verdict"]])
            wide.add_row(scenario if index == 0 else "", text, verdict, claim["evidence"])
            thin.add_row(verdict, narrow.below(text, claim["evidence"]))
    return narrow.ByWidth(wide, thin, CLAIMS_SIDE_BY_SIDE)


def _empty(*titles):
    """A table to be filled, of which no column cuts a word."""
    table = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    for title in titles:
        table.add_column(title.replace("_", " "), overflow="fold")
    return table


def repeated(claims, times):
    """Which of the verdicts on `Repeated` claims changed on fresh draws and seeds."""
    table = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    for name in ("scenario", "claim", "verdict", "on fresh draws"):
        table.add_column(name)
    changed = [claim for claim in claims if claim.changed]
    for claim in sorted(changed, key=lambda claim: not claim.reversed):
        table.add_row(
            claim.scenario,
            claim.claim.text,
            Text(claim.verdict, style=COLORS[claim.verdict]),
            Text(
                ", ".join(f"{word} {count}" for word, count in claim.repeats.items()),
                style="bold red" if claim.reversed else "",
            ),
        )
    reversed_ = sum(claim.reversed for claim in claims)
    told = Text(
        f"{times} fresh sets of draws and seeds: of {len(claims)} verdicts {len(changed)} changed, "
        f"{reversed_} from holds to refuted or no difference, or back."
    )
    return Group(table, told) if changed else told


def catalogue(scenarios):
    """The scenarios with their questions."""
    table = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    for name in ("scenario", "question", "arms", "claims"):
        table.add_column(name, justify="right" if name in ("arms", "claims") else "left")
    for scenario in scenarios:
        table.add_row(
            Text(scenario.id, style="bold"),
            scenario.question,
            str(len(scenario.arms)),
            str(len(scenario.claims)),
        )
    return table


def entries(listed):
    """The entries of a kind: what each is, what it takes, and where it is from."""
    return Entries(listed)


class Entries:
    """Entries in four columns; on a narrow terminal in two, with one thing below the other."""

    def __init__(self, listed):
        self._listed = listed

    def __rich_console__(self, console, options):
        is_wide = options.max_width >= FOUR_COLUMNS
        table = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1))
        for name in ("name", "what it is", *["takes", "source"] * is_wide):
            table.add_column(name, overflow="fold")
        table.columns[0].min_width = max(len(entry.name) for entry in self._listed)
        for entry in self._listed:
            takes = ", ".join(f"{name} = {_value(value)}" for name, value in entry.hyper.items())
            name = Text("\n".join([entry.name, *entry.aliases]), style="dim")
            name.stylize("bold not dim", 0, len(entry.name))
            told = [entry.summary, takes, entry.source]
            table.add_row(name, *(told if is_wide else ["\n".join(filter(None, told))]))
        yield table


def _value(value):
    """A default as a scenario file writes it; what must be given has none."""
    if value is None:
        return "?"
    return f"{value:g}" if isinstance(value, float) else json.dumps(value)


def describe(scenario, diagnosed=None):
    """What `show` prints: question, source, arms, claims with their tests.

    `diagnosed` has the causes that a diagnosis named of some arms, or its verdicts.
    """
    wide = _empty("claim", "tested as", "needed")
    thin = _empty("needed", "claim, and what it is tested as")
    for claim in scenario.claims:
        text = claim.text + " (own control)" * claim.own
        for index, setting in enumerate(claim.settings):
            name = f"{setting.name}: " if setting.name else ""
            tests, needed = name + "\n".join(map(str, setting.tests)), claim.needed(setting)
            wide.add_row(text if index == 0 else "", tests, needed)
            thin.add_row(needed, narrow.below(text if index == 0 else None, tests))
    claims = narrow.ByWidth(wide, thin, CLAIMS_SIDE_BY_SIDE)
    source = Text(f"Source: {scenario.source}", style="dim") if scenario.source else Text("")
    parts = [Text(scenario.question, style="bold"), source, *arms.of_scenario(scenario, diagnosed)]
    return Group(*parts, *([claims] if scenario.claims else []))
