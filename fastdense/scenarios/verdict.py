"""From the runs of a scenario to the word on each of its claims, by one rule (docs/verdicts.md)."""

from dataclasses import dataclass

import numpy as np

from fastdense.judging import verdicts
from fastdense.judging.intervals import median_interval, share_interval
from fastdense.judging.paired import RELATIONS, differences, typical, worst_if_undefined
from fastdense.judging.plain import numbers
from fastdense.judging.verdicts import HOW_OFTEN, percent
from fastdense.measures import MEASURES
from fastdense.scenarios.claims import Setting

RULE = (
    "A claim holds if the 95% interval of the share of runs for which it is true lies at or above "
    f"{HOW_OFTEN['always'].right:.0%} (where its source says usually, "
    f"{HOW_OFTEN['usually'].right:.0%}; often, {HOW_OFTEN['often'].right:.0%}; sometimes, "
    f"{HOW_OFTEN['sometimes'].right:.0%}), is refuted at or below {HOW_OFTEN['always'].wrong:.0%} "
    f"({HOW_OFTEN['usually'].wrong:.0%}, {HOW_OFTEN['often'].wrong:.1%}, "
    f"{HOW_OFTEN['sometimes'].wrong:.0%}), and holds partly in "
    "between. A comparison is decided if the interval of the median difference lies beyond "
    f"{verdicts.EFFECT:.0%}, or what its claim states; within is no difference. Undecided: an "
    "interval over a bound. More: docs/verdicts.md"
)


@dataclass(frozen=True)
class Finding:
    """What was found of a claim in one of its settings.

    Attributes
    ----------
    setting : Setting
    word : str
    share : float
        Of the runs for which it is true.
    interval : (low, high) or None
        Of the share; None where nothing is drawn.
    difference, difference_interval : float, (low, high), or None
        Of a comparison: the median difference.
    draws, seeds : int
        Draws of the data, and seeds of each.
    measured : str
        Medians of what the tests look at.
    """

    setting: Setting
    word: str
    share: float
    interval: tuple[float, float] | None
    difference: float | None
    difference_interval: tuple[float, float] | None
    draws: int
    seeds: int
    measured: str

    @property
    def evidence(self):
        """The numbers as a sentence."""
        if self.interval is None:
            found = "yes" if self.share else "no"
        else:
            found = f"{percent(self.share, *self.interval)} of {self._trials}"
        if self.difference is not None:
            found += f"; median difference {_signed(self.difference)}"
            if self.difference_interval is not None:
                found += " [{}, {}]".format(*map(_signed, self.difference_interval))
        return f"{found}; {self.measured}"

    @property
    def _trials(self):
        seeds = f"{self.seeds} seed{'s' * (self.seeds != 1)}"
        return seeds if self.draws == 1 else f"{self.draws} draws of {seeds}"

    def to_dict(self):
        """As JSON has it."""
        return {
            **self.setting.to_dict(),
            "verdict": self.word,
            "share": self.share,
            "interval": numbers(self.interval),
            "difference": self.difference,
            "difference_interval": numbers(self.difference_interval),
            "draws": self.draws,
            "seeds": self.seeds,
            "evidence": self.evidence,
        }


def _signed(number):
    return f"{number:+.3g}"


@dataclass(frozen=True)
class Verdict(verdicts.Verdict):
    """A claim with what was found in each of its settings."""

    findings: tuple[Finding, ...]

    def numbers(self):
        """What was found in each setting, as JSON has it."""
        return {"settings": [finding.to_dict() for finding in self.findings]}


def judge(claim, results, known=None):
    """The verdict on a claim.

    Parameters
    ----------
    claim : Claim
    results : dict
        Names of arms to their `Results`.
    known : dict, optional
        What was measured for other claims on the same results; grows.
    """
    known = {} if known is None else known
    findings = tuple(_find(claim, setting, results, known) for setting in claim.settings)
    word = verdicts.of_all(finding.word for finding in findings)
    if len(findings) == 1:
        return Verdict(claim, word, findings[0].evidence, findings)
    evidence = "\n".join(f"{one.setting.name}: {one.word}, {one.evidence}" for one in findings)
    return Verdict(claim, word, evidence, findings)


