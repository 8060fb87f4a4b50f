"""Docstrings of properties as they were written: a colon in them does not end a type."""


def join_again(app, what, name, thing, options, lines):
    """Napoleon reads "Of a sample: its shape." as a type and its description; make it one again."""
    begun = [line for line in lines if line.startswith(":type: ")]
    if what in ("property", "attribute") and begun:
        lines.remove(begun[0])
        lines[0] = f"{begun[0].removeprefix(':type: ')}: {lines[0]}"


def setup(app):
    """What Sphinx calls."""
    app.connect("autodoc-process-docstring", join_again, priority=900)  # behind Napoleon
    return {"parallel_read_safe": True}
