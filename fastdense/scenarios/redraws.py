"""Repeats a scenario on fresh draws and seeds, to see which of its verdicts depend on them."""

from collections import Counter
from dataclasses import dataclass

from fastdense.judging.verdicts import HOLDS, REFUTED, SAME
from fastdense.scenarios.experiment import experiment


@dataclass(frozen=True)
class Repeated:
    """A claim with the word on it, and how often each word came on fresh draws.

    Attributes
    ----------
    scenario : str
    claim : Claim
    verdict : str
        On the first set of draws.
    repeats : dict
        Words to how often they came on the others.
    """

    scenario: str
    claim: object
    verdict: str
    repeats: dict[str, int]

    @property
    def words(self):
        """All words that came, the first set's included."""
        return {self.verdict, *self.repeats}

    @property
    def changed(self):
        """Whether any other word came."""
        return len(self.words) > 1

    @property
    def reversed(self):
        """Whether it came both to hold and to be refuted, or to make no difference."""
        return HOLDS in self.words and bool(self.words & {REFUTED, SAME})

    def to_dict(self):
        """As JSON has it."""
        return {
            "scenario": self.scenario,
            "name": self.claim.name,
            "text": self.claim.text,
            "own": self.claim.own,
            "verdict": self.verdict,
            "repeats": self.repeats,
            "changed": self.changed,
            "reversed": self.reversed,
        }


def repeat(scenario, times, draws=None, seeds=None, on_progress=None):
    """Judge the claims of a scenario on its first set of draws and seeds, and on others.

    Parameters
    ----------
    scenario : Scenario
    times : int
        How many other sets; no two share a draw or a seed.
    draws, seeds : int, optional
        In each set, as in `experiment`.
    on_progress : callable, optional
        Called as `on_progress(done, total)` in sets, fractions included.

    Returns
    -------
    list of Repeated
        One for each claim.
    """
    draws, seeds = draws or scenario.draws, seeds or scenario.seeds
    words = [[] for _ in scenario.claims]
    for number in range(times + 1):

        def tell(done, total, number=number):
            if on_progress is not None:
                on_progress(number + done / total, times + 1)

        done = experiment(scenario, seeds, number * draws * seeds, tell, draws, number * draws)
        for found, verdict in zip(words, done.verdicts, strict=True):
            found.append(verdict.verdict)
    return [
        Repeated(scenario.id, claim, found[0], dict(Counter(found[1:]).most_common()))
        for claim, found in zip(scenario.claims, words, strict=True)
    ]
