"""Tables, and pictures with the table behind them, for eyes and for screen readers."""

from fastdense.markup.element import element, joined
from fastdense.markup.panel import marker


def table(caption, head, rows, hidden=False):
    """A table whose first column names its rows; a wide one scrolls by itself.

    Parameters
    ----------
    caption : str
    head : sequence of str
        Names of the columns.
    rows : iterable of sequence
    hidden : bool
        Whether only a screen reader says the caption, as where a heading above does.
    """
    top = element("tr", [element("th", name, scope="col") for name in head])
    body = [
        element("tr", element("th", first, scope="row"), [element("td", one) for one in rest])
        for first, *rest in rows
    ]
    whole = element(
        "table",
        element("caption", caption, class_="fd-unseen" if hidden else None),
        element("thead", top),
        element("tbody", body),
    )
    return scrolling(caption, whole)


def scrolling(label, inner):
    """What may be wider than the page: it scrolls alone, by the keyboard, too."""
    return element("div", inner, class_="fd-scroll", role="group", tabindex="0", aria_label=label)


def figure(picture, caption, behind=None, keys=()):
    """A picture with its caption, what its marks mean, and the table behind it."""
    return element(
        "figure",
        element("figcaption", caption),
        picture,
        [one for one in keys if one],
        element("details", element("summary", "Values"), behind) if behind else None,
        class_="fd-figure",
    )


def legend(*entries):
    """What lines and marks mean: pairs of a class and words."""
    if not entries:
        return None
    items = [element("li", swatch(kind), element("span", words)) for kind, words in entries]
    return element("ul", items, class_="fd-legend")


def swatch(kind):
    """A small sample of what a class looks like: a line, a band, a bar or a marker."""
    if kind.startswith("fd-marker"):
        series = int(kind.rpartition("fd-s")[2])
        inner = element("path", class_=kind, d=marker(series, 9, 6))
    elif kind in ("fd-band", "fd-inner") or kind.startswith(("fd-bar", "fd-tint", "fd-empty")):
        inner = element("rect", class_=kind, x=1, y=2, width=16, height=8)
    elif kind.startswith("fd-whisker"):
        inner = element("path", class_=kind, d="M9 1V11M6 1h6M6 11h6")
    else:
        inner = element("path", class_=kind, d="M0 6H18")
    return element("svg", inner, class_="fd-swatch", view_box="0 0 18 12", aria_hidden="true")


def grid(*pieces):
    """Pieces side by side, as many as there is room for."""
    return element("div", joined(pieces), class_="fd-grid-of")


def stack(*pieces):
    """Pieces one below the other, in one place of a grid; None without any."""
    kept = [one for one in pieces if one]
    return element("div", kept, class_="fd-stack") if kept else None


def stacked(pieces, deep=2):
    """Pieces as stacks of so many."""
    return [stack(*pieces[i : i + deep]) for i in range(0, len(pieces), deep)]


VERDICTS = {
    "holds": ("\u2713", "holds"),
    "partly": ("\u25d0", "partly"),
    "refuted": ("\u2717", "refuted"),
    "no difference": ("=", "same"),
    "undecided": ("?", "open"),
}


def verdict(word):
    """A verdict as a chip: a sign, the word and a color."""
    sign, kind = VERDICTS.get(word, ("\u2022", "open"))
    return element(
        "span", element("span", sign, aria_hidden="true"), " ", word, class_=f"fd-chip fd-{kind}"
    )
