"""Diagnoses of published faults, and how often the first cause is an admissible one."""

from collections import defaultdict
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


def run(on_progress=None, effort="usual"):
    """The `Diagnosed` of every fault, and why some published ones cannot be built."""
    published, left_out = faults.load()
    cases = [(PUBLISHED, one) for one in published] + [(PUT_IN, one) for one in injected.draw()]
    found = []
    for place, (kind, one) in enumerate(cases):
        if on_progress:
            on_progress(place, len(cases))
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
    """The `Score` of some diagnoses: F3 is 10 P R / (9 P + R)."""
    templates = defaultdict(list)
    for one in diagnosed:
        templates[one.template].append(one)
    faulty = healthy = right = named = alarms = cured = 0.0
    for group in templates.values():
        weight = 1 / len(group)
        for one in group:
            if one.healthy:
                healthy += weight
                alarms += weight * bool(one.causes)
            else:
                faulty += weight
                right += weight * one.right
                named += weight * bool(one.causes)
                cured += weight * one.verified
    recall, precision = right / max(faulty, 1e-9), right / max(named, 1e-9)
    f3 = 10 * precision * recall / max(9 * precision + recall, 1e-9)
    return Score(
        len(templates), recall, precision, f3, alarms / max(healthy, 1e-9),
        cured / max(faulty, 1e-9),
    )  # fmt: skip
