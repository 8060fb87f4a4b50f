"""The rule of the verdicts, at its thresholds and against exact binomial numbers."""

import tomllib
from fractions import Fraction
from math import comb, inf, nan
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense.judging.paired import RELATIONS as COMPARE
from fastdense.judging.verdicts import HOW_OFTEN, SELDOM, SIGNIFICANCE
from fastdense.measures import MEASURES, Measure
from fastdense.scenarios import claims, verdict
from fastdense.scenarios.scenario import names, text_of

FLOORS = SimpleNamespace(constant=1.0, irreducible=0.0, rounding=0.0)


def results(losses, outcomes=None):
    """Runs that ended with the given losses and outcomes."""
    outcomes = outcomes or ["slow"] * len(losses)
    return [
        SimpleNamespace(
            run=SimpleNamespace(final_loss=loss, baselines=FLOORS, outcome=outcome), data=None
        )
        for loss, outcome in zip(losses, outcomes, strict=True)
    ]


def loss(relation, bound, arm="ours"):
    return claims.Test(arm, "final_loss", relation, bound)


def outcome(*wanted, arm="ours"):
    return claims.Test(arm, "outcome", "in", wanted)


def judge(tests, how_often="always", fixed=(), **arms):
    claim = claims.Claim("It does.", "Nobody", how_often, tuple(tests))
    return verdict.judge(claim, arms, fixed)


@pytest.mark.parametrize(
    ("how_often", "least"), [("always", 73), ("usually", 4), ("often", 2), ("sometimes", 1)]
)
def test_with_the_least_seeds_a_claim_may_be_decided_and_with_fewer_it_may_not(how_often, least):
    claim = claims.Claim("It does.", "Nobody", how_often, (loss("below", 2.0),))
    assert verdict.least_seeds(claim) == least
    for seeds in range(1, 90):
        found = {
            judge(claim.tests, how_often, ours=results([1.0] * k + [3.0] * (seeds - k))).verdict
            for k in (0, seeds)
        }
        assert (found == {"partly"}) == (seeds < least)


def test_the_least_seeds_of_a_comparison():
    test = claims.Test("ours", "final_loss", "below", "theirs")
    least = verdict.least_seeds(claims.Claim("It does.", "Nobody", "always", (test,)))
    assert least == 7
    for seeds, expected in ((least - 1, "partly"), (least, "holds")):
        ours, theirs = results([1.0] * seeds), results([2.0] * seeds)
        assert judge([test], ours=ours, theirs=theirs).verdict == expected


def test_only_claims_on_what_the_seed_changes_need_seeds():
    arms = SimpleNamespace(name="ours", random=True), SimpleNamespace(name="same", random=False)
    made = [
        claims.Claim(f"{arm} {often}", "", often, (loss("below", 2.0, arm),))
        for arm in ("ours", "same")
        for often in ("always", "usually")
    ]
    scenario = SimpleNamespace(arms=arms, claims=tuple(made), seeds=32)
    assert verdict.undecidable(scenario) == [(made[0], 73)]
    assert verdict.undecidable(scenario, 73) == []
    assert verdict.undecidable(scenario, 3) == [(made[0], 73), (made[1], 4)]


Z = Fraction(1959963984540054, 10**15)


def bounds(true, seeds):
    """The ends of Wilson's interval: where (share - p)^2 = z^2 p (1 - p) / n, by bisection."""

    def inside(p):
        return (Fraction(true, seeds) - p) ** 2 * seeds <= Z * Z * p * (1 - p)

    ends = []
    for outer in (Fraction(0), Fraction(1)):
        inner = Fraction(true, seeds)
        far = outer
        if inside(far):
            ends.append(far)
            continue
        for _ in range(60):
            middle = (inner + far) / 2
            inner, far = (middle, far) if inside(middle) else (inner, middle)
        ends.append(inner)
    return ends


@pytest.mark.parametrize("seeds", [1, 2, 19, 64, 100, 256])
@pytest.mark.parametrize("how_often", HOW_OFTEN)
def test_the_interval_of_a_share_decides_at_the_stated_thresholds(how_often, seeds):
    need = {"always": 0.95, "usually": 0.5, "often": 0.25, "sometimes": 0.05}[how_often]
    for true in range(seeds + 1):
        low, high = bounds(true, seeds)
        expected = "holds" if low >= need else ("refuted" if high <= 0.05 else "partly")
        found = judge(
            [loss("below", 1.0)], how_often, ours=results([0.5] * true + [1.5] * (seeds - true))
        )
        assert found.verdict == expected, (true, seeds)
        assert (found.share, found.seeds) == (true / seeds, seeds)
        assert found.interval == pytest.approx((float(low), float(high)), abs=1e-12)


