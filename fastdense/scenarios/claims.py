"""Claims: sentences of a source, with the tests that decide them."""

from dataclasses import dataclass, replace

from fastdense.errors import FastdenseError, shown, unknown
from fastdense.judging.paired import RELATIONS
from fastdense.judging.verdicts import EFFECT, HOW_OFTEN
from fastdense.measures import MEASURES, fault_of
from fastdense.outcome import OUTCOMES
from fastdense.settings.tables import known, table, text

KEYS = "name", "text", "source", "own", "how_often", "tests", "settings", "effect", "why"


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
class Setting:
    """Tests that decide a claim in one setting; all must be true of a run for it to count."""

    name: str
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
        """Its name and tests, as JSON has them."""
        return {"setting": self.name, "tests": [str(test) for test in self.tests]}


@dataclass(frozen=True)
class Claim:
    """A sentence of a source with the settings in which it is tested.

    Attributes
    ----------
    name : str
        A word or two by which others refer to it; empty where nobody does.
    text : str
    source : str
        Who says so, and where; empty for an `own` claim.
    how_often : str
        One of `HOW_OFTEN`, by the source's own words.
    settings : tuple of Setting
    effect : float
        The smallest difference that matters in a comparison.
    relative : bool
        Whether that is a share of the larger number.
    why : str
        Why another effect than the usual one.
    own : bool
        A control of this project's, which nobody has published.
    """

    name: str
    text: str
    source: str
    how_often: str
    settings: tuple[Setting, ...]
    effect: float = EFFECT
    relative: bool = True
    why: str = ""
    own: bool = False

    @property
    def arms(self):
        """Names of the arms that its tests look at."""
        return set().union(*(setting.arms for setting in self.settings))

    def needed(self, setting):
        """What a setting needs, in words."""
        if not setting.compares:
            return self.how_often
        if self.relative:
            return f"a difference of {100 * self.effect:.3g}% of the larger"
        return f"a difference of {self.effect:.3g}"

    def to_dict(self):
        """What it says and needs, as JSON has it."""
        plain = {"name": self.name, "text": self.text, "source": self.source, "own": self.own}
        if any(setting.compares for setting in self.settings):
            plain |= {"effect": self.effect, "relative": self.relative}
        if not all(setting.compares for setting in self.settings):
            plain |= {"how_often": self.how_often}
        return plain | {"settings": [one.to_dict() for one in self.settings]}


def read_claims(identifier, entries, arms, overrides):
    """The claims of a scenario, those of their settings whose arms are all among `arms`.

    `overrides` names all arms there are.
    """
    kept = {arm.name: arm for arm in arms}
    source = text(entries, "source", "")
    entries = entries.get("claims", [])
    if not isinstance(entries, list):
        raise FastdenseError(f"{identifier}: claims are tables, [[claims]]")
    claims = []
    for entry in entries:
        claim = _claim(identifier, table("a claim", entry), source, overrides)
        settings = tuple(one for one in claim.settings if one.arms <= set(kept))
        for test in (test for one in settings for test in one.tests):
            _check_possible(test, kept)
        if settings:
            claims.append(replace(claim, settings=settings))
    return tuple(claims)


def _claim(identifier, entry, source, arms):
    for key in entry:
        known("key of a claim", key, KEYS)
    often = entry.get("how_often", "always")
    known("how_often", often, HOW_OFTEN)
    own = entry.get("own", False)
    if not isinstance(own, bool):
        raise FastdenseError(f"{identifier}: own is {shown(own)}; expected true or false")
    if own and "source" in entry:
        raise FastdenseError(f"{identifier}: a claim of one's own has no source; leave out one")
    settings = _settings(identifier, entry, arms)
    for setting in settings:
        _check_comparison(identifier, entry, setting.tests)
    effect, relative = _effect(identifier, entry, settings)
    return Claim(
        text(entry, "name", ""),
        text(entry, "text", ""),
        "" if own else text(entry, "source", source),
        often,
        settings,
        effect,
        relative,
        text(entry, "why", ""),
        own,
    )


def _settings(identifier, entry, arms):
    """The settings of a claim, or the only one, which has no name."""
    if ("tests" in entry) == ("settings" in entry):
        raise FastdenseError(
            f"{identifier}: a claim needs 'tests', a list of tables, or 'settings', a list of "
            "tables with 'name' and 'tests'"
        )
    given = entry.get("settings", [{"name": "", "tests": entry.get("tests")}])
    if not isinstance(given, list) or not given:
        raise FastdenseError(f"{identifier}: settings are {shown(given)}; expected a list")
    settings = []
    for one in given:
        for key in table("a setting", one):
            known("key of a setting", key, ("name", "tests"))
        tests = one.get("tests")
        if not isinstance(tests, list) or not tests:
            raise FastdenseError(f"{identifier}: a claim needs 'tests', a list of tables")
        read = tuple(_test(table("a test", test), arms) for test in tests)
        settings.append(Setting(text(one, "name", ""), read))
    if len({one.name for one in settings}) < len(settings):
        raise FastdenseError(f"{identifier}: two settings of a claim have the same name")
    return tuple(settings)


def _effect(identifier, entry, settings):
    """The smallest difference that matters, and whether it is a share of the larger number."""
    if "effect" not in entry:
        if "why" in entry:
            raise FastdenseError(f"{identifier}: 'why' explains an effect; give one, or leave it")
        return EFFECT, True
    if not any(setting.compares for setting in settings):
        raise FastdenseError(
            f"{identifier}: effect stands on a claim that compares no arms; leave it out"
        )
    if not text(entry, "why", ""):
        raise FastdenseError(f"{identifier}: an effect needs 'why', in a sentence")
    effect, relative = entry["effect"], True
    if isinstance(effect, dict) and set(effect) == {"absolute"}:
        effect, relative = effect["absolute"], False
    if isinstance(effect, bool) or not isinstance(effect, (int, float)) or not 0 <= effect < 1e300:
        raise FastdenseError(
            f"{identifier}: effect is {shown(effect)}; expected a share of the larger number, such "
            "as 0.05, or { absolute = number }"
        )
    return float(effect), relative


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
            "leave it out, for the typical difference decides comparisons"
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
