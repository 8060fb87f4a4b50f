"""How often packages that watch PyTorch trainings are right, beside fastdense on the same cases."""

from dataclasses import dataclass

from fastdense_bench.diagnosis.peers import find
from fastdense_bench.diagnosis.score import PUBLISHED, PUT_IN, f3, share, weighed
from fastdense_bench.peers import OURS

COLUMNS = (
    "package", "cases", "alarms, healthy", "alarms, faults", "first cause right",
    "any cause right", "F3",
)  # fmt: skip
QUIET = "healthy", "data"  # verdicts of fastdense that say that nothing is wrong


@dataclass(frozen=True)
class Said:
    """What a package said of a case from one start."""

    kind: str
    template: str
    labels: tuple
    alarmed: bool
    causes: tuple  # for each cause that it named, best first, the labels that this admits

    @property
    def healthy(self):
        return self.labels == ("NONE",)

    @property
    def right(self):
        """Whether the first cause is one of the labels."""
        return self.causes != () and not set(self.causes[0]).isdisjoint(self.labels)

    @property
    def holds_right(self):
        """Whether any cause is one of the labels."""
        return any(not set(one).isdisjoint(self.labels) for one in self.causes)


def ours(found, ids):
    """The `Said` of some diagnoses, of the cases `ids`."""
    return [
        Said(
            one.kind, one.template, tuple(one.labels), one.verdict not in QUIET or one.causes != [],
            tuple((label,) for label in one.causes),
        )
        for one in found if one.id in ids
    ]  # fmt: skip


def theirs(results, cases):
    """By the name of each peer, its `Said` of the cases that are PyTorch programs."""
    causes = {peer.name: peer.module.CAUSES for peer in find()}
    said = {name: [] for name in results["peers"]}
    for kind, one in cases:
        result = results["cases"].get(one.id, {})
        for name, starts in result.get("said", {}).items():
            for names in starts:
                named = tuple(labels for labels, _ in map(causes[name].get, names) if labels)
                said[name].append(Said(kind, one.template, one.labels, names != [], named))
    return said


def rows(results, cases, found=()):
    """A row of texts for every package and kind of case, fastdense's of what it `found` first."""
    ids = {name for name, one in results["cases"].items() if "said" in one}
    everyone = {OURS: ours(found, ids)} if found else {}
    everyone |= theirs(results, cases)
    return [
        (name, kind, *_figures([one for one in said if one.kind == kind]))
        for kind in (PUBLISHED, PUT_IN)
        for name, said in everyone.items()
    ]


def _figures(said):
    faulty = weighed([one for one in said if not one.healthy], said)
    healthy = weighed([one for one in said if one.healthy], said)
    right = share(faulty, lambda one: one.right)
    precision = right / max(share(faulty, lambda one: one.causes), 1e-9)
    shares = (
        share(healthy, lambda one: one.alarmed), share(faulty, lambda one: one.alarmed),
        right, share(faulty, lambda one: one.holds_right),
    )  # fmt: skip
    return *(f"{one:.0%}" for one in shares), f"{f3(precision, right):.2f}"


def notes(results):
    """What the figures leave out, in sentences without their full stop."""
    cases, most = results["cases"], results["most_updates"]
    cut = sum(one.get("updates", 0) > most for one in cases.values())
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    texts = [
        f"{versions}; {results['starts']} starts of each case; {cut} of {len(cases)} trainings "
        f"were cut after {most} updates"
    ]
    texts += [
        f"`{name}` is no PyTorch program: {one['left_out']}"
        for name, one in cases.items() if "left_out" in one
    ]  # fmt: skip
    return texts + [
        f"`{name}` is ended by PyTorch itself: {one['ended'].rstrip('.')}"
        for name, one in cases.items() if one.get("ended")
    ]  # fmt: skip
