"""A diagnosis step by step: what is attainable, the evidence, and changes that are tried."""

import itertools
import time
from dataclasses import dataclass

import numpy as np

from fastdense import catalogue
from fastdense.checks import whole
from fastdense.diagnosis import changes as known
from fastdense.diagnosis.answer import Diagnosis, Finding, Remedy
from fastdense.diagnosis.attainable import attainable
from fastdense.diagnosis.baseline import first_fact
from fastdense.diagnosis.evidence import Evidence, good
from fastdense.diagnosis.laboratory import Laboratory, OutOfTime
from fastdense.diagnosis.observed import Observed, mistakes, told
from fastdense.diagnosis.outlying import outlying
from fastdense.diagnosis.ranking import (
    CURED,
    NEARLY,
    SHOWN,
    UNPROVEN,
    bar_of,
    cure,
    full_bar_of,
    ranked,
    typical,
)
from fastdense.diagnosis.spelled import of_rows
from fastdense.diagnosis.suspicion import Suspicion
from fastdense.errors import FastdenseError, unknown
from fastdense.judging.paired import sign_test

# Multiply-adds that may be spent on trainings, and starts of each.
EFFORTS = {"quick": (5e10, 4), "usual": (4e11, 8), "thorough": (4e12, 20)}
FEWEST_STARTS = 2
TRAININGS = 20  # with so many changes, about, the budget is spent
HEALTHY = 0.8  # of the starts are good: so is the training
MANY = 20  # starts, where some are good and some are not,
LOOKS = 4  # for at most one LOOKS-th of the budget
PROOF, MOST_FRESH = 8, 64  # failing starts on which a remedy is to be seen, and starts for it,
PROOFS = 2  # for at most one PROOFS-th of the budget
REMEDIES = 3  # that are tried again on fresh starts
ENOUGH = 0.6  # of fresh starts good by one change: no pairs of changes are tried
STRONG = 0.6  # suspicion that is followed where a training is good
SOME = 3  # suspects that are named where none was tried
FURTHER = 0.7  # as hopeful as a cause's change is the next one
PAIRED = 4  # of the best changes whose pairs are tried
SEEDS = 2**62  # and some more are valid
HALF = 0.5  # of the rows, or more, are no strays
HIDDEN = 0.3  # of the variance more can be explained where what is far out does not hide it
FITS = 0.15  # less is explained with strays, drawn in to the logarithm, than without them
FRESH = 1000  # from the first seed on, starts on which remedies are verified


@dataclass(frozen=True, eq=False)
class Tried:
    """A change and what came of it."""

    change: known.Change
    causes: tuple
    trained: object
    good: np.ndarray


