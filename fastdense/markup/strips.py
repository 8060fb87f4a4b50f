"""What is measured of every layer while it trains, as strips: layers down, epochs across."""

import numpy as np

from fastdense.markup import heat, tables
from fastdense.markup.fans import thinned
from fastdense.markup.words import digits, percent

COLUMNS, ROWS = 24, 9  # epochs that are drawn, and that are in the table behind
MOST_LAYERS = 24
DECADES = 12  # of a logarithmic strip, at most
SIGNALS = {  # name: words, unit, whether it is a share, whether colors are by its logarithm
    "gradient_norm": ("gradient norm", "", False, True),
    "update_ratio": ("update ratio: last update over parameters", "", False, True),
    "dead_share": ("dead share: units whose output is 0", "", True, False),
    "mean_slope": ("mean slope of the activation", "", False, False),
}


def pictures(epochs, signals, starts=1):
    """A figure for each of `SIGNALS` that was measured.

    Parameters
    ----------
    epochs : ndarray, shape (observed,)
    signals : mapping of str to ndarray, shape (observed, layers)
        One run's, or the medians of several.
    starts : int
        Of which they are the medians.
    """
    if not len(epochs):
        return []
    return [
        _picture(np.asarray(epochs), np.asarray(signals[name], float), starts, *about)
        for name, about in SIGNALS.items()
        if name in signals and np.isfinite(signals[name]).any()
    ]


def medians(signals, observed):
    """The medians over runs of signals (runs, observed, layers), of those that still train."""
    ended = np.arange(next(iter(signals.values())).shape[1]) >= np.asarray(observed)[:, np.newaxis]
    with np.errstate(all="ignore"):
        return {name: _nanmedian(np.where(ended[..., np.newaxis], np.nan, values))
                for name, values in signals.items()}  # fmt: skip


def _nanmedian(values):
    """The median over the first axis without NaN; NaN where nothing else is."""
    ordered = np.sort(values, axis=0)  # NaN last
    count = (~np.isnan(values)).sum(axis=0)
    low, high = np.maximum((count - 1) // 2, 0), np.maximum(count // 2, 0)
    pick = [np.take_along_axis(ordered, one[np.newaxis], 0)[0] for one in (low, high)]
    return np.where(count > 0, (pick[0] + pick[1]) / 2, np.nan)


def _picture(epochs, values, starts, words, unit, is_share, by_log):
    show = percent if is_share else digits
    places = thinned(len(epochs), COLUMNS)
    drawn = values[places, :MOST_LAYERS]
    low, high = _ends(drawn, is_share, by_log)
    layers = [f"layer {i + 1}" for i in range(drawn.shape[1])]
    shades, told = [], []
    for layer, name in enumerate(layers):
        column = drawn[:, layer]
        shades.append([
            heat.shade(max(value, low), low, high, by_log) if np.isfinite(value) else None
            for value in column
        ])  # fmt: skip
        told.append([
            f"epoch {epochs[p]:,}, {name}: {show(value) if np.isfinite(value) else 'none'}"
            for p, value in zip(places, column, strict=True)
        ])  # fmt: skip
    of = f", median of {starts} starts" if starts > 1 else ""
    label = f"{words} by layer and epoch{of}: {show(low)} to {show(high)}"
    svg = heat.heat(
        label,
        shades[::-1],
        told[::-1],
        [f"{epochs[p]:,}" for p in places],
        layers[::-1],
        "epoch",
        "",
    )
    few = thinned(len(epochs), ROWS)
    rows = [
        [str(i + 1), *(show(values[p, i]) if np.isfinite(values[p, i]) else "none" for p in few)]
        for i in range(len(layers))
    ]
    behind = tables.table(f"{words} by epoch", ["layer", *(f"{epochs[p]:,}" for p in few)], rows)
    key = heat.key(show(low), show(high), "by its logarithm" if by_log else "")
    return tables.figure(svg, words, behind, [key])


def _ends(drawn, is_share, by_log):
    if is_share:
        return 0.0, 1.0
    known = drawn[np.isfinite(drawn)]
    if by_log and (known > 0).any():
        known = known[known > 0]
        return max(float(known.min()), float(known.max()) * 10.0**-DECADES), float(known.max())
    if by_log:
        return 1.0, 1.0
    return min(float(known.min()), 0.0), max(float(known.max()), 1.0)
