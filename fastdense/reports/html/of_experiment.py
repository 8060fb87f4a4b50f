"""The part of a page on a scenario: its claims, and for each arm its curves and outcomes."""

from collections import Counter

import numpy as np

from fastdense.markup import fans, outcomes, strips, tables
from fastdense.markup.words import counted, digits
from fastdense.reports.arms import in_words
from fastdense.scenarios.experiment import FINAL, intervals, shares

FAR = 1000  # times as high a loss at the start: arms have scales of their own
SIGNAL_RUNS = 64  # of an arm whose signals are drawn, at most


def section(experiment, plain, detailed=True):
    """What `scenario.html` shows of an `Experiment` and its plain values.

    `detailed` says whether single runs and what was measured of the layers are drawn, too.
    """
    arms = experiment.scenario.arms
    points = fans.POINTS if detailed else fans.FEW_POINTS
    drawn = {arm.name: _fan(experiment.results[arm.name], points) for arm in arms}
    levels = {arm["name"]: _levels(arm) for arm in plain["arms"]}
    scales = _scales(drawn, levels)
    return {
        "kind": "scenario",
        "id": plain["scenario"],
        "question": plain["question"],
        "source": plain["source"],
        "words": words_of(plain["claims"]),
        "claims": claims(plain["claims"]),
        "arms": [
            _arm(
                arm, about, experiment.results[arm.name], drawn[arm.name], levels[arm.name],
                scales[arm.name], detailed,
            )
            for arm, about in zip(arms, plain["arms"], strict=True)
        ],
        "detailed": detailed,
        "facts": facts(plain, experiment),
    }  # fmt: skip


def claims(found):
    """Claims as `claims.html` shows them: word, text, source and the lines of the evidence."""
    return [
        {
            "chip": tables.verdict(one["verdict"]),
            "text": one["text"],
            "own": one["own"],
            "source": one.get("source", ""),
            "evidence": one["evidence"].split("\n"),
        }
        for one in found
    ]


def words_of(found):
    """The verdicts on claims, each with how many there are: pairs of a chip and a number."""
    counts = Counter(one["verdict"] for one in found)
    return [(tables.verdict(word), counts[word]) for word in tables.VERDICTS if counts[word]]


def facts(plain, experiment):
    """Draws and seeds, for the foot of a page."""
    numbers = sorted({(arm["draws"], arm["seeds"]) for arm in plain["arms"]})
    told = ", ".join(f"{draws} x {seeds}" for draws, seeds in numbers)
    first = plain["arms"][0]["runs"][0]
    return [
        ("Draws of the data x seeds of each", told),
        ("First draw and seed", f"{experiment.first_draw}, {first['seed']}"),
    ]


def _scales(drawn, levels):
    """The scale of each arm's losses: the same for all, unless some begin far above others."""
    starts = [float(np.median(fan.curves[:, 0])) for fan in drawn.values()]
    if max(starts) <= FAR * max(min(starts), 0.0) or max(starts) <= 0:
        every = [level for of in levels.values() for level in of.values()]
        return dict.fromkeys(drawn, fans.losses_of(list(drawn.values()), every))
    return {name: fans.losses_of([fan], list(levels[name].values())) for name, fan in drawn.items()}


def _fan(results, points, name="loss"):
    return fans.Fan.of_runs([(r.run.epochs, getattr(r.run, name)) for r in results], points)


def _levels(arm):
    names = {"constant": "best_constant_loss", "attainable": "attainable_loss",
             "irreducible": "irreducible_loss"}  # fmt: skip
    return {
        name: float(arm[field]["median"]) for name, field in names.items() if arm[field] is not None
    }


def _arm(arm, about, results, fan, levels, scale, detailed):
    runs = counted(len(results), "run")
    tested = None
    if results[0].run.test_loss is not None:
        tested = _fan(results, len(fan.epochs), "test_loss")
    curves = fans.picture(fan, f"Loss, {runs}", levels, scale, tested=tested, detailed=detailed)
    became = outcomes.picture(shares(results), intervals(results), len(results), "Outcomes")
    return {
        "name": arm.name,
        **in_words(arm),
        "ends": _ends(about),
        "pieces": tables.grid(
            tables.stack(curves, became), *tables.stacked(_signals(results) if detailed else [])
        ),
    }


def _ends(about):
    """Losses and accuracies at the end: a line of words for each."""
    names = "initial_loss", "final_loss", *(f"final_{name}" for name in FINAL)
    return [
        (name.replace("final_", "").replace("initial_loss", "loss at the start").replace("_", " ")
         + " at the end" * name.startswith("final_"), _spread(about[name]))
        for name in names if name in about
    ]  # fmt: skip


def _spread(summary):
    median, low, high = (digits(float(summary[key])) for key in ("median", "p10", "p90"))
    return median if low == high else f"{median} [{low}, {high}]"


def _signals(results):
    """Figures of the medians over some runs of what was measured of the layers."""
    runs = [one.run for one in results[:SIGNAL_RUNS] if len(one.run.observed_epochs)]
    if not runs:
        return []
    longest = max((run.observed_epochs for run in runs), key=len)
    observed = np.array([len(run.observed_epochs) for run in runs])
    layers = next(iter(runs[0].signals.values())).shape[1]
    signals = {}
    for name in strips.SIGNALS:
        signals[name] = np.full((len(runs), len(longest), layers), np.nan)
        for row, run in zip(signals[name], runs, strict=True):
            row[: len(run.observed_epochs)] = run.signals[name]
    return strips.pictures(longest, strips.medians(signals, observed), len(runs))
