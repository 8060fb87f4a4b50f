"""Shares of outcomes with their intervals, as bars."""

from collections import Counter

from fastdense.judging.intervals import wilson
from fastdense.markup import tables
from fastdense.markup import words as say
from fastdense.markup.bars import Bar, bars
from fastdense.markup.words import interval, percent


def picture(shares, intervals, runs, caption, keys=()):
    """A figure of the shares of outcomes.

    Parameters
    ----------
    shares : dict of str to float
        By outcome, those that occurred.
    intervals : dict of str to (low, high)
        95% each; empty where one run stands for all.
    runs : int
    caption : str or Markup
    """
    rows = []
    for name, share in sorted(shares.items(), key=lambda item: -item[1]):
        ends = intervals.get(name)
        said = percent(share) + (f" {interval(*ends)}" if ends else "")
        told = f"{name}: {percent(share)} of {say.counted(runs, 'run')}"
        told += f", 95% interval {interval(*ends)}" if ends else ""
        rows.append(Bar(name.replace("_", " "), share, said, f"fd-{name}", ends, told))
    label = "outcomes: " + ", ".join(f"{bar.name} {bar.words}" for bar in rows)
    table = tables.table(
        "share of runs",
        ["outcome", "share", *(["95% interval"] if intervals else [])],
        [
            [name, percent(share), *([interval(*intervals[name])] if intervals else [])]
            for name, share in shares.items()
        ],
    )
    return tables.figure(bars(label, rows), caption, table, keys)


def counted(outcomes, caption):
    """The same of the outcomes of independent runs, a list of names."""
    runs, found = len(outcomes), Counter(outcomes)
    intervals = {name: wilson(count, runs) for name, count in found.items()} if runs > 1 else {}
    return picture({name: n / runs for name, n in found.items()}, intervals, runs, caption)
