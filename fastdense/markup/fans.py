"""Curves of one or many runs as a picture: median, bands of quantiles, single ones, and levels."""

from dataclasses import dataclass

import numpy as np

from fastdense.markup import tables
from fastdense.markup.panel import Panel
from fastdense.markup.scales import Scale
from fastdense.markup.words import counted, digits

POINTS, FEW_POINTS = 60, 40  # of a curve that are drawn; the second of a picture among hundreds
HOVERS, FEW_HOVERS = 20, 8  # of these, of which the values are told
ROWS, FEW_ROWS = 9, 6  # of the table behind
SINGLE = 8  # runs that are drawn each
MANY_EPOCHS, MANY_TIMES = 5000, 30  # above these an axis is logarithmic
DECADES = 12  # of losses, at most
ABOVE = 1e3  # times the loss at the start: a few runs that explode must not press the others flat
BANDS = (0.1, 0.9, "fd-band"), (0.25, 0.75, "fd-inner")
LEVELS = {  # by the name of a baseline
    "constant": ("best constant prediction", "fd-constant"),
    "attainable": ("attainable", "fd-attainable"),
    "irreducible": ("lowest possible", "fd-lowest"),
}


@dataclass(frozen=True, eq=False)
class Fan:
    """Thinned curves.

    Attributes
    ----------
    epochs : ndarray, shape (points,)
    curves : ndarray, shape (runs, points)
        Infinite where a run has ended.
    """

    epochs: np.ndarray
    curves: np.ndarray

    @classmethod
    def of(cls, epochs, curves):
        """The fan of curves (runs, rows) at epochs (rows,), of which NaN tells that they ended."""
        return cls.of_runs([(epochs, curve) for curve in np.atleast_2d(curves)])

    @classmethod
    def of_runs(cls, runs, points=POINTS):
        """The fan of pairs of epochs and losses, which may be shorter where a run ended."""
        longest = max((epochs for epochs, _ in runs), key=len)
        places = thinned(len(longest), points)
        curves = np.full((len(runs), len(places)), np.inf)
        for row, (_, losses) in zip(curves, runs, strict=True):
            there = places < len(losses)
            row[there] = np.nan_to_num(losses[places[there]], nan=np.inf, posinf=np.inf)
        return cls(np.asarray(longest)[places], curves)

    def quantile(self, share):
        """The value at a share of the runs, in order, by place; never between two of them."""
        ordered = np.sort(self.curves, axis=0)
        return ordered[round(share * (len(ordered) - 1))]


def thinned(count, points=POINTS):
    """Places among so many rows that are drawn; of very many evenly in their logarithms."""
    last = count - 1
    if last > MANY_EPOCHS:
        places = np.append(np.geomspace(1, last, min(points, last)) - 1, last)
    else:
        places = np.linspace(0, last, min(points, count))
    return np.unique(places.round().astype(int))


def levels_of(baselines):
    """The levels of some `Baselines`, or none."""
    if baselines is None:
        return {}
    return {"constant": baselines.constant, "irreducible": baselines.irreducible}


def losses_of(fans, levels=()):
    """The scale of the losses of several fans, which stand side by side."""
    curves = np.concatenate([fan.curves.ravel() for fan in fans])
    levels = [level for level in levels if np.isfinite(level)]
    losses = np.concatenate([curves[np.isfinite(curves)], levels])
    if not losses.size:
        return Scale(0.0, 1.0)
    starts = np.concatenate([fan.curves[:, 0] for fan in fans])
    start = max([*levels, starts[np.isfinite(starts)].max(initial=0.0), 0.0])
    losses = losses[losses <= ABOVE * start] if start > 0 else losses
    positive = losses[losses > 0]
    high = losses.max()
    if losses.min() >= 0 and positive.size and high / np.quantile(positive, 0.01) > MANY_TIMES:
        return Scale.around(np.maximum(positive, high * 10.0**-DECADES), log=True)
    return Scale.around(losses, zero=losses.min() >= 0 and losses.min() < 0.5 * high)


