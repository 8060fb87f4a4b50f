"""The page of scenarios and theories that were carried out: one of them, or many."""

from collections import Counter

from fastdense.markup import tables
from fastdense.markup.words import counted
from fastdense.reports.html import page
from fastdense.scenarios.verdict import RULE


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
        "answer": answer(plains, counts),
        "words": [(tables.verdict(word), count) for word, count in counts.items()],
        "sections": sections,
        "about": about,
        "rule": RULE,
        "home": home,
    }


def words_of_all(plains):
    """How many claims have each verdict, in the order of the words."""
    counts = Counter(claim["verdict"] for one in plains for claim in one["claims"])
    return {word: counts[word] for word in tables.VERDICTS if counts[word]}


def answer(plains, counts):
    """What became of all claims, in a sentence."""
    theories = sum(one.get("kind") == "theory" for one in plains)
    of = [counted(len(plains) - theories, "scenario")] if len(plains) > theories else []
    of += [counted(theories, "theory", "theories")] if theories else []
    told = {"holds": "{} hold", "partly": "{} hold partly", "refuted": "{} are refuted",
            "no difference": "{} make no difference", "undecided": "{} are undecided"}  # fmt: skip
    said = ", ".join(told[word].format(count) for word, count in counts.items())
    every = counted(sum(counts.values()), "claim")
    return f"Of {every} in {' and '.join(of)}, {said or 'none was judged'}."
