"""The page of scenarios and theories that were carried out: one of them, or many."""

from collections import Counter

from fastdense.markup import tables
from fastdense.markup.words import counted
from fastdense.reports.html import page
from fastdense.scenarios import verdict
from fastdense.theory import points

RULES = {"scenario": verdict.RULE, "theory": points.RULE}

SAID = {  # of one claim, and of several
    "holds": ("holds", "hold"),
    "partly": ("holds partly", "hold partly"),
    "refuted": ("is refuted", "are refuted"),
    "no difference": ("makes no difference", "make no difference"),
    "undecided": ("is undecided", "are undecided"),
}


def write(path, sections, plains, about):
    """Write the page.

    Parameters
    ----------
    path : path
    sections : list of dict
        Of `Report.section`, at least one.
    plains : list of dict
        What `--json` prints of the same.
    about : Provenance
    """
    page.write(path, "results.html", **values(sections, plains, about))


def values(sections, plains, about, home=None):
    """What `results.html` shows."""
    counts = words_of_all(plains)
    title = "What was reproduced" if len(sections) > 1 else sections[0]["question"]
    return {
        "title": title,
        "answer": answer(plains),
        "words": [(tables.verdict(word), count) for word, count in counts.items()],
        "sections": sections,
        "about": about,
        "rules": [RULES[kind] for kind in RULES if kind in {one["kind"] for one in sections}],
        "home": home,
    }


def words_of_all(plains, own=False):
    """How many claims have each verdict, in the order of the words: published ones, or our own."""
    claims = [claim for one in plains for claim in one["claims"] if claim["own"] == own]
    counts = Counter(claim["verdict"] for claim in claims)
    return {word: counts[word] for word in tables.VERDICTS if counts[word]}


def answer(plains):
    """What became of all claims, in a sentence or two."""
    theories = sum(one.get("kind") == "theory" for one in plains)
    of = [counted(len(plains) - theories, "scenario")] if len(plains) > theories else []
    of += [counted(theories, "theory", "theories")] if theories else []
    published, own = words_of_all(plains), words_of_all(plains, own=True)
    every = counted(sum(published.values()), "published claim")
    told = f"Of {every} in {' and '.join(of)}, {_said(published)}."
    if own:
        told += f" Of {counted(sum(own.values()), 'control')} of this project's own, {_said(own)}."
    return told


def _said(counts):
    said = ", ".join(f"{count} {SAID[word][count != 1]}" for word, count in counts.items())
    return said or "none was judged"
