"""A diagnosis in pieces of HTML: for a notebook, and for a page that is passed on."""

import numpy as np

from fastdense.diagnosis.baseline import measured
from fastdense.diagnosis.ranking import typical
from fastdense.judging.intervals import wilson
from fastdense.markup import fans, outcomes, strips, tables
from fastdense.markup.bars import Bar, bars
from fastdense.markup.element import element, joined
from fastdense.markup.words import counted, digits, percent

CAUSES, TRIED = 6, 12
OF_SQUARES = "mse", "half_squared_error"  # losses that are in proportion to what is not explained
WORDS = {
    "healthy": ("Healthy", "good"),
    "data": ("Limited by the data", "some"),
    "fault": ("A fault in the settings", "bad"),
    "program": ("A mistake in the program", "bad"),
    "undetermined": ("Undetermined", "open"),
}
SIGNS = {"good": "\u2713", "some": "\u25d0", "bad": "\u2717", "open": "?"}
CHIPS = {"good": "fd-holds", "some": "fd-partly", "bad": "fd-refuted", "open": "fd-open"}


def verdict(found):
    """The verdict as a chip."""
    words, tone = WORDS[found.verdict]
    sign = element("span", SIGNS[tone], aria_hidden="true")
    return element("span", sign, " ", words, class_=f"fd-chip {CHIPS[tone]}")


def answer(found):
    """The verdict and the answer."""
    whole = element(
        "p", "The search was broken off: this is what is known so far.", class_="fd-note"
    )
    return joined(
        [
            element("p", verdict(found)),
            element("p", found.answer, class_="fd-answer"),
            None if found.is_whole else whole,
        ]
    )


def remedies(found):
    """A figure for each remedy: starts that are good before, changed, and beside it unchanged."""
    return [_remedy(one) for one in found.remedies]


def _remedy(one):
    rows = [
        ("before, unchanged", one.before, "fd-b1"),
        ("after, changed", one.after, "fd-b0"),
        ("placebo, unchanged", one.placebo, "fd-b1"),
    ]
    drawn, behind = [], []
    for name, good, kind in rows:
        count, total = int(good.sum()), len(good)
        ends = wilson(count, total)
        words = f"{count} of {total} good"
        told = f"{name}: {words}, 95% interval {percent(ends[0])} to {percent(ends[1])}"
        drawn.append(Bar(name, count / total, words, kind, ends, told))
        behind.append([name, words, f"{percent(ends[0])} to {percent(ends[1])}"])
    label = f"{one.words}: " + "; ".join(f"{bar.name} {bar.words}" for bar in drawn)
    table = tables.table("good starts", ["starts", "good", "95% interval"], behind)
    proof = "verified on fresh starts" if one.verified else "not verified"
    note = element("p", f"{proof}, p = {digits(one.p, 2)} (sign test)", class_="fd-note")
    return tables.figure(bars(label, drawn), one.said, table, [note])


def causes(found):
    """What is suspected, and what speaks for it, as a table; None without any."""
    if not found.causes:
        return None
    if found.verdict == "program":
        head = ["mistake", "what speaks for it", "where to look"]
        rows = [
            [one.cause.summary, "; ".join(one.suspicion.evidence), one.cause.look]
            for one in found.causes
        ]
        return tables.table("Suspected mistakes of the program", head, rows)
    head = ["cause", "what it is", "what speaks for it", "confidence, 0 to 1"]
    rows = [
        [one.name, one.cause.summary, "; ".join(one.suspicion.evidence), f"{one.confidence:.2f}"]
        for one in found.causes[:CAUSES]
    ]
    return tables.table("Suspected causes, the likeliest first", head, rows)


def starts(found):
    """Figures of the training as it is: losses, outcomes, and what each start explains."""
    trained, pieces = found.evidence.trained, []
    if trained.runs is not None and trained.runs.loss is not None:
        fan = fans.Fan.of(trained.runs.epochs, trained.runs.loss)
        caption = f"Loss of {counted(len(fan.curves), 'start')}, unchanged"
        pieces.append(fans.picture(fan, caption, levels(found)))
    pieces.append(outcomes.counted(list(trained.outcomes), "Outcomes of these starts"))
    if found.evidence.ran:
        pieces.append(_explained(found))
    return pieces


def levels(found):
    """The losses that the curves are compared with."""
    evidence = found.evidence
    known = measured(evidence.case)
    by_name = fans.levels_of(known)
    plain = evidence.case.truth.middle is None and not evidence.case.strays
    if known and plain and evidence.case.recipe.loss.name in OF_SQUARES:
        left = known.constant * (1 - max(_best(evidence.attainable), 0.0))
        by_name["attainable"] = max(left, known.irreducible)
    return by_name


def _best(attainable):
    return attainable.explained if attainable.held_out else attainable.memorized


def _explained(found):
    evidence, attainable = found.evidence, found.evidence.attainable
    median = float(np.median(np.maximum(evidence.trained.explained, -1.0)))
    rows = [
        Bar("starts, median", max(median, 0.0), _share(median), "fd-b0"),
        Bar("attainable", max(_best(attainable), 0.0), _share(_best(attainable)), "fd-b1"),
        Bar("linear fit", max(attainable.linear, 0.0), _share(attainable.linear), "fd-b1"),
    ]
    if attainable.shuffled is not None:
        of_chance = attainable.shuffled
        rows.append(Bar("targets shuffled", max(of_chance, 0.0), _share(of_chance), "fd-b1"))
    label = "share of the targets' variance explained: "
    label += ", ".join(f"{bar.name} {bar.words}" for bar in rows)
    table = tables.table(
        "share of the targets' variance explained",
        ["by", "explained"],
        [[bar.name, bar.words] for bar in rows]
        + [[f"start {i + 1}", _share(value)] for i, value in enumerate(evidence.trained.explained)],
    )
    return tables.figure(bars(label, rows), "Explained share of the targets' variance", table)


def _share(value):
    return "below -100%" if value <= -1 else percent(value)


def signals(found):
    """Figures of what was measured of the layers, medians over the starts."""
    runs = found.evidence.trained.runs
    if runs is None or not runs.signals or not len(runs.observed_epochs):
        return []
    medians = strips.medians(dict(runs.signals), runs.observed)
    return strips.pictures(runs.observed_epochs, medians, len(runs))


def tried(found):
    """What was tried and what came of it, the best first, as a figure; None if nothing was."""
    if not found.tried:
        return None
    rows = sorted(found.tried, key=lambda one: (-one.good.mean(), -typical(one.trained.explained)))
    drawn, behind = [], []
    for one in rows:
        count, total = int(one.good.sum()), len(one.good)
        explained = typical(one.trained.explained)
        words = f"{count} of {total}, {_share(explained)}"
        drawn.append(Bar(one.change.words, max(explained, 0.0), words, "fd-b0"))
        behind.append([one.change.words, f"{count} of {total}", _share(explained)])
    table = tables.table(
        "changes that were tried", ["change", "good starts", "explained, typical start"], behind
    )
    label = "explained by the typical start of each change: "
    label += "; ".join(f"{bar.name} {bar.words}" for bar in drawn[:TRIED])
    caption = "Changes that were tried: good starts, and what the typical one explains"
    return tables.figure(bars(label, drawn[:TRIED]), caption, table)


def all_of(found):
    """The pieces that a notebook shows."""
    return [
        answer(found),
        tables.grid(*remedies(found)) if found.remedies else None,
        causes(found),
        tables.grid(*tables.stacked(starts(found)), *tables.stacked(signals(found))),
    ]
