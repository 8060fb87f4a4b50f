"""The page of `fastdense bench diagnosis`: how often it is right, and every case."""

from fastdense.markup import tables
from fastdense.markup.bars import Bar, bars
from fastdense.markup.words import counted, percent
from fastdense.reports.html import page
from fastdense_bench.diagnosis import beside, table
from fastdense_bench.diagnosis.score import score

FIGURES = {
    "recall": "first cause right, of the faults",
    "precision": "first cause right, of the answers",
    "cured": "faults with a verified remedy",
    "false_alarms": "healthy trainings with a cause",
}


def write(path, found, left_out, about):
    """Write the page of what `score.run` returns."""
    groups = [(name, score(some)) for name, some in table.groups(found).items() if some]
    parts = []
    if groups:
        parts.append(
            ("How often it is right", tables.grid(*map(_picture, *zip(*groups, strict=True))))
        )
    for heading, columns, rows in (
        ("Cases", table.COLUMNS, table.rows(found)),
        ("Arms of scenarios", table.ARMS, table.arms(found)),
        ("Not built", ("case", "why"), [*left_out.items()]),
    ):
        if rows:
            parts.append((heading, tables.table(heading, columns, rows, hidden=True)))
    first, *others = map(_sentence, table.summaries(found))
    page.write(
        path,
        "benchmark.html",
        title="How often the cause of a stall is found",
        answer=first,
        remarks=[],
        parts=parts,
        notes=[*others, *([table.ABOUT_ARMS] if table.arms(found) else [])],
        about=about,
    )


def write_peers(path, results, cases, about):
    """Write the page of what `watched.measure` returns of other packages."""
    rows = tables.table("Packages", beside.COLUMNS, beside.rows(results, cases, ()))
    page.write(
        path,
        "benchmark.html",
        title="What packages say that watch PyTorch trainings",
        answer=f"{counted(len(results['peers']), 'package')} on the same published faults and "
        "healthy trainings.",
        remarks=[],
        parts=[("How often they are right", rows)],
        notes=[f"{note}." for note in _plain(beside.notes(results))],
        about=about,
    )


def _sentence(text):
    return text[:1].upper() + text[1:].removesuffix(".") + "."


def _plain(notes):
    """Without the signs that Markdown has for names."""
    return [note.replace("`", "") for note in notes]


def _picture(name, figures):
    """The shares of a group of cases, as bars."""
    shares = {words: getattr(figures, key) for key, words in FIGURES.items()}
    drawn = [
        Bar(words, share, percent(share), "fd-b1" if words == FIGURES["false_alarms"] else "fd-b0")
        for words, share in shares.items()
    ]
    label = f"{name}: " + ", ".join(f"{bar.name} {bar.words}" for bar in drawn)
    behind = tables.table(name, ["figure", "share"], [[bar.name, bar.words] for bar in drawn])
    caption = f"{_sentence(name).removesuffix('.')}: {counted(figures.templates, 'template')}"
    return tables.figure(bars(label, drawn), caption, behind)