def picture(
    fan, caption, levels=None, scale=None, label="loss", unit="epoch", tested=None, detailed=True
):
    """A figure of curves.

    Parameters
    ----------
    fan : Fan
    caption : str or Markup
    levels : dict
        Names of `LEVELS` to losses.
    scale : Scale, optional
        Of the losses, where pictures stand side by side.
    label, unit : str
        What is measured, and after what.
    tested : Fan, optional
        Of the test rows: its median is drawn, too.
    detailed : bool
        Whether single runs and an inner band are drawn, too, and many values are told.
    """
    levels = {name: level for name, level in (levels or {}).items() if level is not None}
    scale = scale or losses_of([fan, *([tested] if tested else [])], list(levels.values()))
    last = float(fan.epochs[-1])
    across = Scale(float(fan.epochs[0]), last or 1.0, "log1p" if last > MANY_EPOCHS else "linear")
    panel = Panel(across, scale, unit, label)
    runs, keys = len(fan.curves), []
    shown = np.where(np.isfinite(fan.curves), fan.curves, np.nan)
    if runs > 2:
        for low, high, kind in BANDS if detailed else BANDS[:1]:
            top = np.where(np.isfinite(fan.quantile(high)), fan.quantile(high), scale.high)
            bottom = np.where(np.isfinite(fan.quantile(low)), fan.quantile(low), np.nan)
            panel.band(fan.epochs, bottom, top, kind)
        keys += [("fd-band", "10th to 90th percentile")]
        keys += [("fd-inner", "25th to 75th")] if detailed else []
    if runs > 1 and (detailed or runs == 2):
        for row in np.unique(np.linspace(0, runs - 1, min(SINGLE, runs)).round().astype(int)):
            panel.line(fan.epochs, shown[row], "fd-one")
        keys += [("fd-one", "single runs")]
    middle = fan.quantile(0.5)
    panel.line(fan.epochs, np.where(np.isfinite(middle), middle, np.nan))
    keys.insert(0, ("fd-median", "median" if runs > 1 else "the run"))
    if tested is not None:
        of_test = tested.quantile(0.5)
        panel.line(tested.epochs, np.where(np.isfinite(of_test), of_test, np.nan), "fd-test")
        keys.append(("fd-test", "test rows" if runs == 1 else "test rows, median"))
    for name, level in levels.items():
        words, kind = LEVELS[name]
        drawn = np.isfinite(level) and panel.level(level, kind)
        beyond = "" if drawn else ", off the axis"
        keys.append((kind if drawn else "fd-none", f"{words}: {digits(level)}{beyond}"))
    panel.hover(*_hovers(fan, label, unit, HOVERS if detailed else FEW_HOVERS))
    plain = f"{label} by {unit}, {counted(runs, 'run')}: {_said(fan)}"
    svg = panel.svg(f"{plain}")
    behind = _behind(fan, label, unit, tested, ROWS if detailed else FEW_ROWS)
    return tables.figure(svg, caption, behind, [tables.legend(*keys)])


def _said(fan):
    first, last = fan.quantile(0.5)[[0, -1]]
    typical = "median " if len(fan.curves) > 1 else ""
    return f"{typical}{digits(first)} at the start, {digits(last)} at the end."


def _told(fan, place):
    """The values at a place, in words."""
    middle, low, high = (fan.quantile(share)[place] for share in (0.5, 0.1, 0.9))
    if len(fan.curves) == 1:
        return digits(middle)
    return f"median {digits(middle)}, 10th to 90th percentile {digits(low)} to {digits(high)}"


def _hovers(fan, label, unit, count):
    places = np.unique(np.linspace(0, len(fan.epochs) - 1, count).round().astype(int))
    return fan.epochs[places], [
        f"{unit} {fan.epochs[place]:,}: {label} {_told(fan, place)}" for place in places
    ]


def _behind(fan, label, unit, tested, count):
    places = np.unique(np.linspace(0, len(fan.epochs) - 1, count).round().astype(int))
    if len(fan.curves) == 1:
        shares, head = (0.5,), [label]
    else:
        shares = (0.5, 0.1, 0.9)
        head = ["median", "10th percentile", "90th percentile"]
    head = [unit, *head, *(["test rows"] if tested else [])]
    middle_of_test = tested.quantile(0.5) if tested else None
    columns = [fan.quantile(share) for share in shares]
    rows = [
        [
            f"{fan.epochs[place]:,}",
            *(digits(column[place]) for column in columns),
            *([digits(middle_of_test[place])] if tested else []),
        ]
        for place in places
    ]
    return tables.table(f"{label} by {unit}", head, rows)
