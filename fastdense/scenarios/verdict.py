"""From the runs of a scenario to `holds`, `partly` or `refuted`, by one rule."""

from dataclasses import dataclass

import numpy as np

from fastdense.judging import verdicts
from fastdense.judging.intervals import wilson
from fastdense.judging.paired import RELATIONS, Pairs, worst_if_undefined
from fastdense.judging.verdicts import HOW_OFTEN, SELDOM, SIGNIFICANCE
from fastdense.measures import MEASURES

RULE = (
    "A claim is tested seed by seed, and the share of seeds for which all its tests are true has a "
    "95% interval (Wilson's). A claim holds if the whole interval lies at or above "
    f"{HOW_OFTEN['always']:.0%} (usually: {HOW_OFTEN['usually']:.0%}, often: "
    f"{HOW_OFTEN['often']:.0%}, sometimes: {HOW_OFTEN['sometimes']:.0%}, as the claim is worded), "
    f"is refuted if it lies at or below {SELDOM:.0%}, and holds partly in between, or where the "
    "seeds are too few to tell. A comparison of two arms is paired by seed: if it is not refuted "
    "in this way, it holds if true more often than reversed, by a one-sided sign test at "
    f"{SIGNIFICANCE:.0%}, is refuted if reversed by the same test, and holds partly in between. "
    "Where the seed changes nothing, one run decides."
)


@dataclass(frozen=True)
class Verdict(verdicts.Verdict):
    """A claim with the share of seeds for which it is true."""

    share: float
    interval: tuple[float, float] | None  # None where the seed changes nothing
    seeds: int

    def numbers(self):
        """Share, interval and seeds, as JSON has them."""
        interval = None if self.interval is None else list(self.interval)
        return {"share": self.share, "interval": interval, "seeds": self.seeds}


def judge(claim, results, fixed=(), known=None):
    """The verdict on a claim.

    Parameters
    ----------
    claim : Claim
    results : dict
        Names of arms to their lists of measured runs.
    fixed : collection of str
        Arms in which the seed changes nothing: their one run stands for all.
    known : dict, optional
        What was measured for other claims on the same results; grows.
    """
    known = {} if known is None else known
    values = [_values(test, results, known) for test in claim.tests]
    by_test = [_true(test, *v) for test, v in zip(claim.tests, values, strict=True)]
    seeds = max(map(len, by_test))
    true = np.all([np.resize(t, seeds) for t in by_test], axis=0)  # an arm may be equal for all
    wins, share = int(true.sum()), float(true.mean())
    medians = "".join(
        f"; {_describe(test, *v)}" for test, v in zip(claim.tests, values, strict=True)
    )
    alike = [test for test in claim.tests if set(test.arms) <= set(fixed)]
    false = not all(t.all() for t, test in zip(by_test, claim.tests, strict=True) if test in alike)
    if claim.arms <= set(fixed) or false:
        word, evidence = (verdicts.HOLDS, "yes") if wins else (verdicts.REFUTED, "no")
        return Verdict(claim, word, evidence + medians, share, None, seeds)
    evidence = verdicts.share_text(wins, seeds) + medians
    if claim.compares:
        pairs = Pairs.of(*values[0], claim.tests[0].relation)
        word = verdicts.of_pairs(pairs)
        evidence += f"; sign test p = {pairs.p:.2g}"
    else:
        word = verdicts.of_share(wins, seeds, HOW_OFTEN[claim.how_often])
    return Verdict(claim, word, evidence, share, wilson(wins, seeds), seeds)


def least_seeds(claim):
    """The least number of seeds for which a claim may be judged anything but `partly`."""
    if claim.compares:
        return verdicts.fewest_pairs()
    return verdicts.fewest_trials(HOW_OFTEN[claim.how_often])


def undecidable(scenario, seeds=None):
    """Pairs of a claim that so many seeds cannot decide, whatever they show, and of `least_seeds`.

    Parameters
    ----------
    scenario : Scenario
    seeds : int, optional
        The scenario's own number if not given.
    """
    seeds = seeds or scenario.seeds
    fixed = {arm.name for arm in scenario.arms if not arm.random}
    open_ = [claim for claim in scenario.claims if not claim.arms <= fixed]
    return [(claim, n) for claim in open_ if seeds < (n := least_seeds(claim))]


def _values(test, results, known):
    """The measure in the test's arm, and what it is held against, by seed."""

    def of(arm):
        if (test.measure, arm) not in known:
            known[test.measure, arm] = measured(test.measure, results[arm])
        return known[test.measure, arm]

    if test.measure == "outcome":
        return [r.run.outcome for r in results[test.arm]], test.bound
    ours = of(test.arm)
    if not test.compares:
        return ours, np.full(len(ours), float(test.bound))
    theirs = of(test.bound)
    if len(ours) != len(theirs):  # one arm is the same for every seed
        ours, theirs = (np.resize(a, max(len(ours), len(theirs))) for a in (ours, theirs))
    return ours, theirs


def measured(name, results):
    """A measure by seed; what is not a number, after a divergence, is larger than any number."""
    of = MEASURES[name].of
    with np.errstate(all="ignore"):
        return worst_if_undefined([of(r.run, r.data) for r in results])


def _true(test, ours, theirs):
    if test.measure == "outcome":
        return np.array([outcome in theirs for outcome in ours])
    return RELATIONS[test.relation](ours, theirs)


def _describe(test, ours, theirs):
    if test.measure == "outcome":
        counts = {o: ours.count(o) / len(ours) for o in dict.fromkeys(ours)}
        shares = ", ".join(f"{o} {s:.0%}" for o, s in sorted(counts.items(), key=lambda i: -i[1]))
        return f"{test.arm} {shares}"
    text = f"{test.arm} {MEASURES[test.measure].name} {np.median(ours):.3g}"
    if test.compares:
        text += f" against {np.median(theirs):.3g}"
    return text