def test_256_seeds_can_tell_always_from_mostly_and_never_from_seldom():
    def verdict_of(true, how_often="always"):
        ours = results([0.5] * true + [1.5] * (256 - true))
        return judge([loss("below", 1.0)], how_often, ours=ours).verdict

    assert verdict_of(256) == "holds" and verdict_of(240) == "partly"
    assert verdict_of(0) == "refuted" and verdict_of(13) == "partly"


RELATIONS = {
    "below": (True, False, False),
    "at_most": (True, True, False),
    "equals": (False, True, False),
    "at_least": (False, True, True),
    "above": (False, False, True),
}


@pytest.mark.parametrize("relation", RELATIONS)
def test_every_relation_to_a_number_and_to_an_arm(relation):
    assert set(RELATIONS) == set(COMPARE)
    for value, expected in zip((1.0, 2.0, 3.0), RELATIONS[relation], strict=True):
        fixed = "ours", "theirs"
        ours, theirs = results([value]), results([2.0])
        by_number = judge([loss(relation, 2.0)], fixed=fixed, ours=ours)
        by_arm = judge([loss(relation, "theirs")], fixed=fixed, ours=ours, theirs=theirs)
        assert by_number.verdict == by_arm.verdict == ("holds" if expected else "refuted")


COUNTS = st.integers(0, 70)


@given(wins=COUNTS, ties=COUNTS, losses=COUNTS, strict=st.booleans())
def test_a_comparison_of_arms_is_a_sign_test(wins, ties, losses, strict):
    seeds = wins + ties + losses
    if seeds < 2:
        return
    ours = results([1.0] * wins + [2.0] * ties + [3.0] * losses)
    relation = "below" if strict else "at_most"
    found = judge([loss(relation, "theirs")], ours=ours, theirs=results([2.0] * seeds))
    true = wins if strict else wins + ties

    def tail(k, n):
        return Fraction(sum(comb(n, j) for j in range(k, n + 1)), 2**n)

    if tail(true, true + losses) < Fraction(1, 100) and bounds(true, seeds)[1] > Fraction(1, 20):
        expected = "holds"
    elif tail(losses, true + losses) < Fraction(1, 100) or bounds(true, seeds)[1] <= 0.05:
        expected = "refuted"
    else:
        expected = "partly"
    assert found.verdict == expected
    assert f"{true / seeds:.0%} of {seeds} seeds" in found.evidence
    assert "sign test p = " in found.evidence


def test_ties_alone_prove_nothing_better():
    equal = results([0.0] * 256)
    assert judge([loss("below", "theirs")], ours=equal, theirs=equal).verdict == "refuted"


def test_how_often_does_not_soften_a_comparison():
    """Sixty percent is no evidence, however the claim is worded."""
    arms = {"ours": results([1.0] * 6 + [3.0] * 4), "theirs": results([2.0] * 10)}
    for how_often in HOW_OFTEN:
        assert judge([loss("below", "theirs")], how_often, **arms).verdict == "partly"


def test_an_arm_that_no_seed_changes_is_held_against_every_seed():
    rng = np.random.default_rng(0)
    many, one = results(rng.uniform(0.0, 1.0, 64)), results([2.0])
    found = judge([loss("below", "one")], ours=many, one=one)
    assert (found.verdict, found.share, found.seeds) == ("holds", 1.0, 64)
    found = judge([loss("below", "many", arm="one")], fixed=["one"], one=one, many=many)
    assert (found.verdict, found.share, found.seeds) == ("refuted", 0.0, 64)
    mixed = [loss("below", 3.0, arm="one"), loss("below", 1.0)]
    found = judge(mixed, ours=many, one=one)
    assert (found.verdict, found.seeds) == ("partly", 64)  # 64 of 64: an interval from 94%


def test_two_arms_without_seeds_are_compared_plainly():
    arms = {"ours": results([1.0]), "theirs": results([2.0])}
    found = judge([loss("below", "theirs")], fixed=list(arms), **arms)
    assert found.verdict == "holds" and "sign test" not in found.evidence
    assert found.interval is None
    assert judge([loss("below", "theirs")], **arms).verdict == "partly"  # one seed of many


