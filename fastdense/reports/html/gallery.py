"""A site of what was carried out: an index, a page for each scenario, theory and article."""

import contextlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from fastdense.errors import FastdenseError
from fastdense.files import folder as folders
from fastdense.markup import tables
from fastdense.markup.words import counted
from fastdense.reports.html import of_results, page
from fastdense.reports.html.of_experiment import words_of
from fastdense.scenarios import article as articles

INDEX = "index.html"
FOLDERS = {"scenario": "scenarios", "theory": "theories"}  # of the pages of each kind


@dataclass(frozen=True)
class Result:
    """What the site needs of a report: its plain values and its page."""

    plain: dict
    page: str

    @property
    def name(self):
        """Where its page is in the site."""
        kind = self.plain.get("kind", "scenario")
        return f"{FOLDERS[kind]}/{self.plain['scenario']}.html"


def check(folder, ids):
    """Check, before the work, that a site of results with these identifiers can be written."""
    for identifier, count in Counter(ids).items():
        if count > 1:
            raise FastdenseError(
                f"{count} of the scenarios are called {identifier!r}; give each once"
            )
    page.check()
    folders.check(folder, "gallery")


def page_of(section, plain, about):
    """The page of one scenario or theory, from its `Report.section`."""
    values = of_results.values([section], [plain], about, home=f"../{INDEX}")
    return page.render("results.html", **values)


class Site:
    """The pages of a gallery by their names in its folder."""

    def __init__(self, folder, texts):
        self._folder, self._texts = folder, texts

    @property
    def pages(self):
        """Their names."""
        return sorted(self._texts)

    @property
    def index(self):
        """Where to begin."""
        return str(Path(self._folder) / INDEX)

    def add(self, results, about):
        """Add the pages of all results, of the articles that they judge, and the index."""
        by_id = {one.plain["scenario"]: one for one in results}
        self._texts |= {one.name: one.page for one in results}
        judged = []
        for name in articles.names():
            found = articles.load(name)
            sentences = [_sentence(one, by_id) for one in found.sentences]
            if not any(one["judged"] for one in sentences):
                continue
            self._texts[f"articles/{name}.html"] = _article(found, sentences, about)
            judged.append((f"articles/{name}.html", found.title, _counts(sentences)))
        self._texts[INDEX] = _index(results, judged, about)


@contextlib.contextmanager
def site(folder):
    """Yields a `Site` that appears in a folder at the end, whole or not at all."""
    with folders.appearing(folder) as texts:
        yield Site(folder, texts)


def _sentence(sentence, by_id):
    """A sentence of an article with the claims that judge it, of those that were carried out."""
    judged = []
    for identifier, name in sentence.judged_by:
        result = by_id.get(identifier)
        found = [] if result is None else result.plain["claims"]
        for claim in found:
            if claim.get("name") == name:
                judged.append(
                    {
                        "chip": tables.verdict(claim["verdict"]),
                        "word": claim["verdict"],
                        "text": claim["text"],
                        "id": identifier,
                        "href": f"../{quote(result.name)}",
                        "evidence": claim["evidence"].split("\n"),
                    }
                )
    reason = sentence.reason or ("" if judged else "what judges it was not carried out here")
    return {"text": sentence.text, "where": sentence.where, "judged": judged, "reason": reason}


def _counts(sentences):
    words = [{"verdict": one["word"]} for sentence in sentences for one in sentence["judged"]]
    return words_of(words)


def _article(found, sentences, about):
    told = counted(len(sentences), "sentence")
    return page.render(
        "article.html",
        title=found.title,
        home=f"../{INDEX}",
        answer=f"{told} of this article say something about training. What each says is in our "
        "words; below it are the claims that judge it, with their verdicts.",
        words=_counts(sentences),
        sentences=sentences,
        about=about,
    )


def _index(results, judged, about):
    plains = [one.plain for one in results]
    counts = of_results.words_of_all(plains)

    def pages(kind):
        return [
            {
                "href": quote(one.name),
                "words": one.plain["question"],
                "counts": words_of(one.plain["claims"]),
            }
            for one in results
            if one.plain.get("kind", "scenario") == kind
        ]

    of_articles = [
        {"href": quote(name), "words": words, "counts": found} for name, words, found in judged
    ]
    groups = [
        ("Articles, sentence by sentence", of_articles),
        ("Scenarios", pages("scenario")),
        ("Theories", pages("theory")),
    ]
    return page.render(
        "index.html",
        title="How the training of dense networks stalls",
        answer=of_results.answer(plains),
        words=[(tables.verdict(word), count) for word, count in counts.items()],
        groups=groups,
        about=about,
    )
