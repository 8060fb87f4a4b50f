"""Diagnoses of published faults, and how often the first cause is an admissible one."""

from collections import Counter
from dataclasses import dataclass

from fastdense import diagnose
from fastdense_bench.diagnosis import faults, injected

PUBLISHED, PUT_IN = "published", "put in"


@dataclass(frozen=True)
class Diagnosed:
    """What was said of a fault."""

    kind: str  # PUBLISHED or PUT_IN
    id: str
    template: str
    labels: tuple
    high: bool
    verdict: str
    causes: tuple  # labels, best first
    remedy: str  # the first that was verified, or ""
    verified: bool
    seconds: float

    @property
    def healthy(self):
        return self.labels == ("NONE",)

    @property
    def right(self):
        """Whether the first cause is one of the labels, or a healthy training got none."""
        return (
            not self.causes
            if self.healthy
            else self.causes[:1] != () and (self.causes[0] in self.labels)
        )

    def to_dict(self):
        return {
            "kind": self.kind,
            "id": self.id, "template": self.template, "labels": list(self.labels),
            "high": self.high, "verdict": self.verdict, "causes": list(self.causes),
            "right": self.right, "remedy": self.remedy, "verified": self.verified,
            "seconds": self.seconds,
        }  # fmt: skip


@dataclass(frozen=True)
class Score:
    """Figures of several diagnoses, every template counting once."""

    templates: int
    recall: float
    precision: float
    f3: float
    false_alarms: float  # of healthy trainings
    cured: float  # of the faults, with a verified remedy


def cases():
    """`[(kind, Fault), ...]`, and why some published ones cannot be built."""
    published, left_out = faults.load()
    every = [(PUBLISHED, one) for one in published] + [(PUT_IN, one) for one in injected.draw()]
    return every, left_out


def run(on_progress=None, effort="usual"):
    """The `Diagnosed` of every fault, and why some published ones cannot be built."""
    every, left_out = cases()
    found = []
    for place, (kind, one) in enumerate(every):
        if on_progress:
            on_progress(place, len(every))
        answer = diagnose(one.network, one.recipe, one.data, effort=effort)
        remedy = next((remedy for remedy in answer.remedies if remedy.verified), None)
        labels = tuple(finding.cause.label for finding in answer.causes)
        found.append(
            Diagnosed(
                kind, one.id, one.template, one.labels, one.high, answer.verdict, labels,
                remedy.words if remedy else "", remedy is not None, round(answer.seconds, 1),
            )
        )  # fmt: skip
    return found, left_out


def score(diagnosed):
    """The `Score` of some diagnoses."""
    faulty = weighed([one for one in diagnosed if not one.healthy], diagnosed)
    healthy = weighed([one for one in diagnosed if one.healthy], diagnosed)
    recall = share(faulty, lambda one: one.right)
    precision = recall / max(share(faulty, lambda one: one.causes), 1e-9)
    return Score(
        len({one.template for one in diagnosed}), recall, precision, f3(precision, recall),
        share(healthy, lambda one: one.causes), share(faulty, lambda one: one.verified),
    )  # fmt: skip


def weighed(some, every):
    """`[(weight, one), ...]`, by which every template of `every` counts once."""
    sizes = Counter(one.template for one in every)
    return [(1 / sizes[one.template], one) for one in some]


def share(pairs, holds):
    """The share by weight of those of which something holds."""
    return sum(w for w, one in pairs if holds(one)) / max(sum(w for w, _ in pairs), 1e-9)


def f3(precision, recall):
    """10 P R / (9 P + R)."""
    return 10 * precision * recall / max(9 * precision + recall, 1e-9)
