"""How docstrings are set: what Napoleon and Sphinx make of them that reads badly is mended."""

from docutils import nodes

DASH = " -- "  # which Sphinx puts between a parameter and what it says


def join_again(app, what, name, thing, options, lines):
    """A colon in the docstring of a property does not end a type.

    Napoleon reads "Of a sample: its shape." as a type and its description; it is one again.
    """
    begun = [line for line in lines if line.startswith(":type: ")]
    if what in ("property", "attribute") and begun:
        lines.remove(begun[0])
        lines[0] = f"{begun[0].removeprefix(':type: ')}: {lines[0]}"


def set_dashes(app, doctree, docname):
    """A dash between a parameter and what it says."""
    for text in [one for one in doctree.findall(nodes.Text) if one == DASH]:
        text.parent.replace(text, nodes.Text(" \u2013 "))


def set_examples(app, context, lines):
    """The examples at the end of a command's help as a listing."""
    _, _, shown = (context.command.epilog or "").partition("Examples:\n")
    if shown:
        listing = (f"   {line.strip()}" for line in shown.splitlines())
        lines[:] = ["**Examples**", "", ".. code-block:: sh", "", *listing, ""]


def setup(app):
    """What Sphinx calls."""
    app.connect("autodoc-process-docstring", join_again, priority=900)  # behind Napoleon
    app.connect("doctree-resolved", set_dashes)
    app.connect("sphinx-click-process-epilog", set_examples)
    return {"parallel_read_safe": True}
