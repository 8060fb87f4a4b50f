"""The rule of the verdicts, from runs to words: shares, comparisons, draws and seeds."""

import tomllib
from math import inf, nan
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense.judging.intervals import median_interval, share_interval
from fastdense.judging.paired import RELATIONS as COMPARE
from fastdense.judging.verdicts import EFFECT, HOW_OFTEN, of_difference, of_share
from fastdense.measures import MEASURES, Measure
from fastdense.scenarios import claims, verdict
from fastdense.scenarios.experiment import Results
from fastdense.scenarios.scenario import names, text_of

FLOORS = SimpleNamespace(constant=1.0, irreducible=0.0, rounding=0.0)


def results(losses, outcomes=None, shape=None):
    """Runs that ended with the given losses and outcomes: seeds on given data, or of `shape`."""
    outcomes = outcomes or ["slow"] * len(losses)
    runs = (
        SimpleNamespace(
            run=SimpleNamespace(final_loss=loss, baselines=FLOORS, outcome=outcome), data=None
        )
        for loss, outcome in zip(losses, outcomes, strict=True)
    )
    return Results(runs, shape or (1, len(losses)))


def loss(relation, bound, arm="ours"):
    return claims.Test(arm, "final_loss", relation, bound)


def outcome(*wanted, arm="ours"):
    return claims.Test(arm, "outcome", "in", wanted)


def judge(tests, how_often="always", effect=EFFECT, **arms):
    settings = (
        tests if isinstance(tests[0], claims.Setting) else (claims.Setting("", tuple(tests)),)
    )
    claim = claims.Claim("it", "It does.", "Nobody", how_often, tuple(settings), effect)
    return verdict.judge(claim, arms)


@pytest.mark.parametrize("how_often", HOW_OFTEN)
@given(st.tuples(st.integers(1, 12), st.integers(1, 6)), st.integers(0, 2**32), st.floats(0, 1))
def test_a_share_is_that_of_the_nested_design(how_often, shape, seed, share):
    true = np.random.default_rng(seed).random(shape) < share
    found = judge(
        [loss("below", 1.0)],
        how_often,
        ours=results([0.5 if t else 1.5 for t in true.ravel()], shape=shape),
    )
    (one,) = found.findings
    assert (one.draws, one.seeds) == shape and one.share == true.mean()
    if true.size == 1:
        assert one.interval is None and found.verdict == ("holds" if true else "refuted")
        return
    units = true if shape[0] > 1 else true.T
    assert one.interval == share_interval(units)
    assert found.verdict == of_share(one.interval, how_often)


def test_80_draws_of_4_seeds_can_tell_always_from_mostly():
    def verdict_of(true, how_often="always"):
        ours = results([0.5] * true + [1.5] * (320 - true), shape=(80, 4))
        return judge([loss("below", 1.0)], how_often, ours=ours).verdict

    assert verdict_of(320) == "holds" and verdict_of(260) == "partly"
    assert verdict_of(0) == "refuted" and verdict_of(112) == "refuted"
    assert verdict_of(160) == verdict_of(304) == "undecided"


def test_often_is_refuted_by_seldom():
    """22 of 320 runs, each on a draw of its own, are 7% [4%, 11%]."""
    losses = np.where(np.arange(320) % 14 == 0, 0.5, 1.5)[:-1].tolist() + [1.5]
    found = judge([loss("below", 1.0)], "often", ours=results(losses, shape=(80, 4)))
    assert found.evidence.startswith("7% [5%, 11%]") and found.verdict == "refuted"


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
        ours, theirs = results([value]), results([2.0])
        by_number = judge([loss(relation, 2.0)], ours=ours)
        by_arm = judge([loss(relation, "theirs")], ours=ours, theirs=theirs)
        assert by_number.verdict == ("holds" if expected else "refuted")
        tie = value == 2.0 and relation in ("below", "above")
        assert by_arm.verdict == ("no difference" if tie else by_number.verdict)


