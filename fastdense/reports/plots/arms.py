"""The picture of a scenario: the fan of loss curves of each arm, and the shares of outcomes."""

import numpy as np

from fastdense import __version__
from fastdense.outcome import OUTCOMES
from fastdense.reports.plots import style
from fastdense.scenarios.experiment import shares

POINTS = 240  # of a curve that are drawn
MAX_LINES = 100  # of single seeds
MANY_EPOCHS, MANY_TIMES = 5000, 30  # above these an axis is logarithmic
NAME = 34  # letters of an arm's name that fit above a panel
LEAST = 6  # percent of a bar on which its number fits
DECADES = 12  # of losses, at most
CONSTANT, LOWEST = "best constant prediction", "lowest possible"
COLORS = {
    "converged": style.GREEN,
    "slow": style.SKY,
    "stalled": style.ORANGE,
    "frozen": style.BLUE,
    "oscillating": style.PURPLE,
    "diverged": style.VERMILION,
    "too_short": style.GRAY,
}
DARK = ("converged", "frozen", "diverged", "too_short")  # on which text is white


def figure(experiment):
    """The figure of an `Experiment`."""
    arms = [arm.name for arm in experiment.scenario.arms]
    columns = {1: 1, 2: 2, 4: 2}.get(len(arms), 3)
    rows = -(-len(arms) // columns)
    heights = 2.1 * rows + (0.9 if rows == 1 else 0.4), 0.27 * len(arms) + 0.9
    whole = style.blank(max(3.1 * columns, 6.2), sum(heights) + 0.6)
    curves, bars = whole.subfigures(2, 1, height_ratios=heights)
    _curves(curves, experiment, arms, rows, columns)
    _outcomes(bars, experiment, arms)
    runs = max(len(results) for results in experiment.results.values())
    runs = f"{runs} run{'s' if runs > 1 else ''} an arm"
    scenario = experiment.scenario
    style.title(whole, scenario.question, f"{scenario.id}, {runs}, fastdense {__version__}")
    return whole


def _curves(part, experiment, arms, rows, columns):
    fans = {name: fan([r.run for r in experiment.results[name]]) for name in arms}
    baselines = {name: experiment.results[name][0].run.baselines for name in arms}
    low, high, log = limits(
        [curves for _, curves in fans.values()], [f.constant for f in baselines.values()]
    )
    panels = part.subplots(rows, columns, sharey=True, squeeze=False)
    for panel in panels.flat[len(arms) :]:
        panel.set_axis_off()
    for index, (panel, name) in enumerate(zip(panels.flat, arms, strict=False)):
        epochs, curves = fans[name]
        draw_fan(panel, epochs, curves)
        draw_baselines(panel, baselines[name], low)
        panel.set_title(style.plain(name, NAME))
        if log:
            panel.set_yscale("log")
        panel.set_ylim(low, high)
        if epochs[-1] > MANY_EPOCHS:
            panel.set_xscale("symlog", linthresh=1)
            panel.set_xlim(0, epochs[-1])
        if index + columns >= len(arms):
            panel.set_xlabel("epoch")
        if index % columns == 0:
            panel.set_ylabel("loss")
    drawn = {}
    for panel in panels.flat[: len(arms)]:
        handles, labels = panel.get_legend_handles_labels()
        drawn.update(zip(labels, handles, strict=True))
    if LOWEST not in drawn:
        from matplotlib.lines import Line2D

        level = " 0," if all(f.irreducible == 0 for f in baselines.values()) else ""
        drawn[f"{LOWEST}:{level} below the axis"] = Line2D([], [], linestyle="none")
    style.legend(part, drawn)


def fan(runs):
    """Epochs (points,) and losses (runs, points) of an arm, thinned; infinite where a run ended."""
    longest = max(runs, key=lambda run: len(run.loss)).epochs
    last = len(longest) - 1
    if last > MANY_EPOCHS:  # evenly on the logarithmic axis
        places = np.geomspace(1, last, min(POINTS, last)) - 1
        places = np.append(places, last)
    else:
        places = np.linspace(0, last, min(POINTS, last + 1))
    places = np.unique(places.round().astype(int))
    losses = np.full((len(runs), len(places)), np.inf)
    for row, run in zip(losses, runs, strict=True):
        there = places < len(run.loss)
        row[there] = np.nan_to_num(run.loss[places[there]], nan=np.inf, posinf=np.inf)
    return longest[places], losses


def limits(fans, constants):
    """Limits (low, high) of the losses of all arms, and whether their axis is logarithmic."""
    losses = np.concatenate([curves[np.isfinite(curves)] for curves in fans] + [constants])
    losses = losses[np.isfinite(losses)]
    # A few runs that explode must not press the others flat.
    starts = np.concatenate([curves[:, 0] for curves in fans])
    start = max(*constants, starts[np.isfinite(starts)].max(initial=0.0), 0.0)
    high = min(losses.max(), 1e3 * start) if start > 0 else losses.max()
    positive = losses[losses > 0]
    if losses.min() >= 0 and positive.size and high / np.quantile(positive, 0.01) > MANY_TIMES:
        low = max(positive.min(), high * 10.0**-DECADES)
        return low / 1.5, high * 1.5, True
    low, margin = losses.min(), 0.06 * (high - losses.min()) or 0.06 * abs(high) or 1.0
    return min(low, 0.0) - margin if low < 0.2 * high else low - margin, high + margin, False


def draw_fan(panel, epochs, curves):
    """Draw the losses (runs, points) of an arm: its runs, their middle, and where most are."""
    shown = np.where(np.isfinite(curves), curves, np.nan)
    if len(curves) > 1:
        panel.plot(
            epochs, shown[:MAX_LINES].T, color=style.BLUE, alpha=0.12, linewidth=0.5,
            rasterized=True,
        )  # fmt: skip
        panel.plot([], [], color=style.BLUE, alpha=0.4, linewidth=0.5, label="one seed")
        low, high = (percentile(curves, share) for share in (0.1, 0.9))
        # What diverged reaches to the upper end.
        high = np.where(np.isfinite(high), high, 1e300)
        panel.fill_between(
            epochs, low, high, where=np.isfinite(low), color=style.SKY, alpha=0.45, linewidth=0,
            label="10th to 90th percentile",
        )  # fmt: skip
    middle = percentile(curves, 0.5)
    middle = np.where(np.isfinite(middle), middle, np.nan)
    label = "median" if len(curves) > 1 else "the one run"
    panel.plot(epochs, middle, color=style.BLUE, label=label)


def percentile(curves, share):
    """The value at a share of the runs, in order, by column; never between two of them."""
    ordered = np.sort(curves, axis=0)
    return ordered[round(share * (len(curves) - 1))]


def draw_baselines(panel, baselines, lowest):
    """Draw the best constant and the lowest possible loss, where they are above the lower end."""
    _baseline(panel, baselines.constant, lowest, CONSTANT, style.VERMILION, "--")
    _baseline(panel, baselines.irreducible, lowest, LOWEST, style.GREEN, ":")


def _baseline(panel, level, lowest, label, color, dashes):
    if level > lowest:
        panel.axhline(level, color=color, linestyle=dashes, linewidth=1.2, label=label)


def _outcomes(part, experiment, arms):
    panel = part.subplots()
    found = {name: shares(experiment.results[name]) for name in arms}
    left = np.zeros(len(arms))
    for outcome in OUTCOMES:
        widths = np.array([found[name].get(outcome, 0.0) for name in arms])
        if not widths.any():
            continue
        panel.barh(
            range(len(arms)), widths, left=left, color=COLORS[outcome], label=outcome, height=0.75,
            edgecolor="white", linewidth=0.6,
        )  # fmt: skip
        for place, width in enumerate(widths):
            if round(100 * width) >= LEAST:
                panel.text(
                    left[place] + width / 2, place, f"{width:.0%}", ha="center", va="center",
                    fontsize=7.5, color="white" if outcome in DARK else "black",
                )  # fmt: skip
        left += widths
    panel.set_yticks(range(len(arms)), [style.plain(name, NAME) for name in arms])
    panel.set_ylim(len(arms) - 0.5, -0.5)
    panel.set_xlim(0, 1)
    panel.set_xticks(np.linspace(0, 1, 6), [f"{share:.0%}" for share in np.linspace(0, 1, 6)])
    panel.set_xlabel("outcomes, share of runs")
    panel.tick_params(axis="y", length=0)
    part.legend(loc="outside upper center", ncols=len(OUTCOMES))
