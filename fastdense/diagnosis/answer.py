"""What a diagnosis says: an answer in a sentence, causes with evidence, remedies with figures."""

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np

from fastdense.diagnosis.baseline import measured
from fastdense.diagnosis.changes import settings_of
from fastdense.diagnosis.spelled import spelled
from fastdense.entry import Cause
from fastdense.judging.plain import heading, number
from fastdense.once import once
from fastdense.plotting import Plotted

MOSTLY = 0.5  # of the starts: worth telling before it is verified
LEFT_OUT = " is left out "  # in a note on columns of a table
SURE = 0.4  # confidence from which on a cause is told that no change cured
HEALTHY, DATA, FAULT = "healthy", "data", "fault"
PROGRAM, UNDETERMINED = "program", "undetermined"


@dataclass(frozen=True, eq=False)
class Finding:
    """A suspected cause, and how sure it is."""

    cause: Cause
    suspicion: object
    changes: tuple
    confidence: float = 0.0

    @property
    def name(self):
        return self.cause.name

    @property
    def strength(self):
        return self.suspicion.strength

    @property
    def certain(self):
        return self.suspicion.certain

    def with_confidence(self, value):
        return replace(self, confidence=float(value))

    def to_dict(self):
        return {
            "cause": self.name,
            "label": self.cause.label,
            "confidence": round(self.confidence, 3),
            "summary": self.cause.summary,
            "why": self.cause.why,
            "evidence": list(self.suspicion.evidence),
        }


