"""Claims: sentences of a source, with the tests that decide them."""

from dataclasses import dataclass

from fastdense.errors import FastdenseError, unknown
from fastdense.judging.paired import RELATIONS
from fastdense.judging.verdicts import HOW_OFTEN
from fastdense.measures import MEASURES, fault_of
from fastdense.outcome import OUTCOMES
from fastdense.settings.tables import known, table, text


@dataclass(frozen=True)
class Test:
    """What must be true of a run: a measure in a relation to a number or to another arm."""

    arm: str
    measure: str
    relation: str
    bound: float | str | tuple[str, ...]

    @property
    def compares(self):
        """Whether it compares two arms."""
        return isinstance(self.bound, str)

    @property
    def arms(self):
        """Names of the arms that it looks at."""
        return (self.arm, self.bound) if self.compares else (self.arm,)

    def __str__(self):
        if self.measure == "outcome":
            return f"{self.arm}: {' or '.join(self.bound)}"
        bound = f"that of {self.bound}" if self.compares else f"{self.bound:g}"
        relation = self.relation.replace("_", " ")
        return f"{self.arm}: {MEASURES[self.measure].name} {relation} {bound}"


@dataclass(frozen=True)
class Claim:
    """A sentence of a source with the tests that decide it; all must hold for a seed to count."""

    text: str
    source: str
    how_often: str
    tests: tuple[Test, ...]

    @property
    def arms(self):
        """Names of the arms that its tests look at."""
        return {arm for test in self.tests for arm in test.arms}

    @property
    def compares(self):
        """Whether it compares two arms, by its only test."""
        return self.tests[0].compares

    def to_dict(self):
        """What it says and needs, as JSON has it."""
        return {
            "text": self.text,
            "source": self.source,
            "how_often": self.how_often,
            "tests": [str(test) for test in self.tests],
        }


def read_claims(identifier, entries, arms, overrides):
    """The claims of a scenario whose arms are all among `arms`; `overrides` names all there are."""
    kept = {arm.name: arm for arm in arms}
    source = text(entries, "source", "")
    entries = entries.get("claims", [])
    if not isinstance(entries, list):
        raise FastdenseError(f"{identifier}: claims are tables, [[claims]]")
    claims = []
    for entry in entries:
        for key in table("a claim", entry):
            known("key of a claim", key, ("text", "source", "how_often", "tests"))
        often = entry.get("how_often", "always")
        known("how_often", often, HOW_OFTEN)
        tests = entry.get("tests")
        if not isinstance(tests, list) or not tests:
            raise FastdenseError(f"{identifier}: a claim needs 'tests', a list of tables")
        read = tuple(_test(table("a test", test), overrides) for test in tests)
        _check_comparison(identifier, entry, read)
        claim = Claim(text(entry, "text", ""), text(entry, "source", source), often, read)
        if claim.arms <= set(kept):
            for test in read:
                _check_possible(test, kept)
            claims.append(claim)
    return tuple(claims)


def _check_comparison(identifier, entry, tests):
    """A comparison has a rule of its own, which knows neither `how_often` nor other tests."""
    if not any(test.compares for test in tests):
        return
    if len(tests) > 1:
        raise FastdenseError(
            f"{identifier}: a claim compares two arms beside other tests; "
            "a comparison stands alone, so write two claims"
        )
    if "how_often" in entry:
        raise FastdenseError(
            f"{identifier}: how_often stands on a claim that compares two arms; "
            "leave it out, for the sign test decides comparisons"
        )


def _test(test, arms):
    arm = test.get("arm", next(iter(arms)))
    known("arm of a claim", arm, arms)
    if "outcome" in test:
        outcomes = test["outcome"]
        outcomes = [outcomes] if isinstance(outcomes, str) else outcomes
        if not isinstance(outcomes, list) or not outcomes:
            raise FastdenseError(f"outcome is {outcomes!r:.80}; expected a list of outcomes")
        for outcome in outcomes:
            known("outcome", outcome, OUTCOMES)
        extra, result = set(test) - {"arm", "outcome"}, Test(arm, "outcome", "in", tuple(outcomes))
    else:
        measure = test.get("measure")
        known("measure", measure, MEASURES)
        relations = [r for r in RELATIONS if r in test]
        if len(relations) != 1:
            raise FastdenseError(f"a test needs exactly one of: {', '.join(RELATIONS)}")
        bound = test[relations[0]]
        if isinstance(bound, str):
            known("arm of a claim", bound, arms)
        elif isinstance(bound, bool) or not isinstance(bound, (int, float)) or bound != bound:
            raise FastdenseError(f"{relations[0]} is {bound!r:.80}; expected a number or an arm")
        extra = set(test) - {"arm", "measure", relations[0]}
        result = Test(arm, measure, relations[0], bound)
    for key in extra:
        raise unknown("key of a test", key, ["arm", "outcome", "measure", *RELATIONS])
    return result


def _check_possible(test, arms):
    if test.measure == "outcome":
        return
    for name in test.arms:
        fault = fault_of(test.measure, arms[name])
        if fault:
            raise FastdenseError(f"a claim about {test.measure} {fault}")
