"""A picture with two axes: lines, bands, levels, points with intervals, and values to hover over.

It is drawn as wide as a phone's page, so that its letters keep their size there, and grows from
that on. Colors come from the style, by class; series differ in dashes and markers, too.
"""

import math

import numpy as np

from fastdense.markup.element import element, joined, place
from fastdense.markup.words import cut

WIDTH, HEIGHT = 360, 220
LINE = 14  # pixels of a line of the small print, which has letters of 11
# Pixels of its letters in a wide face (DejaVu Sans), so that narrower ones fit, too.
NARROW, WIDE = "ijltfrI.,:;'|![](){}/ ", "mwMW%@<>=+~\u2026"
TOP, RIGHT, GAP = 10, 12, 7
NAME = 110  # pixels of a name along an axis, at most
SERIES = 8  # with a color, dashes and a marker of their own
HOVERS = 24  # places along a line at which its values can be read


def width_of(words):
    """Pixels that words take, on the safe side."""
    return sum(4.4 if c in NARROW else 10.5 if c in WIDE else 7.0 if c < "\u0250" else 11.5
               for c in words)  # fmt: skip


def fitted(words, pixels):
    """Words in so many pixels at most, shortened if they are too long."""
    words = cut(words, 200)
    letters = len(words)
    while letters > 1 and width_of(words) > pixels:
        letters -= 1
        words = cut(words, letters)
    return words