@dataclass(frozen=True, eq=False)
class Remedy:
    """A change that cured, on the starts that chose it (`before`) and on others.

    `before` and `placebo` are which starts are good unchanged, on the first starts and on the
    fresh ones; `after` which are good changed, on the fresh ones; `p` is that of a sign test.
    """

    words: str
    case: object = field(repr=False)  # the changed one
    change: dict
    effort: int = field(repr=False)
    before: np.ndarray = field(repr=False)
    after: np.ndarray = field(repr=False)
    placebo: np.ndarray = field(repr=False)
    p: float
    rows: tuple = field(default=(), repr=False)  # lines of NumPy that change rows

    @property
    def share(self):
        """Share of the fresh starts that are good with it."""
        return self.after.mean()

    @property
    def verified(self):
        """Whether it cures on fresh starts, by more than chance gives or by half of them."""
        lift = self.share - self.placebo.mean()
        return bool(lift > 0 and (self.p <= 0.05 or lift >= 0.5))

    @property
    def spelled(self):
        """The lines to change, in the words of "keras" and "torch", that of the case first."""
        found = spelled(self.change, settings_of(self.case))
        own = self.case.framework
        found = {name: found[name] for name in sorted(found, key=lambda name: name != own)}
        return {name: [*self.rows, *lines] for name, lines in found.items()}

    @property
    def said(self):
        """What it does: in the words of the case's framework, if it has one and they say it."""
        lines = self.spelled[self.case.framework] if self.case.framework else []
        return "; ".join(lines) or self.words

    def to_dict(self):
        return {
            "change": self.change,
            "words": self.words,
            "rows": list(self.rows),
            **self.spelled,
            "verified": self.verified,
            **{
                name: [int(array.sum()), len(array)]
                for name, array in (
                    ("before", self.before), ("after", self.after), ("placebo", self.placebo),
                )
            },
            "p": self.p,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Diagnosis(Plotted):
    """Why a training does not get where its data let it.

    Attributes
    ----------
    evidence : Evidence
    causes : tuple of Finding
        Best first; none of a healthy training.
    remedies : tuple of Remedy
    tried : tuple of Tried
    seconds : float
    enough : float
        Share of good starts from which on a training is healthy.
    is_whole : bool
        Whether the search came to its end, in the time that it was given.
    observed : Observed or None
        The loss at which the user's own training stands.
    """

    evidence: object
    causes: tuple
    remedies: tuple
    tried: tuple
    seconds: float
    enough: float
    is_whole: bool = True
    observed: object = None

    @property
    def verdict(self):
        """One of "healthy", "data", "fault", "program" and "undetermined"."""
        if self.causes and self.causes[0].cause.label == "PROGRAM":
            return PROGRAM
        if self.causes and self.causes[0].cause.of_data:
            return DATA
        if self.causes and (self.causes[0].certain or self.cured or self._sure):
            return FAULT
        return HEALTHY if self.evidence.good.mean() >= self.enough else UNDETERMINED

    @property
    def _sure(self):
        return self.causes[0].confidence >= SURE

    @once
    def cured(self):
        """The first verified remedy, or None."""
        return next((one for one in self.remedies if one.verified), None)

    @property
    def outcome(self):
        """The commonest outcome of the starts."""
        return Counter(self.evidence.trained.outcomes.tolist()).most_common(1)[0][0]

    @property
    def starts(self):
        """How many starts each change is tried on."""
        return len(self.tried[0].good) if self.tried else len(self.evidence.good)

    @property
    def healthy(self):
        """Whether nothing is wrong: the typical start gets where its data let it."""
        return self.verdict == HEALTHY

    @property
    def answer(self):
        """The answer, in a sentence or two."""
        if self.verdict == HEALTHY and self.observed is not None:
            return (
                f"It learns here: {self.evidence.learns} Your loss of {self.observed.loss:g} is "
                "that of no mistake that is known here; what differs is in your program, or in its "
                "rows."
            )
        if self.verdict == HEALTHY:
            return f"Nothing is wrong: {self.evidence.learns}"
        if self.verdict == PROGRAM:
            first = self.causes[0]
            return (
                f"It learns here: {self.evidence.learns} {first.suspicion.evidence[0]}, as if this "
                f"was so: {_lower(first.cause.summary)}."
            )
        failing = self.evidence.fails
        if self.verdict == UNDETERMINED:
            perhaps = ""
            if self.causes:
                perhaps = f" It may be this: {_lower(self.causes[0].cause.summary)}."
            tried = f"None of {len(self.tried)} changes that were tried cures it."
            return f"{failing}. {tried if self.tried else 'No change was tried.'}{perhaps}"
        first = self.causes[0].cause
        if self.verdict == DATA:
            left_out = [note for note in self.evidence.case.given.notes if LEFT_OUT in note]
            rest = f" But {_lower(left_out[0])}." if left_out else ""
            return f"It is the data. {first.summary}. {first.why}{rest}"
        if self.causes[0].certain or self.causes[0].confidence >= SURE:
            return f"{first.summary}. {failing}.{self._cure}"
        return f"{failing}.{self._cure} Why is not sure; perhaps this: {_lower(first.summary)}."

    @property
    def _cure(self):
        """What cures, as a sentence behind another."""
        cure, best = self.cured, max(self.tried, key=lambda one: one.good.mean(), default=None)
        if cure:
            return f" This cured {cure.after.sum()} of {len(cure.after)} fresh starts: {cure.said}."
        if not self.tried:
            return " No change was tried."
        if not self.is_whole and best.good.mean() >= MOSTLY:
            return (
                f" This made {best.good.sum()} of {len(best.good)} starts good, and was not tried "
                f"on fresh ones yet: {best.change.words}."
            )
        if self.remedies and self.remedies[0].share >= MOSTLY:
            first = self.remedies[0]
            return (
                f" With this {first.after.sum()} of {len(first.after)} fresh starts are good, and "
                f"{first.placebo.sum()} unchanged, which may be chance: {first.said}."
            )
        return " No change that was tried cures it alone."

    @property
    def ruled_out(self):
        """Changes that were tried and cured nothing: their words and how many starts are good."""
        before = self.evidence.good.mean()
        return [one for one in self.tried if one.good.mean() <= before]

    @once
    def settings(self):
        """The settings with the first verified remedy, by dotted paths."""
        found = settings_of(self.evidence.case)
        return found | (self.cured.change if self.cured else {})

    def __repr__(self):
        names = ", ".join(one.name for one in self.causes[:3])
        # Of a training that learned what there is, a loss that has ended its fall is no news.
        outcome = "" if self.healthy else f"; {self.outcome}"
        return f"Diagnosis({self.verdict}{': ' + names if names else ''}{outcome})"

    def _repr_html_(self):
        """The answer, the remedies, the causes and the curves, for a notebook."""
        from fastdense.diagnosis import pieces
        from fastdense.markup import notebook

        return notebook.cell(pieces.all_of(self))

    def to_dict(self):
        """Plain values, as `--json` prints them; see docs/json.md."""
        found, attainable = self.evidence, self.evidence.attainable
        return {
            **heading(),
            "outcome": self.outcome,
            "verdict": self.verdict,
            "healthy": self.healthy,
            "answer": self.answer,
            "whole": self.is_whole,
            "causes": [one.to_dict() for one in self.causes],
            "ruled_out": [
                {
                    "change": one.change.words,
                    "causes": list(one.causes),
                    "good": [int(one.good.sum()), len(one.good)],
                }
                for one in self.ruled_out
            ],
            "remedies": [one.to_dict() for one in self.remedies],
            "starts": {
                "good": [int(found.good.sum()), len(found.good)],
                "explained": [number(value) for value in found.trained.explained],
                "outcomes": list(found.trained.outcomes),
            },
            "baselines": _baselines(found.case),
            "attainable": {
                "explained": number(attainable.explained),
                "linear": number(attainable.linear),
                "memorized": number(attainable.memorized),
                "shuffled": None if attainable.shuffled is None else number(attainable.shuffled),
                "limit": number(attainable.limit),
                "held_out": attainable.held_out,
            },
            "recipe": self.settings,
            "seconds": round(self.seconds, 2),
        }


def _lower(text):
    """A sentence as the rest of another."""
    return text[:1].lower() + text[1:]


def _baselines(case):
    found = measured(case)
    if found is None:  # of a training that is refused
        return {}
    return {"constant": number(found.constant), "irreducible": number(found.irreducible)}
