"""From measurements to `holds`, `partly` or `refuted`, by one rule."""

import math
from dataclasses import dataclass
from operator import ge, gt, le, lt

import numpy as np

from fastdense.scenarios.claims import HOW_OFTEN
from fastdense.scenarios.measures import MEASURES

REFUTED = 0.05  # a claim that holds for no more of the seeds than this is refuted
SIGNIFICANCE = 0.01  # of the sign test that compares two arms seed by seed

SEEDS_TO_DECIDE = math.ceil(-math.log2(SIGNIFICANCE))  # below, no sign test can be significant

RULE = (
    "A claim is tested seed by seed. It holds if the share of seeds for which all its tests are "
    f"true is at least {HOW_OFTEN['always']:.0%} (usually: {HOW_OFTEN['usually']:.0%}, often: "
    f"{HOW_OFTEN['often']:.0%}, sometimes: {HOW_OFTEN['sometimes']:.0%}, as the claim is worded), "
    f"is refuted at {REFUTED:.0%} or less, and holds partly in between. A comparison of two arms "
    f"is refuted if true for {REFUTED:.0%} of the seeds or less; else it holds if true more often "
    f"than reversed, by a one-sided sign test at {SIGNIFICANCE:.0%}, is refuted if reversed by the "
    f"same test, and is partly true in between (with fewer than {SEEDS_TO_DECIDE} seeds, always)."
)

COMPARE = {
    "below": lt,
    "above": gt,
    "at_most": le,
    "at_least": ge,
    "equals": lambda a, b: a == b,
}


@dataclass(frozen=True)
class Verdict:
    """A claim with what was measured."""

    claim: object
    verdict: str  # "holds", "partly", "refuted"
    share: float
    seeds: int
    evidence: str


def judge(claim, results):
    """The verdict on a claim; `results` maps arm names to their lists of measured runs."""
    values = [_values(test, results) for test in claim.tests]
    by_test = [_true(test, *v) for test, v in zip(claim.tests, values, strict=True)]
    seeds = max(map(len, by_test))
    true = np.all([np.resize(t, seeds) for t in by_test], axis=0)  # an arm may be equal for all
    share, count = float(true.mean()), len(true)
    evidence = f"{share:.0%} of {count} seeds" if count > 1 else ("yes" if share else "no")
    evidence += "".join(
        f"; {_describe(test, *v)}" for test, v in zip(claim.tests, values, strict=True)
    )
    compares = len(claim.tests) == 1 and claim.tests[0].compares and count > 1
    if compares:
        ours, theirs = values[0]
        wins = int(true.sum())
        losses = int(((ours != theirs) & ~true).sum())
        p = sign_test(wins, losses)
        reverse = sign_test(losses, wins)
        evidence += f"; sign test p = {p:.2g}"
        if count < SEEDS_TO_DECIDE:
            evidence += f", too few seeds to decide (at least {SEEDS_TO_DECIDE})"
        if share <= REFUTED or reverse < SIGNIFICANCE:
            verdict = "refuted"
        else:
            verdict = "holds" if p < SIGNIFICANCE else "partly"
    else:
        need = HOW_OFTEN[claim.how_often]
        holds = share >= need and share > 0
        verdict = "holds" if holds else ("refuted" if share <= REFUTED else "partly")
    return Verdict(claim, verdict, share, count, evidence)


def sign_test(wins, losses):
    """P(at least `wins` of `wins + losses` fair coins), the one-sided sign test; ties left out."""
    n = wins + losses
    return sum(math.comb(n, k) for k in range(wins, n + 1)) / 2**n


def _values(test, results):
    """The measure in the test's arm, and what it is held against, by seed."""
    if test.measure == "outcome":
        return [r.outcome for r in results[test.arm]], test.bound
    ours = measured(test.measure, results[test.arm])
    if not test.compares:
        return ours, np.full(len(ours), float(test.bound))
    theirs = measured(test.measure, results[test.bound])
    if len(ours) != len(theirs):  # one arm is the same for every seed
        ours, theirs = (np.resize(a, max(len(ours), len(theirs))) for a in (ours, theirs))
    return ours, theirs


def measured(name, results):
    """A measure by seed; what is not a number, after a divergence, is larger than any number."""
    of = MEASURES[name].of
    with np.errstate(all="ignore"):
        values = np.array([of(r.run, r.floors) for r in results], dtype=float)
    return np.where(np.isnan(values), np.inf, values)


def _true(test, ours, theirs):
    if test.measure == "outcome":
        return np.array([outcome in theirs for outcome in ours])
    return COMPARE[test.relation](ours, theirs)


def _describe(test, ours, theirs):
    if test.measure == "outcome":
        counts = {o: ours.count(o) / len(ours) for o in dict.fromkeys(ours)}
        shares = ", ".join(f"{o} {s:.0%}" for o, s in sorted(counts.items(), key=lambda i: -i[1]))
        return f"{test.arm} {shares}"
    text = f"{test.arm} {MEASURES[test.measure].name} {np.median(ours):.3g}"
    if test.compares:
        text += f" against {np.median(theirs):.3g}"
    return text