@given(st.tuples(st.integers(1, 9), st.integers(1, 5)), st.integers(0, 2**32), st.floats(-0.5, 0.5))
def test_a_comparison_is_of_what_is_typical_of_the_draws(shape, seed, shift):
    rng = np.random.default_rng(seed)
    theirs = 1 + rng.random(shape)
    ours = theirs + shift * rng.random(shape)
    found = judge(
        [loss("above", "theirs")],
        ours=results(ours.ravel(), shape=shape),
        theirs=results(theirs.ravel(), shape=shape),
    )
    (one,) = found.findings
    apart = (ours - theirs) / np.maximum(ours, theirs)
    if apart.size == 1:
        assert one.difference_interval is None
        assert found.verdict == of_difference((apart.item(),) * 2, EFFECT)
        return
    units = np.median(apart if shape[0] > 1 else apart.T, axis=1)
    assert one.difference == pytest.approx(np.median(units))
    assert one.difference_interval == pytest.approx(median_interval(units))
    assert found.verdict == of_difference(median_interval(units), EFFECT)
    assert "median difference" in found.evidence


def test_a_difference_that_does_not_matter_is_none():
    rng = np.random.default_rng(0)
    theirs = 1 + rng.random(320)
    arms = {"ours": results(theirs * 1.000001, shape=(80, 4))}
    arms["theirs"] = results(theirs, shape=(80, 4))
    assert judge([loss("above", "theirs")], **arms).verdict == "no difference"
    assert judge([loss("above", "theirs")], effect=0.0, **arms).verdict == "holds"
    assert judge([loss("above", "ours")], **arms).verdict == "no difference"
    assert judge([loss("above", "ours")], effect=0.0, **arms).verdict == "no difference"


def test_how_often_does_not_soften_a_comparison():
    arms = {"ours": results([1.0] * 6 + [3.0] * 4), "theirs": results([2.0] * 10)}
    for how_often in HOW_OFTEN:
        assert judge([loss("below", "theirs")], how_often, **arms).verdict == "undecided"


def test_an_arm_that_nothing_changes_is_held_against_every_run():
    rng = np.random.default_rng(0)
    many, one = results(rng.uniform(0.0, 1.0, 64), shape=(16, 4)), results([2.0])
    found = judge([loss("below", "one")], ours=many, one=one)
    assert (found.verdict, found.findings[0].share) == ("holds", 1.0)
    found = judge([loss("below", "many", arm="one")], one=one, many=many)
    assert (found.verdict, found.findings[0].share) == ("refuted", 0.0)
    mixed = [loss("below", 3.0, arm="one"), loss("below", 1.0)]
    found = judge(mixed, "usually", ours=many, one=one)
    assert (found.verdict, found.findings[0].draws) == ("holds", 16)


def test_two_arms_in_which_nothing_is_drawn_are_compared_plainly():
    arms = {"ours": results([1.0]), "theirs": results([2.0])}
    found = judge([loss("below", "theirs")], **arms)
    assert found.verdict == "holds" and found.findings[0].interval is None
    assert found.evidence.startswith("yes; median difference -0.5;")


def test_all_tests_of_a_setting_must_be_true_of_the_same_run():
    """Each is true of half of the runs, both of none."""
    ours = results([1.0] * 128 + [3.0] * 128, ["slow"] * 128 + ["stalled"] * 128)
    tests = [loss("below", 2.0), outcome("stalled", "frozen")]
    assert judge(tests[:1], "often", ours=ours).verdict == "holds"
    assert judge(tests[1:], "often", ours=ours).verdict == "holds"
    both = judge(tests, "often", ours=ours)
    assert (both.verdict, both.findings[0].share) == ("refuted", 0.0)


def test_a_claim_in_several_settings_holds_partly_where_they_disagree():
    settings = [
        claims.Setting(name, (loss("below", 2.0, arm=name),)) for name in ("easy", "hard", "same")
    ]
    arms = {"easy": results([1.0]), "hard": results([3.0]), "same": results([1.5])}
    found = judge(settings, **arms)
    assert found.verdict == "partly"
    assert [one.word for one in found.findings] == ["holds", "refuted", "holds"]
    assert found.evidence.splitlines()[1].startswith("hard: refuted, no; ")
    assert judge(settings[::2], **arms).verdict == "holds"
    plain = found.to_dict()
    assert [one["setting"] for one in plain["settings"]] == ["easy", "hard", "same"]


