"""The picture of a sweep over two numeric axes: how often runs stall, and where they are stable."""

import numpy as np

from fastdense.reports.plots import style
from fastdense.reports.plots.picture import UNSTABLE

COLORS = "YlOrBr"  # from light to dark, also in gray and to color-blind eyes
EMPTY = "#d9d9d9"
MAX_WORDS = 130  # cells in which their share is written
HALF = 0.5  # from where on a cell is unstable


def figure(picture):
    """The figure of a `Picture`."""
    whole = style.blank(7.0, 5.2)
    part = whole.subfigures(1, 1)
    style.legend(part, on(part.subplots(), picture, part))
    style.title(whole, picture.question, picture.note)
    return whole


def on(panel, picture, part):
    """Draw a `Picture` on axes of a part of a figure; returns what its legend says."""
    x, y = picture.sides
    stuck, unstable = _grids(picture)
    panel.set_facecolor(EMPTY)
    mesh = panel.pcolormesh(
        _edges(x), _edges(y), stuck.T, cmap=COLORS, vmin=0, vmax=1, rasterized=True
    )
    for side, axis in ((x, panel.xaxis), (y, panel.yaxis)):
        if side.kind == "log":
            axis.axes.set(**{f"{axis.axis_name}scale": "log"})
        style.mark(axis, side)
        axis.set_label_text(style.plain(side.label))
    if stuck.size <= MAX_WORDS:
        _write(panel, x, y, stuck, mesh.to_rgba)
    bar = part.colorbar(mesh, ax=panel, pad=0.02)
    bar.set_label(f"share of runs {' or '.join(picture.outcomes)}")
    style.percent(bar.ax.yaxis)
    bar.outline.set_visible(False)
    return _stability(panel, x, y, unstable) | _gaps(stuck)


def _grids(picture):
    """The shares of the chosen and of the unstable outcomes, each (x, y); NaN without runs."""
    stuck, unstable = np.full((2, *(len(side.values) for side in picture.sides)), np.nan)
    for at, share in picture.shares().items():
        stuck[at] = share.share(picture.outcomes)[0]
        unstable[at] = share.share(UNSTABLE)[0]
    return stuck, unstable


def _edges(side):
    """The ends of the cells around the values, halfway between them."""
    at = side.scaled
    half = np.diff(at) / 2 if len(at) > 1 else np.array([0.5])
    edges = np.concatenate([at[:1] - half[:1], at[:-1] + half[: len(at) - 1], at[-1:] + half[-1:]])
    return np.exp(edges) if side.kind == "log" else edges


def _write(panel, x, y, stuck, color_of):
    """Write each share into its cell, in a halo of its color that hides lines and hatching."""
    from matplotlib.patheffects import withStroke

    for (i, j), share in np.ndenumerate(stuck):
        if not np.isnan(share):
            color = "white" if share > 0.6 else "black"
            halo = withStroke(linewidth=4, foreground=color_of(share))
            panel.text(
                x.at[i], y.at[j], f"{100 * share:.0f}", ha="center", va="center", fontsize=7.5,
                color=color, path_effects=[halo],
            )  # fmt: skip


def _stability(panel, x, y, unstable):
    """Mark where half of the runs are unstable; returns what the legend says."""
    from matplotlib.collections import PolyCollection
    from matplotlib.patches import Patch

    words = " or ".join(UNSTABLE)
    known = unstable[~np.isnan(unstable)]
    if (known < HALF).all():
        return {f"fewer than half {words} everywhere": Patch(alpha=0)}
    hatching = {"hatch": "///", "facecolor": "none", "edgecolor": style.BLUE, "linewidth": 0}
    across, up = _edges(x), _edges(y)
    cells = [
        [
            (a, b)
            for a, b in zip(across[[i, i + 1, i + 1, i]], up[[j, j, j + 1, j + 1]], strict=True)
        ]
        for i, j in np.argwhere(unstable >= HALF)
    ]
    panel.add_collection(PolyCollection(cells, **hatching), autolim=False)
    drawn = {f"half or more {words}": Patch(**hatching)}
    is_plane = x.numeric and y.numeric and min(unstable.shape) > 1
    if is_plane and (known < HALF).any():
        drawn["boundary of stability"] = _boundary(panel, x, y, unstable)
    return drawn


def _boundary(panel, x, y, unstable):
    """Draw the line between the values where the share is a half."""
    from matplotlib.patheffects import withStroke

    # Between logarithms, where the axis is of them; Matplotlib would interpolate between numbers.
    spare = style.blank(1, 1).subplots()
    # A cell of exactly a half is unstable, not on the line.
    level = np.nextafter(HALF, 0)
    lines = spare.contour(x.scaled, y.scaled, np.ma.masked_invalid(unstable.T), [level])
    outline = [withStroke(linewidth=4, foreground="white")]
    for line in lines.allsegs[0]:
        ends = [
            np.exp(values) if side.kind == "log" else values
            for side, values in zip((x, y), line.T, strict=True)
        ]
        panel.plot(*ends, color=style.BLUE, linewidth=2, path_effects=outline)
    return panel.lines[-1]


def _gaps(stuck):
    from matplotlib.patches import Patch

    return {"no runs": Patch(color=EMPTY)} if np.isnan(stuck).any() else {}
