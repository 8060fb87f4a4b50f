"""`diagnose(network, recipe, data, ...) -> Diagnosis`: the causes, and remedies that were tried."""

import time
from dataclasses import dataclass

import numpy as np

from fastdense import catalogue
from fastdense.diagnosis import changes as known
from fastdense.diagnosis.answer import Diagnosis, Finding, Remedy
from fastdense.diagnosis.attainable import attainable
from fastdense.diagnosis.case import Case
from fastdense.diagnosis.evidence import Evidence, good
from fastdense.diagnosis.laboratory import Laboratory, OutOfTime
from fastdense.diagnosis.observed import Observed, mistakes, told
from fastdense.diagnosis.suspicion import Suspicion
from fastdense.errors import FastdenseError, unknown
from fastdense.judging.paired import sign_test

# Multiply-adds that may be spent on trainings, and starts of each.
EFFORTS = {"quick": (5e10, 4), "usual": (4e11, 8), "thorough": (4e12, 20)}
FEWEST_STARTS = 2
TRAININGS = 20  # with so many changes, about, the budget is spent
MEMORIZED = 0.5  # of what is memorized where the inputs tell nothing: likewise
NEAR = 0.8  # of what is attainable: a start that explains as much is good, if it leaves no more
LEFT = 3.0  # times what has to be left, and
SPARE = 0.08  # of the variance
HEALTHY = 0.8  # of the starts are good: so is the training
MANY = 20  # starts, where some are good and some are not
CURED = 0.3  # of what is wrong a change must take away to count
PARTLY = 0.7  # as good as good starts are starts that come near
UNPROVEN = 0.15  # of its strength is left of a suspicion that no change bears out
REMEDIES = 3  # that are tried again on fresh starts
ENOUGH = 0.6  # of the starts cured: no pairs of changes are tried
SHOWN = 0.4  # confidence from which on a cause explains its effects
EFFECT = 0.5  # as likely as it seems is what another cause explains
FURTHER = 0.7  # as hopeful as a cause's change is the next one
PORTIONS = 10  # of the budget, after each of which the search can end
PAIRED = 4  # of the best changes whose pairs are tried
FRESH = 1000  # from the first seed on, starts on which remedies are verified


@dataclass(frozen=True, eq=False)
class Tried:
    """A change and what came of it."""

    change: known.Change
    causes: tuple
    trained: object
    good: np.ndarray
    is_pair: bool = False


def diagnose(
    network,
    recipe,
    data,
    *,
    observed=None,
    effort="usual",
    budget=None,
    seeds=None,
    on_progress=None,
):
    """Find out why a training does not get where its data let it, by removing suspected causes.

    Parameters
    ----------
    network : Network
    recipe : Recipe
    data : Data or (inputs, targets)
    observed : float or str, optional
        The loss at which your own training stands, as it is printed: if this one learns, which
        mistake of a program would leave it there.
    effort : str
        "quick", "usual" or "thorough": what may be spent, counted in arithmetic, so that the same
        call gives the same answer.
    budget : float, optional
        Seconds after which the search ends with what it knows.
    seeds : int, optional
        Starts of each training; 4, 8 or 20, if not given.
    on_progress : callable, optional
        `on_progress(done, total)`; if it raises, the diagnosis ends.

    Returns
    -------
    Diagnosis

    Raises
    ------
    FastdenseError
        An unknown effort, or what is no network, recipe or data.
    """
    case = Case.of(network, recipe, data)
    return Search(case, effort, budget, seeds, on_progress, observed).answer()


