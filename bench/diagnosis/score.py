"""Diagnoses of faults and sound trainings, and how often the first cause is an admissible one."""

from collections import Counter
from dataclasses import asdict, dataclass, replace

import numpy as np

from fastdense import diagnose
from fastdense.diagnosis.evidence import good
from fastdense.diagnosis.laboratory import Laboratory
from fastdense.diagnosis.search import FRESH
from fastdense.judging.paired import sign_test
from fastdense_bench.diagnosis import arms, faults, injected
from fastdense_bench.diagnosis.chance import by_chance

PUBLISHED, PUT_IN, ARM = "published", "put in", "arm"
ONCE_MORE = 20  # starts on which a verified remedy is tried once more
DRAWN = 5  # times random changes are drawn beside a diagnosis


@dataclass(frozen=True)
class Diagnosed:
    """What was said of a training."""

    kind: str  # PUBLISHED, PUT_IN or ARM
    id: str
    template: str
    labels: list  # ["NONE"] of a sound one; [] of an arm that does not converge
    high: bool  # confidence in the labels
    verdict: str
    names: list  # of the causes, best first
    causes: list  # their labels
    remedy: str  # the first that was verified, or ""
    cured: float | None  # share of fresh starts that it makes good
    chance: list | None  # likewise of the best of random changes, for as much arithmetic, each time
    seconds: float
    again: bool | None = None  # whether the remedy cures on other starts, too; of one verified
    claim: str = ""  # what the scenario of an arm claims

    @property
    def healthy(self):
        return self.labels == ["NONE"]

    @property
    def verified(self):
        return self.cured is not None

    @property
    def fails(self):
        """Whether it is worse on these rows than it might be: what there is to cure."""
        return self.verdict in ("fault", "undetermined")

    @property
    def right(self):
        """Whether the first cause is one of the labels, or a healthy training got none."""
        if self.healthy:
            return not self.causes
        return bool(self.causes) and self.causes[0] in self.labels

    def to_dict(self):
        return {**asdict(self), "right": self.right}

    @classmethod
    def from_dict(cls, plain):
        return cls(**{key: value for key, value in plain.items() if key != "right"})


@dataclass(frozen=True)
class Score:
    """Figures of several diagnoses, every template counting once."""

    templates: int
    recall: float
    precision: float
    f3: float
    false_alarms: float  # of healthy trainings
    cured: float  # of the faults, with a verified remedy
    fail: float  # of the faults, do harm on these rows,
    curable: float  # and of these, with a verified remedy


def cases():
    """`[(kind, Fault), ...]`, and why some published ones cannot be built."""
    published, left_out = faults.load()
    every = [(PUBLISHED, one) for one in published] + [(PUT_IN, one) for one in injected.draw()]
    return every, left_out


def run(on_progress, kept, effort="usual"):
    """The `Diagnosed` of every fault and arm, and why some published ones cannot be built.

    Parameters
    ----------
    on_progress : callable
        Called as `on_progress(done, total)` before every training.
    kept : Kept
        Holds each as it is done.
    effort : str
        As `diagnose` has it.
    """
    every, left_out = cases()
    every += [(ARM, one) for one in arms.load()]
    found = []
    for place, (kind, one) in enumerate(every):
        on_progress(place, len(every))
        found.append(Diagnosed(**kept.part(one.id, lambda k=kind, o=one: _diagnosed(k, o, effort))))
    return found, left_out


def _diagnosed(kind, one, effort):
    """The fields of a `Diagnosed`."""
    found = diagnose(one.network, one.recipe, one.data, effort=effort)
    cure = found.cured
    about = {"template": one.id, "labels": [], "high": False, "claim": ""}
    if kind == ARM:
        about |= {"claim": one.claim, "labels": ["NONE"] if one.converges() else []}
    else:
        about |= {"template": one.template, "labels": list(one.labels), "high": one.high}
    return about | {
        "kind": kind,
        "id": one.id,
        "verdict": found.verdict,
        "names": [finding.name for finding in found.causes],
        "causes": [finding.cause.label for finding in found.causes],
        "remedy": cure.words if cure else "",
        "cured": float(cure.share) if cure else None,
        "chance": _by_chance(found) if kind != ARM and found.verdict == "fault" else None,
        "again": _cures_again(found) if cure else None,
        "seconds": round(found.seconds, 1),
    }


def _by_chance(found):
    return [by_chance(found, seed)[0] for seed in range(DRAWN)]


def _cures_again(found):
    """Whether the verified remedy would be verified on `ONCE_MORE` other starts as well."""
    case, cure, bar = found.evidence.case, found.cured, found.evidence.bar
    seeds = found.evidence.trained.seeds[0] + 2 * FRESH + np.arange(ONCE_MORE)
    placebo, after = (
        good(trained, bar) for trained in Laboratory(np.inf).train([case, cure.case], seeds)
    )
    p = sign_test(int((after & ~placebo).sum()), int((placebo & ~after).sum()))
    return replace(cure, after=after, placebo=placebo, p=p).verified


def score(diagnosed):
    """The `Score` of some diagnoses."""
    faulty = weighed([one for one in diagnosed if not one.healthy], diagnosed)
    failing = [(weight, one) for weight, one in faulty if one.fails]
    healthy = weighed([one for one in diagnosed if one.healthy], diagnosed)
    recall = share(faulty, lambda one: one.right)
    precision = recall / max(share(faulty, lambda one: one.causes), 1e-9)
    return Score(
        len({one.template for one in diagnosed}), recall, precision, f3(precision, recall),
        share(healthy, lambda one: one.causes), share(faulty, lambda one: one.verified),
        share(faulty, lambda one: one.fails), share(failing, lambda one: one.verified),
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