def test_what_diverged_is_worse_than_any_number():
    """A loss that is not a number neither beats a number nor is left out."""
    for worst in (nan, inf):
        bad, good = results([worst] * 256), results([1.0] * 256)
        assert judge([loss("below", "good")], ours=bad, good=good).verdict == "refuted"
        assert judge([loss("above", "good")], ours=bad, good=good).verdict == "holds"
        assert judge([loss("below", "bad")], ours=good, bad=bad).verdict == "holds"
        assert judge([loss("above", "bad")], ours=bad, bad=bad).verdict == "no difference"
        assert judge([loss("above", 1e300)], ours=bad).verdict == "holds"
        assert judge([loss("at_most", 1e300)], ours=bad).verdict == "refuted"


def test_the_evidence_holds_the_number_that_decides():
    found = judge([loss("below", 2.0)], ours=results([1.25] * 3))
    assert found.evidence == "100% [14%, 100%] of 3 seeds; ours loss at the end 1.25"
    ours = results([1.0] * 4, ["slow"] * 3 + ["frozen"], shape=(2, 2))
    found = judge([outcome("slow")], ours=ours)
    assert found.evidence.startswith("75% [")
    assert found.evidence.endswith("of 2 draws of 2 seeds; ours slow 75%, frozen 25%")
    assert judge([loss("below", 2.0)], ours=results([3.0])).evidence.startswith("no; ")


def test_the_printed_rule_states_the_numbers_of_the_code():
    for right, wrong in HOW_OFTEN.values():
        assert f"{right:.0%}" in verdict.RULE
        assert f"{wrong:.0%}" in verdict.RULE or f"{wrong:.1%}" in verdict.RULE
    assert f"{EFFECT:.0%}" in verdict.RULE


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
    words = {"holds", "partly", "refuted", "no difference", "undecided"}
    assert not found & {*words, "verdict", "evidence", "expected"}


def test_a_part_that_nothing_changes_decides_alone_if_it_is_false():
    tests = [loss("below", 1.0, arm="one"), loss("below", 3.0)]
    many, one = results([2.0] * 64), results([2.0])
    found = judge(tests, "often", ours=many, one=one)
    assert (found.verdict, found.findings[0].interval) == ("refuted", None)
    assert judge(tests[1:], "often", ours=many, one=one).verdict == "holds"


def test_what_two_claims_speak_of_is_measured_once(monkeypatch):
    asked = []

    def final_loss(run, baselines):
        asked.append(run)
        return run.final_loss

    monkeypatch.setitem(MEASURES, "final_loss", Measure("loss at the end", final_loss))
    ours, known = {"ours": results([1.0, 2.0]), "other": results([3.0, 1.5])}, {}
    for tests in ([loss("below", 1.5)], [loss("above", 1.5)], [loss("below", "other")]):
        setting = claims.Setting("", tuple(tests))
        claim = claims.Claim("", "text", "source", "usually", (setting,))
        assert verdict.judge(claim, ours, known) == verdict.judge(claim, ours)
    assert set(known) == {("final_loss", "ours"), ("final_loss", "other")}
    asked.clear()
    verdict.judge(claim, ours, known)
    assert not asked


@pytest.mark.parametrize(("drawn", "kind"), [(True, "draws"), (False, "seeds")])
def test_claims_that_too_few_runs_cannot_show_to_hold_are_named(drawn, kind):
    arms = (
        SimpleNamespace(name="ours", random=True, data=SimpleNamespace(drawn=drawn)),
        SimpleNamespace(name="same", random=False, data=SimpleNamespace(drawn=False)),
    )
    made = [
        claims.Claim(
            "", f"{arm} {often}", "", often, (claims.Setting("", (loss("below", 2.0, arm),)),)
        )
        for arm in ("ours", "same")
        for often in ("always", "usually")
    ]

    def shape_of(arm, draws, seeds):
        if not arm.random:
            return 1, 1
        return (draws or 80, 4) if drawn else (1, seeds or 80)

    scenario = SimpleNamespace(arms=arms, claims=tuple(made), shape_of=shape_of)
    assert verdict.too_few_to_hold(scenario) == []
    assert verdict.too_few_to_hold(scenario, 76, 76) == []
    assert verdict.too_few_to_hold(scenario, 32, 32) == [(made[0], kind, 76)]
    assert verdict.too_few_to_hold(scenario, 3, 3) == [(made[0], kind, 76), (made[1], kind, 7)]
