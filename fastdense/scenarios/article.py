"""Articles, sentence by sentence, with the claims that judge each (`articles/`, one file each)."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

from fastdense.errors import FastdenseError, shown
from fastdense.settings import toml
from fastdense.settings.tables import known, table, text

ARTICLES = "fastdense.scenarios.articles"


@dataclass(frozen=True)
class Sentence:
    """What one sentence of an article says about training, in other words.

    Attributes
    ----------
    where : str
        In the article.
    text : str
    judged_by : tuple of (str, str)
        The scenarios and the names of their claims that judge it.
    reason : str
        Why nothing judges it; empty if something does.
    """

    where: str
    text: str
    judged_by: tuple[tuple[str, str], ...]
    reason: str


@dataclass(frozen=True)
class Article:
    """An article that says how trainings stall."""

    id: str
    title: str
    sentences: tuple[Sentence, ...]


@cache
def names():
    """Identifiers of the articles, sorted."""
    folder = resources.files(ARTICLES)
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml")))


def load(name):
    """An article by its identifier.

    Raises
    ------
    FastdenseError
        A sentence that nothing judges without a reason, or the other way about.
    """
    path = resources.files(ARTICLES) / f"{name}.toml"
    content = toml.parse(path.read_text("utf-8"), name)
    for key in content:
        known(f"key in {name}", key, ("title", "sentences"))
    sentences = tuple(_sentence(name, entry) for entry in content["sentences"])
    return Article(name, text(content, "title", name), sentences)


def _sentence(name, entry):
    for key in table("a sentence", entry):
        known("key of a sentence", key, ("where", "text", "judged_by", "reason"))
    judged = tuple(tuple(one.split("/")) for one in entry.get("judged_by", []))
    found = Sentence(
        text(entry, "where", ""), text(entry, "text", ""), judged, text(entry, "reason", "")
    )
    if bool(found.judged_by) == bool(found.reason):
        raise FastdenseError(
            f"{name}: the sentence {shown(found.text)} needs either 'judged_by' or a 'reason'"
        )
    return found