def test_all_tests_of_a_claim_must_hold_in_the_same_seed():
    """Each is true for half of the seeds, both for none."""
    ours = results([1.0] * 128 + [3.0] * 128, ["slow"] * 128 + ["stalled"] * 128)
    tests = [loss("below", 2.0), outcome("stalled", "frozen")]
    assert judge(tests[:1], "often", ours=ours).verdict == "holds"
    assert judge(tests[1:], "often", ours=ours).verdict == "holds"
    both = judge(tests, "often", ours=ours)
    assert (both.verdict, both.share) == ("refuted", 0.0)
    assert judge([outcome("slow"), loss("below", 2.0)], "usually", ours=ours).share == 0.5


def test_what_diverged_is_worse_than_any_number():
    """A loss that is not a number neither beats a number nor is left out."""
    for worst in (nan, inf):
        bad, good = results([worst] * 256), results([1.0] * 256)
        assert judge([loss("below", "good")], ours=bad, good=good).verdict == "refuted"
        assert judge([loss("above", "good")], ours=bad, good=good).verdict == "holds"
        assert judge([loss("below", "bad")], ours=good, bad=bad).verdict == "holds"
        assert judge([loss("above", 1e300)], ours=bad).verdict == "holds"
        assert judge([loss("at_most", 1e300)], ours=bad).verdict == "refuted"


def test_the_evidence_holds_the_number_that_decides():
    found = judge([loss("below", 2.0)], ours=results([1.25] * 3))
    assert found.evidence == "100% of 3 seeds [44%, 100%]; ours loss at the end 1.25"
    found = judge([outcome("slow")], ours=results([1.0] * 4, ["slow"] * 3 + ["frozen"]))
    assert found.evidence == "75% of 4 seeds [30%, 95%]; ours slow 75%, frozen 25%"
    alone = judge([loss("below", 2.0)], fixed=["ours"], ours=results([3.0]))
    assert alone.evidence.startswith("no; ")


def test_the_printed_rule_states_the_numbers_of_the_code():
    for share in (*HOW_OFTEN.values(), SELDOM, SIGNIFICANCE):
        assert f"{share:.0%}" in verdict.RULE


def strings(node):
    if isinstance(node, dict):
        for key, inner in node.items():
            yield key
            yield from strings(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from strings(inner)
    elif isinstance(node, str):
        yield node


@pytest.mark.parametrize("name", names())
def test_no_scenario_file_holds_its_own_verdict(name):
    found = set(strings(tomllib.loads(text_of(name))))
    assert not found & {"holds", "partly", "refuted", "verdict", "evidence", "expected"}


def test_ties_refute_a_comparison_that_is_true_for_hardly_any_seed():
    ours = results([1.0] * 20 + [2.0] * 980)
    found = judge([loss("below", "theirs")], ours=ours, theirs=results([2.0] * 1000))
    assert found.verdict == "refuted" and found.share == 0.02


def test_a_part_that_no_seed_changes_decides_alone_if_it_is_false():
    tests = [loss("below", 1.0, arm="one"), loss("below", 3.0)]
    many, one = results([2.0] * 64), results([2.0])
    found = judge(tests, "often", fixed=["one"], ours=many, one=one)
    assert (found.verdict, found.share, found.interval) == ("refuted", 0.0, None)
    found = judge(tests[1:], "often", fixed=["one"], ours=many, one=one)
    assert found.verdict == "holds"


def test_what_two_claims_speak_of_is_measured_once(monkeypatch):
    asked = []

    def final_loss(run, baselines):
        asked.append(run)
        return run.final_loss

    monkeypatch.setitem(MEASURES, "final_loss", Measure("loss at the end", final_loss))
    ours, known = {"ours": results([1.0, 2.0]), "other": results([3.0, 1.5])}, {}
    for tests in ([loss("below", 1.5)], [loss("above", 1.5)], [loss("below", "other")]):
        claim = claims.Claim("text", "source", "usually", tuple(tests))
        assert verdict.judge(claim, ours, (), known) == verdict.judge(claim, ours)
    assert set(known) == {("final_loss", "ours"), ("final_loss", "other")}
    asked.clear()
    verdict.judge(claim, ours, (), known)
    assert not asked