class Search:
    """One diagnosis under way; `on_evidence(evidence)` is called before changes are tried."""

    def __init__(
        self,
        case,
        effort="usual",
        seconds=None,
        seeds=None,
        on_progress=None,
        observed=None,
        on_evidence=None,
    ):
        self.observed = None if observed is None else Observed.of(observed)
        if effort not in EFFORTS:
            raise unknown("effort", effort, EFFORTS)
        budget, starts = EFFORTS[effort]
        self.case, self.started = case, time.perf_counter()
        self.on_evidence = on_evidence
        self.laboratory = Laboratory(budget, on_progress, seconds)
        self.starts = seeds or max(FEWEST_STARTS, min(starts, int(budget / case.work / TRAININGS)))
        self.seeds = case.recipe.seed + np.arange(self.starts)
        self.evidence, self.findings, self.tried = None, [], []

    def answer(self):
        """The `Diagnosis`; of what is known when the time is over."""
        try:
            return self.search()
        except OutOfTime:
            return self.known()

    def known(self):
        """The `Diagnosis` of what was found out so far."""
        if self.evidence is None:
            raise FastdenseError(
                "there was no time to train it as it is; give a larger budget, or fewer epochs"
            )
        return self.close(self.ranked(), [], is_whole=False)

    def search(self):
        """The `Diagnosis` of a whole search."""
        case = self.case
        found = attainable(case, self.laboratory.check)
        self.look(found, self.seeds)
        if 0 < self.evidence.good.mean() < 1:  # the share of bad starts matters now
            many = case.recipe.seed + np.arange(max(self.starts, MANY))
            self.look(found, many)
            if MANY * case.work * TRAININGS <= self.laboratory.budget:
                self.seeds, self.starts = many, len(many)
        suspects = self.findings = self.suspects()
        lasting = [
            one.with_confidence(one.strength)
            for one in suspects
            if one.cause.of_data and one.strength >= SHOWN
        ]
        if self.evidence.good.mean() >= HEALTHY:
            return self.close(self.mistakes() or lasting[:1], [])
        if lasting and found.nothing and not any(one.certain for one in suspects if one.changes):
            return self.close(lasting[:1], [])
        if self.on_evidence:
            self.on_evidence(self.evidence)
        self.try_singles()
        self.try_pairs()
        return self.close(self.ranked(), self.verified())

    def look(self, found, seeds):
        """Train the case as it is, and take the evidence."""
        (trained,) = self.laboratory.train([self.case], seeds, observe=True)
        self.evidence = Evidence(self.case, trained, found, bar_of(found))

    def suspects(self):
        """A `Finding` for each cause that anything points to, the most suspected first."""
        findings = []
        for name in catalogue.names("causes"):
            cause = catalogue.get("causes", name)
            suspicion = cause.suspect(self.evidence)
            if suspicion is None or suspicion.strength <= 0:
                continue
            changes = tuple(
                change for change in (() if cause.of_data else cause.changes(self.evidence))
                if not known.is_same(self.case, change.make(self.case))
            )  # fmt: skip
            if changes or cause.of_data:
                findings.append(Finding(cause, suspicion, changes))
        return sorted(findings, key=lambda one: (not one.certain, -one.strength))

    def mistakes(self):
        """A `Finding` for each mistake of a program that the observed loss speaks for."""
        if self.observed is None:
            return []
        trained = self.evidence.trained
        if self.observed.matches((trained.runs.final_loss.min(), trained.runs.final_loss.max())):
            return []  # it is where this one ends, too
        return [
            Finding(entry, Suspicion(1.0, (told(self.observed, loss),)), (), 1.0)
            for entry, loss in mistakes(self.observed, self.case, trained)
        ]

    def try_singles(self):
        """Train every change of the suspects, while the budget lasts, the likeliest first."""
        wanted = {}
        for finding in self.findings:
            for place, change in enumerate(finding.changes):
                hope = finding.strength * FURTHER**place
                row = wanted.setdefault(_key(self.case, change), [0.0, change, []])
                row[0] = max(row[0], hope)
                row[2].append(finding.name)
        rows = sorted(wanted.values(), key=lambda row: -row[0])
        self.carry_out([(change, causes) for _, change, causes in rows])

    def try_pairs(self):
        """Where no single change is enough, the pairs of those that did best."""
        if max((one.good.mean() for one in self.tried), default=0.0) >= ENOUGH:
            return
        best = sorted(self.tried, key=lambda one: -np.median(_bounded(one.trained.explained)))
        best = [one for one in best if one.change.effort <= 3][:PAIRED]
        wanted = {}
        for index, first in enumerate(best):
            for second in best[index + 1 :]:
                if set(first.causes) & set(second.causes):
                    continue
                change = first.change + second.change
                key = _key(self.case, change)
                if key not in {_key(self.case, first.change), _key(self.case, second.change)}:
                    wanted.setdefault(key, (change, [*first.causes, *second.causes]))
        self.carry_out([*wanted.values()], are_pairs=True)

    def carry_out(self, wanted, are_pairs=False):
        """Train changed cases as far as the budget goes, some at a time.

        A change that costs more than is left is passed over.
        """
        batch, cost = [], 0.0
        for change, causes in wanted:
            changed = change.make(self.case)
            work = changed.work * self.starts
            if self.laboratory.spent + cost + work > self.laboratory.budget and self.tried:
                continue
            batch.append((change, causes, changed))
            cost += work
            if cost >= self.laboratory.budget / PORTIONS:
                self.carry_out_together(batch, are_pairs)
                batch, cost = [], 0.0
        self.carry_out_together(batch, are_pairs)

    def carry_out_together(self, batch, are_pairs):
        results = self.laboratory.train([changed for *_, changed in batch], self.seeds)
        for (change, causes, _), trained in zip(batch, results, strict=True):
            found = good(trained, self.evidence.bar)
            self.tried.append(Tried(change, tuple(causes), trained, found, are_pairs))

    def cure(self, one):
        """How much of what is wrong a tried change takes away, from 0 to 1.

        The share of the bad starts that it makes good; or, if that is more, most of the way that
        the typical start comes to the bar.
        """
        was = self.evidence.good[: self.starts].mean()
        good_share = (one.good.mean() - was) / max(1 - was, 1e-9)
        explained = self.evidence.trained.explained[: self.starts]
        before, after = (np.median(_bounded(a)) for a in (explained, one.trained.explained))
        way = (after - before) / max(self.evidence.bar - before, 1e-9)
        return float(np.clip(max(good_share, PARTLY * min(way, 1.0)), 0.0, 1.0))

    def ranked(self):
        """The causes whose removal cures, and those that are certain, best first."""
        rows = []
        for finding in self.findings:
            cures = [
                self.cure(one) / (2 if one.is_pair else 1)
                for one in self.tried
                if finding.name in one.causes
            ]
            cure = max(cures, default=0.0)
            value = finding.strength * (UNPROVEN + (1 - UNPROVEN) * cure)
            if finding.certain or cure >= CURED:
                rows.append((finding.certain, value, finding))
        shown = [finding for certain, value, finding in rows if certain or value >= SHOWN]
        effects = {name for finding in shown for name in finding.cause.explains}
        rows = [
            (certain, value * (EFFECT if finding.name in effects else 1.0), finding)
            for certain, value, finding in rows
        ]
        rows.sort(key=lambda row: (not row[0], -row[1]))
        return [finding.with_confidence(value) for _, value, finding in rows]

    def verified(self):
        """The remedies, tried again on starts that were not used to choose them."""
        cures = [one for one in self.tried if self.cure(one) >= CURED]
        cures.sort(key=lambda one: (-round(self.cure(one), 1), one.change.effort))
        chosen = cures[:REMEDIES]
        if not chosen:
            return []
        fresh = self.seeds + FRESH
        cases = [self.case, *(one.change.make(self.case) for one in chosen)]
        placebo, *again = self.laboratory.train(cases, fresh)
        bar = self.evidence.bar
        was, still = self.evidence.good[: self.starts], good(placebo, bar)
        remedies = []
        for one, trained in zip(chosen, again, strict=True):
            now = good(trained, bar)
            p = sign_test(int((now & ~still).sum()), int((still & ~now).sum()))
            settings = known.difference(self.case, trained.case)
            remedies.append(
                Remedy(
                    one.change.words, trained.case, settings, one.change.effort, was, now, still, p
                )
            )
        return sorted(remedies, key=lambda one: (not one.verified, -one.after.mean(), one.effort))

    def close(self, findings, remedies, is_whole=True):
        return Diagnosis(
            evidence=self.evidence,
            causes=tuple(findings),
            remedies=tuple(remedies),
            tried=tuple(self.tried),
            seconds=time.perf_counter() - self.started,
            enough=HEALTHY,
            is_whole=is_whole,
            observed=self.observed,
        )


def bar_of(found):
    """From which share of the targets' variance on a start counts as good."""
    if found.unrelated:  # then there is nothing to learn, but rows that may be memorized
        return max(MEMORIZED * found.memorized, 0.05)
    most = min(found.explained if found.held_out else found.memorized, found.limit)
    return max(NEAR * most, 1 - LEFT * (1 - most) - SPARE)


def _key(case, change):
    changed = change.make(case)
    return repr((sorted(known.difference(case, changed).items()), changed.targets))


def _bounded(explained):
    return np.maximum(explained, -1.0)
