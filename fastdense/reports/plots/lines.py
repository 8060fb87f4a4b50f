"""The picture of a sweep along one axis: shares of outcomes, with their intervals."""

import numpy as np

from fastdense.reports.plots import style
from fastdense.reports.plots.arms import COLORS
from fastdense.sweeps.table import value_text

BESIDE = 0.12  # between the points of two series at one name
MAX_MARKERS = 40  # on a line


def figure(picture):
    """The figure of a `Picture`."""
    whole = style.blank(7.0, 4.6)
    part = whole.subfigures(1, 1)  # so that its legend does not lie on the title
    style.legend(part, on(part.subplots(), picture))
    style.title(whole, picture.question, picture.note)
    return whole


def on(panel, picture):
    """Draw a `Picture` on axes; returns what its legend says, labels to what is drawn."""
    side = picture.sides[0]
    series = _series(picture)
    for index, (label, color, found) in enumerate(series):
        marker = style.MARKERS[index % len(style.MARKERS)]
        shift = BESIDE * (index - (len(series) - 1) / 2) if side.kind == "names" else 0.0
        _draw(panel, side, shift, found, {"color": color, "marker": marker, "label": label})
    if side.kind == "names":
        panel.set_xlim(-0.5, len(side.values) - 0.5)
    style.mark(panel.xaxis, side)
    panel.set_xlabel(style.plain(side.label))
    panel.set_ylim(-0.03, 1.03)
    style.percent(panel.yaxis)
    panel.set_ylabel(f"share of runs{_which(picture)}")
    panel.grid(axis="y", color=style.GRAY, alpha=0.2, linewidth=0.6)
    handles, labels = panel.get_legend_handles_labels()
    return dict(zip(labels, handles, strict=True))


def _which(picture):
    return f" {' or '.join(picture.outcomes)}" if picture.outcomes else ""


def _series(picture):
    """The label and the color of each line, and its (place, share, low, high) in order."""
    if len(picture.by) == 1:
        kinds = [picture.outcomes] if picture.outcomes else [[o] for o in picture.table.occurring()]
        return [
            (" or ".join(kind), COLORS[kind[0]], _points(picture, kind, lambda at: True))
            for kind in kinds
        ]
    second = picture.sides[1]
    return [
        (
            style.plain(f"{second.label} {value_text(value)}", 40),
            style.SERIES[index],
            _points(picture, picture.outcomes, lambda at, index=index: at[1] == index),
        )
        for index, value in enumerate(second.values)
    ]


def _points(picture, outcomes, which):
    found = [(at[0], *share.share(outcomes)) for at, share in picture.shares().items() if which(at)]
    return np.array(sorted(found)).T


def _draw(panel, side, shift, found, look):
    place, share, low, high = found
    x = side.at[place.astype(int)] + shift
    if side.kind == "names":
        ends = [share - low, high - share]
        look["fmt"] = look.pop("marker")
        panel.errorbar(x, share, yerr=ends, capsize=2, linewidth=1, markersize=5, **look)
        return
    if side.kind == "log":
        panel.set_xscale("log")
    if len(x) > MAX_MARKERS:
        look["marker"] = ""
    panel.plot(x, share, markersize=4, **look)
    panel.fill_between(x, low, high, color=look["color"], alpha=0.15, linewidth=0)
