"""The part of a page on a theory: its claims, and what was measured against what is predicted."""

from math import isfinite

import numpy as np

from fastdense.markup import tables
from fastdense.markup.panel import SERIES, Panel
from fastdense.markup.scales import Scale
from fastdense.markup.words import counted
from fastdense.reports.html.of_experiment import claims, words_of
from fastdense.reports.plots.points import unique
from fastdense.theory.points import digits, predicted

BESIDE = 9.0  # pixels between the points of two series at one name


def section(study, plain):
    """What `scenario.html` shows of a `Study` and its plain values."""
    theory = study.theory
    pictures = [_picture(study, name) for name in theory.quantities]
    return {
        "kind": "theory",
        "id": plain["scenario"],
        "question": plain["question"],
        "source": plain["source"],
        "about": f"{theory.summary}. {theory.about}",
        "words": words_of(plain["claims"]),
        "claims": claims(plain["claims"]),
        "pieces": tables.grid(*(one for one in pictures if one)),
        "facts": [("Networks or starts of a point", f"{study.seeds}" if study.seeds else "")],
    }


def _picture(study, name):
    """The figure of a quantity, or None where nothing was measured."""
    quantity = study.theory.quantities[name]
    points = unique(study.points, name)
    if not points:
        return None
    series = list(dict.fromkeys(point.series for point in points))
    named = isinstance(points[0].at, str)
    places = {at: i for i, at in enumerate(dict.fromkeys(p.at for p in points))}
    panel = _panel(points, quantity, name, places if named else None)
    keys = []
    for index, label in enumerate(series):
        own = [point for point in points if point.series == label]
        if not named:
            own.sort(key=lambda point: point.at)
        shift = BESIDE * (index - (len(series) - 1) / 2) if named and len(series) < 8 else 0.0
        _predictions(panel, own, index, places if named else None, shift)
        for point in own:
            at = places[point.at] if named else point.at
            ends = point.interval()
            if all(map(isfinite, ends)) and ends[0] < ends[1]:
                panel.interval(at, *ends, f"fd-s{index % SERIES}", shift)
            if isfinite(point.measured):
                panel.point(at, point.measured, _told(point, quantity), index, shift)
        keys.append((f"fd-marker fd-s{index % SERIES}", label or "measured"))
    if any(point.theory for point in points):
        keys.append(("fd-tint", "predicted, as a line or a range"))
    label = f"{name}, {counted(len(points), 'point')}; the table has all values"
    keys.append(("fd-whisker fd-s6", "95% interval"))
    behind = _table(study, name, quantity)
    return tables.figure(panel.svg(label), name, behind, [tables.legend(*keys)])


def _panel(points, quantity, name, places):
    ends = [
        end
        for p in points
        for end in (p.measured, *p.interval(), *(p.theory or ()))
        if isfinite(end)
    ]
    y = Scale.around(ends, log="y" in quantity.log)
    if places is not None:
        names = [at.replace("minimum ", "") for at in places]
        return Panel(Scale(-0.5, len(places) - 0.5), y, quantity.along, "", names)
    x = Scale.around([point.at for point in points], log="x" in quantity.log)
    return Panel(x, y, quantity.along, "")


def _predictions(panel, points, index, places, shift):
    """A line or a band through what is predicted; at names a short one each."""
    known = [point for point in points if point.theory is not None]
    if not known:
        return
    low, high = np.array([point.theory for point in known], float).T
    low = np.where(np.isfinite(low), low, panel.y.low)
    high = np.where(np.isfinite(high), high, panel.y.high)
    if places is None:
        x = np.array([point.at for point in known], float)
        if len(x) == 1:  # as wide as the panel
            x, low, high = np.array([panel.x.low, panel.x.high]), low.repeat(2), high.repeat(2)
        _range(panel, x, low, high, index)
        return
    pixels = (panel.x.end - panel.x.start) / (panel.x.high - panel.x.low)
    half = (BESIDE / 2 if shift else 7.0) / pixels
    for point, bottom, top in zip(known, low, high, strict=True):
        middle = places[point.at] + shift / pixels
        around = np.array([middle - half, middle + half])
        _range(panel, around, np.array([bottom] * 2), np.array([top] * 2), index)


def _range(panel, x, low, high, index):
    if (low == high).all():
        panel.line(x, low, f"fd-s{index % SERIES}")
    else:
        panel.band(x, low, high, f"fd-tint{index % SERIES}")


def _at(point):
    return point.at if isinstance(point.at, str) else f"{point.at:g}"


def _told(point, quantity):
    told = f"{point.series}, {quantity.along} {_at(point)}: {digits(point.measured)}"
    if point.samples:
        told += " [{}, {}]".format(*map(digits, point.interval()))
    return told + (f", predicted {predicted(point.theory)}" if point.theory else "")


def _table(study, name, quantity):
    rows = [
        [
            point.series,
            _at(point),
            digits(point.measured),
            " to ".join(map(digits, point.interval())) if point.samples else "exact",
            str(point.samples or ""),
            predicted(point.theory) if point.theory else "",
            state or "",
        ]
        for point, state in zip(study.points, study.states, strict=True)
        if point.quantity == name
    ]
    head = [
        "series",
        quantity.along or "at",
        "measured",
        "95% interval",
        "of",
        "predicted",
        "verdict",
    ]
    return tables.table(name, head, rows)
