"""Bars side by side with their intervals, each with its name before it and its number behind.

Where a name is too long for that, all stand above their bars.
"""

from dataclasses import dataclass

from fastdense.markup.element import element, place
from fastdense.markup.panel import LINE, WIDTH, fitted, image, on_lines, width_of

ROW, THICK = 22, 12
NAME, NUMBER, GAP = 138, 150, 8  # pixels at most, and between
LINES = 2  # of a name above its bar, at most


@dataclass(frozen=True)
class Bar:
    """A bar: its name, its length and the ends of its interval in shares of the whole, the words
    behind it, and its class.
    """

    name: str
    length: float
    words: str
    kind: str = "fd-b0"
    ends: tuple[float, float] | None = None
    told: str = ""  # when it is hovered over


def bars(label, rows):
    """A picture of `Bar`s, the whole of 1 long."""
    left = max(width_of(bar.name) for bar in rows) + GAP
    above = left > NAME
    right = min(max(width_of(bar.words) for bar in rows) + GAP, NUMBER)
    start, end = 0 if above else left, WIDTH - right
    parts, top = [], 2
    for bar in rows:
        lines = on_lines(bar.name, WIDTH, LINES) if above else []
        for line in lines:
            parts.append(element("text", line, class_="fd-tick", x=0, y=top + LINE - 3))
            top += LINE
        if not above:
            parts.append(element("text", bar.name, class_="fd-tick", x=0, y=top + ROW / 2 + 3.5))
        parts += _row(bar, top + ROW / 2, start, end)
        top += ROW
    return image(label, WIDTH, top + 2, parts)


def _row(bar, middle, start, end):
    def at(share):
        return start + min(max(share, 0.0), 1.0) * (end - start)

    told = element("title", bar.told or f"{bar.name}: {bar.words}")
    size = {"y": middle - THICK / 2, "height": THICK, "x": start}
    yield element("rect", told, class_="fd-track", width=end - start, **size)
    yield element("rect", told, class_=f"fd-bar {bar.kind}", width=at(bar.length) - start, **size)
    if bar.ends is not None:
        low, high = (place(at(one)) for one in bar.ends)
        top, mid = place(middle - 3.5), place(middle)
        path = f"M{low} {mid}H{high}M{low} {top}v7M{high} {top}v7"
        yield element("path", class_="fd-ends", d=path)
    yield element(
        "text",
        fitted(bar.words, WIDTH - end - GAP + 2),
        class_="fd-tick",
        x=end + GAP - 2,
        y=middle + 3.5,
    )
