"""The words of a verdict, `holds`, `partly` and `refuted`, and the rules that choose one."""

from dataclasses import dataclass
from itertools import count

from fastdense.judging.intervals import wilson

HOLDS, PARTLY, REFUTED = WORDS = "holds", "partly", "refuted"
AGREES, DIFFERS, UNDECIDED = "agrees", "differs", "undecided"  # what one point says of its claim
# The share of trials for which a claim must be true, by how it is worded.
HOW_OFTEN = {"always": 0.95, "usually": 0.5, "often": 0.25, "sometimes": 0.05}
SELDOM = 0.05  # a claim that is sure to hold for no more of the trials than this is refuted
SIGNIFICANCE = 0.01  # how often chance alone may decide


@dataclass(frozen=True)
class Verdict:
    """A claim with the word on it, and the numbers behind that as a sentence.

    What else was measured belongs to a class of its own, which extends `numbers`.

    Attributes
    ----------
    claim : object
        Whatever has a `to_dict()`: its text, its source, and what it needs.
    verdict : str
        One of `WORDS`.
    evidence : str
    """

    claim: object
    verdict: str
    evidence: str

    def numbers(self):
        """The numbers behind the word, as JSON has them."""
        return {}

    def to_dict(self):
        """The claim, the word, the numbers and the evidence, as JSON has them (docs/json.md)."""
        return {
            **self.claim.to_dict(),
            "verdict": self.verdict,
            **self.numbers(),
            "evidence": self.evidence,
        }


def of_share(successes, trials, needed):
    """The word on a claim that should be true for a share of trials, by its Wilson interval.

    Parameters
    ----------
    successes, trials : int
    needed : float
        The share, such as one of `HOW_OFTEN`. The claim holds if the whole interval lies at or
        above it, and is refuted if the interval lies at or below `SELDOM`.
    """
    low, high = wilson(successes, trials)
    if low >= needed:
        return HOLDS
    return REFUTED if high <= SELDOM else PARTLY


def of_pairs(pairs, significance=SIGNIFICANCE):
    """The word on a claim that a relation holds between two things, by a one-sided sign test.

    Parameters
    ----------
    pairs : Pairs
    significance : float
        It holds if wins beyond losses, and is refuted if losses beyond wins, would come by chance
        less often than this; it is also refuted if sure to be true of `SELDOM` at most.
    """
    if pairs.p_reversed < significance or wilson(pairs.wins, pairs.trials)[1] <= SELDOM:
        return REFUTED
    return HOLDS if pairs.p < significance else PARTLY


def of_states(states):
    """The word on a claim by what each of its points says: `AGREES`, `DIFFERS` or `UNDECIDED`."""
    agreeing = sum(state == AGREES for state in states)
    if states and agreeing == len(states):
        return HOLDS
    return REFUTED if not agreeing and DIFFERS in states else PARTLY


def fewest_trials(needed):
    """The least number of trials by which `of_share` may say anything but `partly`."""
    return next(n for n in count(1) if {of_share(n, n, needed), of_share(0, n, needed)} != {PARTLY})


def fewest_pairs(significance=SIGNIFICANCE):
    """The least number of pairs by which the sign test of `of_pairs` may decide: all are wins."""
    return next(n for n in count(1) if 0.5**n < significance)


def share_text(successes, trials, of="seeds"):
    """A share with its interval, as part of a sentence: `75% of 4 seeds [30%, 95%]`."""
    low, high = wilson(successes, trials)
    return f"{successes / trials:.0%} of {trials} {of} [{low:.0%}, {high:.0%}]"
