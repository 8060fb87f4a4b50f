"""Pages of the repository that lie outside this folder, and links to them.

A link such as `../bench/README.md` works in a plain view of the file. On the site it leads to a
copy of that page, in which the links are written for its new place.
"""

import os
import re
from pathlib import Path

DOCS = Path(__file__).parents[1]
ROOT = DOCS.parent
GENERATED = DOCS / "generated"
# Under these names of the repository, in this order.
PAGES = (
    "bench/README.md",
    "bench/diagnosis.md",
    "bench/keras.md",
    "bench/sklearn.md",
    "examples/README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
)
LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)\s#]+)(#[^)\s]*)?(?=\))")


def place_of(page):
    """Where the copy of a page lies."""
    return GENERATED / page


def rewritten(text, source, target):
    """The text of a page with its relative links as they are from another place.

    Parameters
    ----------
    text : str
    source : Path
        Where the page lies.
    target : Path
        Where it is read.
    """

    def link(match):
        path, anchor = match[1], match[2] or ""
        named = Path(os.path.normpath(source.parent / path))
        if named.is_dir():  # of the site's folders each has its first page
            named /= "index.md"
        name = os.path.relpath(named, ROOT)
        to = place_of(name) if name in PAGES else named
        return os.path.relpath(to, target.parent) + anchor

    return LINK.sub(link, text)


def write(path, text):
    """Write a generated page, if it is not so already: what is older is built anew."""
    if not path.exists() or path.read_text("utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def copy_pages(app):
    """Copy the pages to where the site finds them."""
    for name in PAGES:
        source, target = ROOT / name, place_of(name)
        write(target, rewritten(source.read_text("utf-8"), source, target))


def read_source(app, docname, content):
    """Rewrite the links of a page that lies in this folder."""
    path = Path(app.env.doc2path(docname))
    if path.suffix == ".md" and GENERATED not in path.parents:
        content[0] = rewritten(content[0], path, path)


def setup(app):
    """What Sphinx calls."""
    app.connect("builder-inited", copy_pages)
    app.connect("source-read", read_source)
    return {"parallel_read_safe": True}
