"""The picture of a theory: what was measured, with its intervals, against what is predicted."""

from math import isfinite

import numpy as np

from fastdense import __version__
from fastdense.reports.plots import style

LINE, BAND = "predicted", "predicted range"  # in the legend
BESIDE = 0.16  # between the points of two series at one name
MAX_TICKS = 7  # of a logarithmic axis that stand at the points themselves


def figure(study):
    """The figure of a `Study`: a panel for each quantity."""
    theory = study.theory
    names = [n for n in theory.quantities if any(p.quantity == n for p in study.points)]
    columns = 1 if len(names) == 1 else (2 if len(names) < 5 else 3)
    rows = -(-len(names) // columns)
    size = (6.4, 4.4) if columns == 1 else (4.2 * columns, 3.1 * rows + 1.0)
    whole = style.blank(*size)
    part = whole.subfigures(1, 1)  # so that its legend does not lie on the title
    panels = part.subplots(rows, columns, squeeze=False)
    for panel in panels.flat[len(names) :]:
        panel.set_axis_off()
    series = list(dict.fromkeys(point.series for point in study.points))
    predicted = set()
    for panel, name in zip(panels.flat, names, strict=False):
        points = unique(study.points, name)
        predicted |= _panel(panel, name, theory.quantities[name], points, series)
    _legend(part, study.points, series, predicted)
    of = f", {study.seeds} seeds" if study.seeds else ""
    style.title(whole, theory.question, f"{theory.id}{of}, fastdense {__version__}")
    return whole


def unique(points, quantity):
    """The points of a quantity; one that two claims share comes once, with the wider prediction."""
    found = {}
    for point in points:
        if point.quantity == quantity:
            key = point.series, point.at
            if key not in found or _width(point) > _width(found[key]):
                found[key] = point
    return list(found.values())


def _width(point):
    return -1.0 if point.theory is None else point.theory[1] - point.theory[0]


def look(series, label):
    """Color and marker of a series: the same in every panel."""
    index = series.index(label)
    return style.SERIES[index % len(style.SERIES)], style.MARKERS[index % len(style.MARKERS)]


def hollow(series, label):
    """Rings of different sizes, so that points in one place are seen all."""
    size = 4.5 + 1.5 * (series.index(label) % 3)
    return {"markersize": size, "markerfacecolor": "none", "markeredgewidth": 1.2}


def _panel(panel, name, quantity, points, every):
    """Draw the points of a quantity; returns which kinds of predictions were drawn."""
    predicted = set()
    series = [label for label in every if any(point.series == label for point in points)]
    named = isinstance(points[0].at, str)
    places = {at: float(i) for i, at in enumerate(dict.fromkeys(p.at for p in points))}
    crowded = named and all(len({p.series for p in points if p.at == at}) == 1 for at in places)
    for index, label in enumerate(series):
        own = [point for point in points if point.series == label]
        color, marker = look(every, label)
        shift = 0.0 if crowded or not named else BESIDE * (index - (len(series) - 1) / 2)
        x = np.array([places[p.at] + shift if named else p.at for p in own])
        predicted |= _theory(panel, x, own, color, named and (0.25 if crowded else 0.45 * BESIDE))
        ends = np.array([p.interval() for p in own])
        measured = np.array([p.measured for p in own])
        panel.errorbar(
            x, measured, yerr=np.stack([measured - ends[:, 0], ends[:, 1] - measured]), fmt=marker,
            color=color, capsize=2, linewidth=1, zorder=3, **hollow(every, label),
        )  # fmt: skip
    panel.set_title(name)
    for axis in quantity.log:
        getattr(panel, f"set_{axis}scale")("log")
    if "x" in quantity.log and len(places) <= MAX_TICKS:
        panel.set_xticks(list(places), [f"{at:g}" for at in places])
        panel.set_xticks([], minor=True)
    if named:
        short = [at.replace("minimum ", "") for at in places]
        panel.set_xticks(list(places.values()), short)
        panel.set_xlim(-0.6, len(places) - 0.4)
        panel.set_xlabel(quantity.along)
    else:
        panel.set_xlabel(quantity.along)
        if "x" not in quantity.log and all(point.at == int(point.at) for point in points):
            panel.xaxis.get_major_locator().set_params(integer=True)
    if "y" not in quantity.log:
        _roomy(panel, points)
    return predicted


def _roomy(panel, points):
    """Limits by what was measured and finite predictions, never narrower than rounding."""
    ends = [end for p in points for end in (*p.interval(), *(p.theory or ())) if isfinite(end)]
    low, high = min(ends), max(ends)
    margin = 0.08 * (high - low) or 0.1 * abs(high) or 0.1
    panel.set_ylim(low - margin, high + margin)


def _theory(panel, x, points, color, half):
    """A line or band through the predictions; for named points a bar each, so wide to a side.

    Returns which of the two were drawn, as the legend calls them.
    """
    given = [(at, p.theory) for at, p in zip(x, points, strict=True) if p.theory is not None]
    if not given:
        return set()
    order = np.argsort([at for at, _ in given])
    at = np.array([given[i][0] for i in order])
    low, high = np.array([given[i][1] for i in order]).T
    low = np.where(np.isfinite(low), low, np.nanmin(np.append(low[np.isfinite(low)], 0)))
    exact = low == high
    if half:
        for place, bottom, top, same in zip(at, low, high, exact, strict=True):
            if same:
                panel.hlines(bottom, place - half, place + half, color=color, linestyle="--")
            else:
                side = [place - half, place + half]
                panel.fill_between(side, bottom, top, color=color, alpha=0.15, linewidth=0)
        return {LINE if same else BAND for same in exact}
    if exact.all():
        panel.plot(at, low, color=color, linestyle="--", linewidth=1.1, alpha=0.8)
        if len(at) == 1:
            panel.axhline(low[0], color=color, linestyle="--", linewidth=1.1, alpha=0.6)
        return {LINE}
    panel.fill_between(at, low, high, color=color, alpha=0.18, linewidth=0)
    return {BAND}


def _legend(part, points, series, predicted):
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    gray = {"color": style.GRAY}
    random = any(point.samples for point in points)
    label = "measured, with its 95% interval" if random else "measured"
    ring = {**gray, **hollow(series, series[0])}
    drawn = {label: Line2D([], [], marker="o", linestyle="none", **ring)}
    if LINE in predicted:
        drawn[LINE] = Line2D([], [], linestyle="--", **gray)
    if BAND in predicted:
        drawn[BAND] = Patch(alpha=0.25, **gray)
    for label in series if len(series) > 1 else ():
        color, marker = look(series, label)
        ring = {"marker": marker, "color": color, **hollow(series, label)}
        drawn[label] = Line2D([], [], linestyle="none", **ring)
    style.legend(part, drawn)
