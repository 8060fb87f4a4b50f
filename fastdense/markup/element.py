"""Elements of HTML and SVG, in which no text can become markup."""

from html import escape

VOID = {"br", "hr", "link", "meta"}  # which have no end


class Markup(str):
    """A text that is markup already; `element` makes it, and Jinja2 takes it as it is."""

    __slots__ = ()

    def __html__(self):
        return str(self)


def text(value):
    """A text as markup: escaped, and without what no page may hold.

    Control characters and halves of surrogate pairs become replacement characters, and so does
    what turns the direction of all that follows.
    """
    if hasattr(value, "__html__"):  # of ours, or of Jinja2's
        return Markup(value.__html__())
    value = "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in str(value))
    return Markup(escape(value, quote=True))


def element(name, /, *children, **attributes):
    """An element.

    Parameters
    ----------
    name : str
    *children : str, Markup, number, list of these, or None
        Texts are escaped; None and what is empty is left out.
    **attributes : str, number, bool or None
        `class_` is `class`, and `view_box` `viewBox`; others have hyphens for underscores. True is
        an attribute without a value, None and False are none. Values are escaped.
    """
    given = "".join(
        f" {_name(key)}" if value is True else f' {_name(key)}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in VOID:
        return Markup(f"<{name}{given}>")
    return Markup(f"<{name}{given}>{joined(children)}</{name}>")


def joined(children):
    """Children one after the other, as markup."""
    parts = []
    for child in children:
        if isinstance(child, (list, tuple)):
            parts.append(joined(child))
        elif child is not None:
            parts.append(text(child))
    return Markup("".join(parts))


def _name(key):
    return {"class_": "class", "view_box": "viewBox"}.get(key, key.replace("_", "-"))


def _value(value):
    return place(value) if isinstance(value, float) else text(value)


def place(value):
    """A place on paper, to a tenth of a pixel."""
    return f"{round(float(value), 1) + 0.0:.1f}".removesuffix(".0")
