"""`plot(result, ax)`: a run, runs, a sweep's table or a diagnosis on Matplotlib's axes."""

from functools import singledispatch

import numpy as np

from fastdense.diagnosis.answer import Diagnosis
from fastdense.diagnosis.ranking import typical
from fastdense.errors import FastdenseError, shown
from fastdense.reports.plots import arms, check_installed, style
from fastdense.run import Run
from fastdense.runs import Runs
from fastdense.sweeps.table import Table

TRIED = 8  # changes, at most, beside the remedies
WORDS = 60  # letters of a change


def plot(result, ax=None, **options):
    """Draw a result; see `fastdense.plotting`."""
    check_installed()
    if ax is not None and not hasattr(ax, "get_figure"):
        raise FastdenseError(f"ax is {shown(ax)}; expected axes of Matplotlib, or nothing")
    return _drawn(result, ax, **options)


def _axes(ax):
    """Axes that are given, or new ones that a notebook shows when its cell has run."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(layout="constrained")[1]


@singledispatch
def _drawn(result, ax):
    raise FastdenseError(f"a {type(result).__name__} has no picture; draw a run, a table or so")


@_drawn.register(Run)
def _run(run, ax):
    losses = {"running loss": run.running_loss} if run.loss is None else {"loss": run.loss}
    if run.test_loss is not None:
        losses["test loss"] = run.test_loss
    ax = _axes(ax)
    curves = [
        np.where(np.isfinite(values), values, np.inf)[np.newaxis] for values in losses.values()
    ]
    low = _scaled(ax, curves, run.baselines)
    for (label, values), color in zip(losses.items(), (style.BLUE, style.ORANGE), strict=False):
        marker = "" if len(values) > 1 else "o"
        shown_values = np.where(np.isfinite(values), values, np.nan)
        ax.plot(run.epochs, shown_values, color=color, label=label, marker=marker)
    _baselines(ax, run.baselines, low)
    ax.set_title("not evaluated" if run.loss is None else run.outcome)
    return _labeled(ax)


@_drawn.register(Runs)
def _runs(runs, ax):
    if runs.loss is None:
        raise FastdenseError(
            "these runs were never evaluated (evaluate_every=0), so they have no curves to draw"
        )
    ax = _axes(ax)
    epochs, curves = arms.fan(list(runs))
    low = _scaled(ax, [curves], runs.baselines)
    arms.draw_fan(ax, epochs, curves)
    _baselines(ax, runs.baselines, low)
    found = zip(*np.unique(runs.outcome, return_counts=True), strict=True)
    found = sorted(found, key=lambda one: -one[1])
    ax.set_title(", ".join(f"{count} {name}" for name, count in found))
    return _labeled(ax)


@_drawn.register(Table)
def _table(table, ax, by=(), outcomes=None, lines=False):
    from fastdense.reports.plots import heat
    from fastdense.reports.plots import lines as line_plots
    from fastdense.reports.plots.picture import Picture
    from fastdense.sweeps.filters import outcomes_of

    by = [by] if isinstance(by, str) else list(by)
    outcomes = [outcomes] if isinstance(outcomes, str) else outcomes
    outcomes = outcomes and outcomes_of(list(outcomes))
    picture = Picture.of("the sweep", table, by, outcomes, lines)
    ax = _axes(ax)
    if picture.is_map:
        drawn = heat.on(ax, picture, ax.get_figure())
    else:
        drawn = line_plots.on(ax, picture)
    ax.legend(drawn.values(), drawn.keys(), fontsize="small")
    return ax


@_drawn.register(Diagnosis)
def _diagnosis(found, ax):
    """What the typical start explains, as it is and with each change that was tried."""
    evidence = found.evidence
    rows = [("as it is", evidence.trained.explained, evidence.good, style.GRAY)]
    remedies = {one.words for one in found.remedies if one.verified}
    tried = sorted(found.tried, key=lambda one: -typical(one.trained.explained))
    tried.sort(key=lambda one: one.change.words not in remedies)
    for one in tried[:TRIED]:
        color = style.GREEN if one.change.words in remedies else style.SKY
        rows.append((one.change.words, one.trained.explained, one.good, color))
    ax = _axes(ax)
    for place, (_, explained, good, color) in enumerate(rows):
        share = min(max(typical(explained), 0.0), 1.0)
        ax.barh(place, share, color=color, height=0.7)
        ax.annotate(
            f"{good.sum()} of {len(good)}", (share, place), xytext=(3, 0),
            textcoords="offset points", va="center", fontsize="small",
        )  # fmt: skip
    ax.axvline(
        max(evidence.bar, 0.0), color=style.VERMILION, linestyle="--", linewidth=1.2,
        label="from here on a start is good",
    )  # fmt: skip
    ax.set_yticks(range(len(rows)), [style.plain(words, WORDS) for words, *_ in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlim(0, 1.15)
    style.percent(ax.xaxis)
    ax.set_xlabel("explained by the typical start, and good starts")
    names = ", ".join(one.name for one in found.causes[:1])
    ax.set_title(f"{found.verdict}: {names}" if names and not found.healthy else found.verdict)
    ax.legend(fontsize="small")
    return ax


def _scaled(ax, curves, baselines):
    """Set the axis of the losses of curves (runs, points); returns its lower end."""
    constants = [] if baselines is None else [baselines.constant]
    if not any(np.isfinite(values).any() for values in curves):
        return -np.inf
    low, high, log = arms.limits(curves, constants)
    if log:
        ax.set_yscale("log")
    ax.set_ylim(low, high)
    return low


def _baselines(ax, baselines, low):
    if baselines is not None:
        arms.draw_baselines(ax, baselines, low)


def _labeled(ax):
    ax.set_xlabel("epoch")
    ax.set_ylabel("loss")
    ax.legend(fontsize="small")
    return ax