def on_lines(words, pixels, most):
    """Words on up to `most` lines of so many pixels, the last of them shortened if need be."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and len(lines) < most and width_of(longer) > pixels:
            lines.append(word)
        else:
            lines[-1] = longer
    return [fitted(line, pixels) for line in lines]


class Panel:
    """A picture under way.

    Parameters
    ----------
    x, y : Scale
    x_label, y_label : str
        With their units.
    names : sequence of str, optional
        What stands along x in place of numbers, at 0, 1, ...
    percent : bool
        Whether y is of shares.
    """

    def __init__(self, x, y, x_label, y_label, names=None, percent=False, height=HEIGHT, most=6):
        self._labels = x_label, y_label
        below = y.ticks(5)
        if percent:
            below = [(v, f"{100 * v:.0f}%") for v in (0, 0.25, 0.5, 0.75, 1)]
        left = LINE + GAP + max([width_of(words) for _, words in below], default=0) + 4
        self._turned = False
        across = WIDTH - left - RIGHT
        if names is None:
            along = _apart(x.on(0, across), x.ticks(most))
        else:
            names = [fitted(name, NAME) for name in names]
            widest = max(map(width_of, names), default=0)
            self._turned = len(names) * (widest + 6) > across
            step = max(1, math.ceil(len(names) * (LINE if self._turned else 0) / across))
            along = list(enumerate(names))[::step]
        deep = max([width_of(words) for _, words in along], default=0) if self._turned else 11
        self.height = height + (deep if self._turned else 0)
        self.x, self.y = x.on(left, WIDTH - RIGHT), y.on(self.height - deep - LINE - 13, TOP)
        self._axes = self._drawn_axes(along, below)
        self._marks, self._hovers = [], []

    def _drawn_axes(self, along, below):
        bottom, top, left, right = self.y.start, self.y.end, self.x.start, self.x.end
        parts = []
        heights = [float(self.y(value)) for value, _ in below]
        rules = "".join(f"M{place(left)} {place(at)}H{place(right)}" for at in heights)
        parts.append(element("path", class_="fd-grid", d=rules))
        for (_, words), at in zip(below, heights, strict=True):
            parts.append(
                element("text", words, class_="fd-tick", x=left - 5, y=at + 3.5, text_anchor="end")
            )
        marks = "".join(f"M{place(self.x(value))} {place(bottom)}v3" for value, _ in along)
        axis = f"M{place(left)} {place(bottom)}H{place(right)}{marks}"
        parts.append(element("path", class_="fd-axis", d=axis))
        for value, words in along:
            at = float(self.x(value))
            if self._turned:
                where = {
                    "text_anchor": "end",
                    "transform": f"rotate(-90 {place(at)} {place(bottom + 6)})",
                }
                parts.append(
                    element("text", words, class_="fd-tick", x=at + 0.0, y=bottom + 9, **where)
                )
            else:
                half = width_of(words) / 2
                inside = min(max(at, half + 1), WIDTH - half - 1)
                parts.append(
                    element(
                        "text",
                        words,
                        class_="fd-tick",
                        x=inside,
                        y=bottom + 14,
                        text_anchor="middle",
                    )
                )
        x_label, y_label = self._labels
        parts.append(
            element(
                "text", fitted(x_label, right - left), class_="fd-label", x=(left + right) / 2,
                y=self.height - 4, text_anchor="middle",
            )
        )  # fmt: skip
        if y_label:
            middle = (top + bottom) / 2
            parts.append(
                element(
                    "text", fitted(y_label, bottom - top + 2 * TOP), class_="fd-label", x=11,
                    y=middle, text_anchor="middle",
                    transform=f"rotate(-90 11 {place(middle)})",
                )
            )  # fmt: skip
        return parts

    def line(self, x, y, kind="fd-median", shift=0.0):
        """A line through (n,) and (n,), broken where y is NaN, and some pixels to the side."""
        aside = f"translate({place(shift)} 0)" if shift else None
        path = self._path(x, y)
        self._marks.append(element("path", class_=f"fd-line {kind}", d=path, transform=aside))

    def band(self, x, low, high, kind="fd-band"):
        """What lies between two lines, where both are numbers."""
        x, low, high = (np.asarray(one, float) for one in (x, low, high))
        known = ~(np.isnan(low) | np.isnan(high))
        for part in _stretches(known):
            across, lows, highs = self.x(x[part]), self.y(low[part]), self.y(high[part])
            around = [*zip(across, highs, strict=True), *zip(across[::-1], lows[::-1], strict=True)]
            self._marks.append(element("path", class_=kind, d=_through(around) + "Z"))

    def level(self, y, kind):
        """A line at one height; returns whether it is on the paper."""
        if not self.y.low <= y <= self.y.high:
            return False
        at = float(self.y(y))
        ends = {"x1": self.x.start, "x2": self.x.end, "y1": at, "y2": at}
        self._marks.append(element("line", class_=f"fd-level {kind}", **ends))
        return True

    def interval(self, x, low, high, kind="fd-s0", shift=0.0):
        """The ends of an interval around a point."""
        at, (top, bottom) = float(self.x(x)) + shift, map(float, self.y([high, low]))
        self._marks.append(
            element(
                "path", class_=f"fd-whisker {kind}",
                d=f"M{place(at)} {place(top)}V{place(bottom)}M{place(at - 3)} {place(top)}h6"
                f"M{place(at - 3)} {place(bottom)}h6",
            )
        )  # fmt: skip

    def point(self, x, y, words, series=0, shift=0.0):
        """A point with the marker of its series, and what it says when it is hovered over."""
        at, height = float(self.x(x)) + shift, float(self.y(y))
        self._marks.append(
            element(
                "path", element("title", words), class_=f"fd-marker fd-s{series % SERIES}",
                d=marker(series, at, height),
            )
        )  # fmt: skip

    def hover(self, x, texts):
        """What is told of places along x: a text for each of (n,), over the whole height."""
        x = self.x(np.asarray(x, float))
        edges = np.concatenate([[self.x.start], (x[1:] + x[:-1]) / 2, [self.x.end]])
        top, tall = self.y.end, self.y.start - self.y.end
        for start, end, words in zip(edges[:-1], edges[1:], texts, strict=True):
            if end - start >= 0.5:
                size = {"x": start + 0.0, "y": top + 0.0, "width": end - start, "height": tall}
                self._hovers.append(
                    element("rect", element("title", words), class_="fd-hover", **size)
                )

    def svg(self, label):
        """The picture, of which a screen reader says the label."""
        return image(label, WIDTH, self.height, [*self._axes, *self._marks, *self._hovers])

    def _path(self, x, y):
        x, y = np.asarray(x, float), np.asarray(y, float)
        parts = (
            _through(zip(self.x(x[part]), self.y(y[part]), strict=True))
            for part in _stretches(~np.isnan(y))
        )
        return "".join(parts)


def image(label, width, height, parts):
    """A picture of so many pixels, which is as wide as there is room for."""
    return element(
        "svg", joined(parts), class_="fd-picture", view_box=f"0 0 {place(width)} {place(height)}",
        role="img", aria_label=label,
    )  # fmt: skip


def marker(series, x, y):
    """The outline of the marker of a series around a place."""
    x, y = place(x), place(y)
    shapes = (
        "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z",
        "m-3.2 -3.2h6.4v6.4h-6.4z",
        "m0 -4.2l4 7h-8z",
        "m0 -4.6l4.6 4.6l-4.6 4.6l-4.6 -4.6z",
        "m0 4.2l4 -7h-8z",
        "m-4 -1.3h2.7v-2.7h2.6v2.7h2.7v2.6h-2.7v2.7h-2.6v-2.7h-2.7z",
        "m-4.2 0l7 -4v8z",
        "m4.2 0l-7 -4v8z",
    )
    return f"M{x} {y}{shapes[series % len(shapes)]}"


def _apart(scale, ticks):
    """Those ticks whose texts do not touch."""
    found, end = [], -math.inf
    for value, words in ticks:
        at, half = float(scale(value)), width_of(words) / 2
        if at - half > end:
            found.append((value, words))
            end = at + half + 5
    return found


def _through(points):
    return "".join(
        f"{'L' if index else 'M'}{place(x)} {place(y)}" for index, (x, y) in enumerate(points)
    )


def _stretches(known):
    """Slices of the places at which a mask (n,) is true, one after the other."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], known.astype(np.int8), [0]])))
    return [slice(start, end) for start, end in edges.reshape(-1, 2)]