class Search:
    """One diagnosis under way; `on_fact(sentence)` is called as facts come, if it is given."""

    def __init__(
        self,
        case,
        effort="usual",
        seconds=None,
        seeds=None,
        on_progress=None,
        observed=None,
        on_fact=None,
        device="cpu",
    ):
        self.observed = None if observed is None else Observed.of(observed)
        if effort not in EFFORTS:
            raise unknown("effort", effort, EFFORTS)
        if seeds is not None:
            seeds = whole("seeds", seeds, FEWEST_STARTS)
        budget, starts = EFFORTS[effort]
        self.case, self.started = case, time.perf_counter()
        self.on_fact = on_fact
        self.laboratory = Laboratory(budget, on_progress, seconds, device)
        self.laboratory.admit(case)
        self.starts = seeds or max(FEWEST_STARTS, min(starts, int(budget / case.work / TRAININGS)))
        self.seeds = self.first(self.starts)
        self.evidence, self.findings, self.tried = None, [], []

    # Rows may be of any size, and trainings diverge; what is not finite is judged as such.
    @np.errstate(all="ignore")
    def answer(self):
        """The `Diagnosis`; of what is known when the time is over."""
        try:
            return self.search()
        except OutOfTime:
            return self.known()

    @np.errstate(all="ignore")
    def known(self):
        """The `Diagnosis` of what was found out so far."""
        if self.evidence is None:
            raise FastdenseError(
                "there was no time to train it as it is; give a larger budget, or fewer epochs"
            )
        found = ranked(self.findings, self.tried, self.evidence)
        if not found and self.evidence.good.mean() < HEALTHY:  # nothing was tried long enough
            found = [one.with_confidence(UNPROVEN * one.strength) for one in self.findings[:SOME]]
        return self.close(found, [], is_whole=False)

    def search(self):
        """The `Diagnosis` of a whole search."""
        self.tell(first_fact(self.case))
        found = self.attainable()
        case = self.case
        self.look(found, self.seeds)
        affordable = int(self.laboratory.budget / case.work)
        count = max(self.starts, min(MANY, affordable // LOOKS))
        if 0 < self.evidence.good.mean() < 1 and count > self.starts:
            many = self.first(count)  # the share of bad starts matters now
            self.look(found, many)
            if count * TRAININGS <= affordable:
                self.seeds, self.starts = many, count
        suspects = self.findings = self.suspects()
        lasting = [
            one.with_confidence(one.strength)
            for one in suspects
            if one.cause.of_data and one.strength >= SHOWN
        ]
        if self.evidence.good.mean() >= HEALTHY:
            named = self.mistakes() or lasting[:1]
            return self.close(named, []) if named else self.all_the_way(found)
        if lasting and lasting[0].certain:
            return self.close(lasting[:1], [])
        if lasting and found.nothing and not any(one.certain for one in suspects if one.changes):
            return self.close(lasting[:1], [])
        said = f"{self.evidence.fails}; now" if self.evidence.ran else "now"
        self.tell(f"{said} changes are tried")
        for settled in (self.is_decided, lambda _: False):  # the rest, if what settled it fails
            before = len(self.tried)
            self.try_singles(settled)
            found = self.cured() if len(self.tried) > before else None
            if found:
                return found
        self.try_pairs()
        return self.concluded()

    def cured(self):
        """The `Diagnosis`, if a change cures most of the starts and of fresh ones; else None."""
        if max((one.good.mean() for one in self.tried), default=0.0) < ENOUGH:
            return None
        found = self.concluded()
        enough = any(one.verified and one.share >= ENOUGH for one in found.remedies)
        return found if enough else None

    def concluded(self):
        """The `Diagnosis` by what was tried so far, its remedies tried again."""
        causes = ranked(self.findings, self.tried, self.evidence)
        return self.close(causes, self.verified(causes))

    def attainable(self):
        """What is attainable of the case's rows.

        Where targets far out hide what the others tell, all is judged without them, if they are
        strays; or, if they are the end of a long tail, with that clipped.
        """
        check, device = self.laboratory.check, self.laboratory.device
        found, truth = attainable(self.case, check, device), self.case.truth
        if truth.categorical:
            return found
        far = outlying(truth.values).any(axis=1)
        if not 0 < far.mean() < HALF:
            return found
        cases = [
            self.case.but(truth=one)
            for one in (truth.without(far), truth.drawn_in(), truth.clipped())
        ]
        apart, drawn_in, clipped = (attainable(one, check, device) for one in cases)
        least = max(found.explained, 0.0) + HIDDEN
        if apart.explained >= least and drawn_in.explained < apart.explained - FITS:
            self.case = cases[0]
            return apart
        if clipped.explained >= least:
            self.case = cases[-1]
            return clipped
        return found

    def first(self, count):
        """So many seeds, from the recipe's on: (count,)."""
        return self.case.recipe.seed % SEEDS + np.arange(count)

    def tell(self, sentence):
        if self.on_fact:
            self.on_fact(sentence)

    def all_the_way(self, found):
        """The `Diagnosis` of a training that is good, but leaves more than the best network does.

        It is healthy, unless one thing is strongly suspected whose removal, tried again on fresh
        starts, brings it all the way.
        """
        healthy = self.evidence
        try:
            self.evidence = Evidence(self.case, healthy.trained, found, full_bar_of(found))
            if self.evidence.good.mean() < HEALTHY:
                self.findings = [one for one in self.suspects() if one.strength >= STRONG]
                self.try_singles(self.is_decided)
                named = self.concluded()
                own = {change.words for one in named.causes[:1] for change in one.changes}
                if any(one.verified and one.words in own and one.share >= HEALTHY
                       for one in named.remedies):  # fmt: skip
                    healthy = None
                    return named
        finally:  # also where it is broken off
            if healthy is not None:
                self.evidence, self.findings, self.tried = healthy, [], []
        return self.close([], [])

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

    def try_singles(self, settled):
        """Train the changes of the suspects, while the budget lasts, the likeliest first."""
        wanted, tried = {}, {known.key(self.case, _case(one)) for one in self.tried}
        for finding in self.findings:
            for place, change in enumerate(finding.changes):
                hope = finding.strength * FURTHER**place
                row = wanted.setdefault(
                    known.key(self.case, change.make(self.case)), [0.0, change, []]
                )
                row[0] = max(row[0], hope)
                row[2].append(finding.name)
        rows = [row for key, row in wanted.items() if key not in tried]
        rows.sort(key=lambda row: -row[0])
        self.carry_out([(change, causes) for _, change, causes in rows], settled)

    def try_pairs(self):
        """The pairs of the single changes that did best.

        Then the best of all with each of the others: what it lets through may need another.
        """
        best = sorted(self.tried, key=lambda one: -typical(one.trained.explained))
        modest = [one for one in best if one.change.effort <= 3][:PAIRED]
        pairs = [*itertools.combinations(modest, 2), *((best[0], one) for one in self.tried)]
        wanted, singles = {}, {known.key(self.case, _case(one)) for one in self.tried}
        for first, second in pairs:
            if set(first.causes) & set(second.causes):
                continue
            change = first.change + second.change
            key = known.key(self.case, change.make(self.case))
            if key not in singles:
                wanted.setdefault(key, (change, [*first.causes, *second.causes]))
        self.carry_out([*wanted.values()], self.is_decided)

    def carry_out(self, wanted, settled):
        """Train changed cases one by one, as far as the budget goes, or until all is settled.

        `settled(names)` says so of what further changes could bear out. A change that costs more
        than is left is passed over.
        """
        for place, (change, causes) in enumerate(wanted):
            if settled({name for _, names in wanted[place:] for name in names}):
                return
            changed = change.make(self.case)
            if changed.refusal:
                continue
            work = changed.work * self.starts
            if self.laboratory.spent + work > self.laboratory.budget and self.tried:
                continue
            (trained,) = self.laboratory.train([changed], self.seeds)
            found = good(trained, self.evidence.bar)
            self.tried.append(Tried(change, tuple(causes), trained, found))

    def is_decided(self, names):
        """Whether a cause was cured that none of the causes `names` can come before."""
        found = ranked(self.findings, self.tried, self.evidence)
        if not found or not any(
            found[0].name in one.causes and one.good.mean() >= HEALTHY for one in self.tried
        ):
            return False
        rest = [one for one in self.findings if one.name in names and one.name != found[0].name]
        return all(
            one.strength <= found[0].confidence and found[0].name not in one.cause.explains
            for one in rest
        )

    def verified(self, causes):
        """The remedies, tried again on starts that were not used to choose them.

        The best, and the best of those that the first cause asks for. That comes first, unless
        others turn out to cure clearly more.
        """
        cures = [one for one in self.tried if cure(one, self.evidence) >= CURED]
        cures.sort(key=lambda one: (-round(cure(one, self.evidence), 1), one.change.effort))
        if not cures:
            return []
        first = {causes[0].name} if causes else set()
        own = [one for one in cures if first & set(one.causes)]
        chosen = [*own[:1], *(one for one in cures if one not in own[:1])][:REMEDIES]
        # Where few starts fail, few can be seen to be cured.
        wanted = min(int(np.ceil(PROOF / (1 - self.evidence.good.mean()))), MOST_FRESH)
        while (count := self.affordable([self.case, *map(_case, chosen)])) < wanted and chosen[1:]:
            chosen.remove(max(chosen[1:], key=lambda one: _case(one).work))
        fresh = self.first(max(self.starts, min(wanted, count))) + FRESH
        placebo, *again = self.laboratory.train([self.case, *map(_case, chosen)], fresh)
        bar = self.evidence.bar
        was, still = self.evidence.good[: self.starts], good(placebo, bar)
        remedies = []
        for one, trained in zip(chosen, again, strict=True):
            now = good(trained, bar)
            p = sign_test(int((now & ~still).sum()), int((still & ~now).sum()))
            settings = known.difference(self.case, trained.case)
            remedies.append(
                Remedy(
                    one.change.words, trained.case, settings, one.change.effort, was, now, still,
                    p, tuple(of_rows(self.case, trained.case)),
                )
            )  # fmt: skip
        own, rest = remedies[0], sorted(remedies[1:], key=lambda one: (-one.share, one.effort))
        most = max((one.share for one in remedies if one.verified), default=0.0)
        first = [own, *rest] if own.share >= most - NEARLY else [*rest, own]
        return sorted(first, key=lambda one: not one.verified)

    def affordable(self, cases):
        """On how many starts some cases can be tried again."""
        return int(self.laboratory.budget / sum(case.work for case in cases)) // PROOFS

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


def _case(tried):
    """What was trained of a change that was tried."""
    return tried.trained.case
