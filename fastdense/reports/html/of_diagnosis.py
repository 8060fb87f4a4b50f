"""The page of a diagnosis, or of those of all fits of a program."""

from fastdense.diagnosis import pieces
from fastdense.diagnosis.changes import settings_of
from fastdense.judging.plain import number
from fastdense.markup import tables
from fastdense.markup.words import counted
from fastdense.reports import diagnosis as printed
from fastdense.reports.html import page


def write(path, name, found, about, left_out=()):
    """Write the page of a `Diagnosis` of what is called so; `left_out` as of `to_paste`."""
    parts = [{**section(found, left_out), "heading": "The answer", "told": []}]
    page.write(path, "diagnosis.html", title=f"Diagnosis of {name}", found=parts, about=about)


def write_program(path, name, fits, about):
    """Write the page of the `Diagnosed` fits of a program."""
    parts = [_of_fit(one) for one in fits]
    title = f"Diagnosis of {counted(len(fits), 'fit')} of {name}"
    page.write(path, "diagnosis.html", title=title, found=parts, about=about)


def _of_fit(one):
    heading, *told = one.told()
    told = [line.strip() for line in told]
    if one.found is None or one.known:
        return {**dict.fromkeys(PARTS), "heading": heading, "told": told}
    parts = section(one.found, left_out=(IN_TOML, BEHIND))
    if one.held_back:  # which is said in place of what was found
        parts["answer"] = None
    # The answer and what speaks for it have places of their own.
    told = [line for line in told if line != one.found.answer and not line.startswith("- ")]
    return {**parts, "heading": heading, "told": told}


IN_TOML = "In TOML, in place of what the file says"
BEHIND = printed.BEHIND
PARTS = (
    "answer", "remedies", "paste", "causes", "suspected", "starts", "signals", "tried", "settings",
)  # fmt: skip


def section(found, left_out=()):
    """What `diagnosis.html` shows of a `Diagnosis`; `left_out` as of `to_paste`."""
    remedies, signals = pieces.remedies(found), pieces.signals(found)
    starts = pieces.starts(found)
    mistakes = found.verdict == "program"
    return {
        "answer": pieces.answer(found),
        "remedies": tables.grid(*remedies) if remedies else None,
        "paste": to_paste(found, left_out),
        "causes": pieces.causes(found),
        "suspected": "Mistakes that are suspected" if mistakes else "Causes that are suspected",
        "starts": tables.grid(*starts[:1], tables.stack(*starts[1:])),
        "signals": tables.grid(*tables.stacked(signals)) if signals else None,
        "tried": pieces.tried(found),
        "settings": _settings(found),
    }


def to_paste(found, left_out=()):
    """Headings and texts with the first verified remedy; none without one.

    Parameters
    ----------
    found : Diagnosis
    left_out : collection of str
        Headings of what there is no place for: a table has no TOML, and a program takes no `--set`.
    """
    cure = found.cured
    if cure is None:
        return []
    told = []
    if cure.change and not cure.rows:
        lines = [f"{path} = {printed.literal(value)}" for path, value in cure.change.items()]
        told.append((IN_TOML, "\n".join(lines)))
    heading, lines = "", []
    for line in printed.to_paste(found):
        if line.endswith(":") and not line.startswith("  "):
            heading, lines = line.removesuffix(":"), []
        elif line:
            lines.append(line[2:])
        else:
            told.append((heading, "\n".join(lines)))
    return [(heading, text) for heading, text in told if heading not in left_out]


def _settings(found):
    """The settings as they were, and those of the remedy that differ."""
    before = settings_of(found.evidence.case)
    change = found.cured.change if found.cured else {}
    names = [*before, *(name for name in change if name not in before)]
    rows = [
        [
            name,
            _plain(before.get(name)),
            *([_plain(change[name]) if name in change else ""] * bool(change)),
        ]
        for name in names
    ]
    head = ["setting", "as it is", *(["with the remedy"] if change else [])]
    return tables.table("Settings, by dotted paths", head, rows)


def _plain(value):
    if value is None:
        return "not given"
    return str(number(value)) if isinstance(value, float) else printed.literal(value)
