"""A page as one file: checked before the work, and written whole or not at all.

A page runs no script and loads nothing: its policy lets the browser use its own style and no more.
"""

import base64
import hashlib
import importlib.util
from functools import cache
from importlib import resources
from pathlib import Path

from fastdense import __version__
from fastdense.errors import FastdenseError, shown
from fastdense.files import atomic
from fastdense.markup import notebook
from fastdense.markup.element import Markup, element, joined, text

ENDINGS = ".html", ".htm"
INSTALL = "python -m pip install 'fastdense[report]'"
TEMPLATES = "templates"


def check():
    """Check that pages can be made here.

    Raises
    ------
    FastdenseError
        No Jinja2.
    """
    if importlib.util.find_spec("jinja2") is None:
        raise FastdenseError(f"pages need Jinja2, which is not installed; run {INSTALL}")


def check_file(path, inputs=()):
    """Check, before anything is carried out, that a page can be made and written.

    Parameters
    ----------
    path : path
    inputs : sequence of path
        Files that the command reads.

    Raises
    ------
    FastdenseError
        Another ending than .html, no Jinja2, or a place that cannot be written to.
    """
    if Path(path).suffix.lower() not in ENDINGS:
        raise FastdenseError(f"{shown(str(path))} is no page; give a file.html")
    check()
    atomic.check_file(path, inputs)


def write(path, template, **values):
    """Write a page, whole or not at all; the same values give the same bytes."""
    atomic.write_atomically(Path(path), render(template, **values))


def render(template, **values):
    """A page as text: a file of `templates/` with values, none of which can become markup."""
    style = _style()
    return (
        _templates()
        .get_template(template)
        .render(style=Markup(style), policy=policy(style), version=__version__, **values)
    )


def policy(style):
    """The policy of content: nothing but this one style."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@cache
def _style():
    own = (resources.files("fastdense.reports.html") / TEMPLATES / "page.css").read_text("utf-8")
    return "\n" + notebook.style() + own


@cache
def _templates():
    import jinja2

    found = jinja2.Environment(
        loader=jinja2.PackageLoader("fastdense.reports.html", TEMPLATES),
        autoescape=True,
        finalize=text,  # which also takes control characters away
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters["names"] = names
    return found


def names(words):
    """A text in which what stands between backticks is a name in a program, as markup."""
    parts = str(words).split("`")
    if len(parts) % 2 == 0:  # one of them has no other
        return text(words)
    return joined([element("code", one) if i % 2 else one for i, one in enumerate(parts)])