def _find(claim, setting, results, known):
    """What the runs say of a claim in one setting."""
    tests = setting.tests
    values = [_values(test, results, known) for test in tests]
    by_test = [_true(test, *v) for test, v in zip(tests, values, strict=True)]
    shape = np.broadcast_shapes(*(true.shape for true in by_test))
    true = np.broadcast_to(
        np.logical_and.reduce([np.broadcast_to(t, shape) for t in by_test]), shape
    )
    measured = "; ".join(_describe(test, *v) for test, v in zip(tests, values, strict=True))
    # A part that is the same for all runs and false decides alone.
    alone = true.size == 1 or any(t.size == 1 and not t.any() for t in by_test)
    units = true if shape[0] > 1 else true.T
    share, interval = float(true.mean()), None if alone else share_interval(units)
    difference = between = None
    if setting.compares:
        relation, (ours, theirs) = tests[0].relation, values[0]
        apart = np.broadcast_to(differences(ours, theirs, claim.relative), shape)
        middles = typical(apart if shape[0] > 1 else apart.T)
        difference = float(np.median(middles))
        between = (difference, difference) if alone else median_interval(middles)
        word = verdicts.of_difference(between, claim.effect, relation)
        if alone:
            between = None
    else:
        word = verdicts.of_share(interval or (share, share), claim.how_often)
    return Finding(setting, word, share, interval, difference, between, *shape, measured)


def too_few_to_hold(scenario, draws=None, seeds=None):
    """Claims that so many draws and seeds cannot show to hold.

    Returns
    -------
    list of (Claim, str, int)
        With what there would have to be more of, "draws" or "seeds", and how many at least.
    """
    found = []
    for claim in scenario.claims:
        for setting in claim.settings:
            arms = [arm for arm in scenario.arms if arm.name in setting.arms]
            shapes = [scenario.shape_of(arm, draws, seeds) for arm in arms]
            given = np.max(shapes, axis=0)
            if given.max() == 1 and not any(arm.random or arm.data.drawn for arm in arms):
                continue
            least = verdicts.fewest_units(None if setting.compares else claim.how_often)
            kind = "draws" if any(arm.data.drawn for arm in arms) and given[0] > 1 else "seeds"
            if given[0 if kind == "draws" else 1] < least:
                found.append((claim, kind, least))
                break
    return found


def _values(test, results, known):
    """The measure in the test's arm, and what it is held against, (draws, seeds)."""

    def of(arm):
        if (test.measure, arm) not in known:
            runs = results[arm]
            known[test.measure, arm] = measured(test.measure, runs).reshape(runs.shape)
        return known[test.measure, arm]

    if test.measure == "outcome":
        runs = results[test.arm]
        return np.reshape([one.run.outcome for one in runs], runs.shape), test.bound
    return of(test.arm), of(test.bound) if test.compares else float(test.bound)


def measured(name, results):
    """A measure by run; what is not a number, after a divergence, is larger than any number."""
    of = MEASURES[name].of
    with np.errstate(all="ignore"):
        return worst_if_undefined([of(r.run, r.data) for r in results])


def _true(test, ours, theirs):
    if test.measure == "outcome":
        return np.isin(ours, theirs)
    return RELATIONS[test.relation](ours, theirs)


def _describe(test, ours, theirs):
    if test.measure == "outcome":
        names, counts = np.unique(ours, return_counts=True)
        parts = sorted(zip(counts / ours.size, names, strict=True), key=lambda part: -part[0])
        return f"{test.arm} {', '.join(f'{name} {share:.0%}' for share, name in parts)}"
    text = f"{test.arm} {MEASURES[test.measure].name} {np.median(ours):.3g}"
    if test.compares:
        text += f" against {np.median(theirs):.3g}"
    return text
