"""What a notebook shows of a result: pieces in a box, with a style that is for the box alone."""

from functools import cache
from importlib import resources

from fastdense.markup.element import Markup, element
from fastdense.markup.tables import grid, stacked

__all__ = ["answer", "cell", "side_by_side", "stacked", "style"]


@cache
def style():
    """The style of all pieces, which have the class `fastdense` around them."""
    return (resources.files("fastdense.markup") / "style.css").read_text("utf-8")


def cell(*parts):
    """Pieces as a notebook shows them; there are no ids, so that many can stand on one page."""
    return str(element("div", element("style", Markup(style())), parts, class_="fastdense"))


def answer(words):
    """A sentence above all else."""
    return element("p", words, class_="fd-answer")


def side_by_side(pieces):
    """Pieces in columns, if there is room; nothing without any."""
    return grid(*pieces) if pieces else None
