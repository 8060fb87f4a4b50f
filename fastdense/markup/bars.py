"""Bars side by side with their intervals, each with its name before it and its number behind."""

from dataclasses import dataclass

from fastdense.markup.element import element, place
from fastdense.markup.panel import WIDTH, fitted, image, width_of

ROW, THICK = 22, 12
NAME, NUMBER, GAP = 130, 150, 8  # pixels at most, and between


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
    left = min(max(width_of(bar.name) for bar in rows) + GAP, NAME)
    right = min(max(width_of(bar.words) for bar in rows) + GAP, NUMBER)
    start, end = left, WIDTH - right
    parts = []
    for place_, bar in enumerate(rows):
        parts += _row(bar, ROW * place_ + ROW / 2 + 2, start, end)
    return image(label, WIDTH, ROW * len(rows) + 4, parts)


def _row(bar, middle, start, end):
    def at(share):
        return start + min(max(share, 0.0), 1.0) * (end - start)

    told = element("title", bar.told or f"{bar.name}: {bar.words}")
    yield element("text", fitted(bar.name, start - GAP), class_="fd-tick", x=0, y=middle + 3.5)
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
