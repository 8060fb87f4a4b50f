"""Every theory, measured small: the same claims, points that can differ, and the contract."""

from dataclasses import replace

import numpy as np
import pytest

from fastdense import theory
from fastdense.errors import FastdenseError
from fastdense.judging.verdicts import WORDS
from fastdense.scenarios.scenario import names as scenarios
from fastdense.theory.points import Claim, Quantity
from fastdense.theory.results import adam_counterexample, exact_minima, xor
from fastdense.theory.study import study

NAMES = theory.names()
# Seeds of a small run, and what its verdicts are; "?" where so few seeds may not decide.
SMALL = {
    "adam-counterexample": (None, {"adam": "holds", "amsgrad": "holds"}),
    "born-dead": (20_000, {"bounds": "?", "exact": "?"}),
    "collapse": (600, {"born": "?", "collapsed": "?", "killed": "holds", "revived": "?"}),
    "duplicated-unit": (None, dict.fromkeys(("loss", "gradient", "downward"), "holds")),
    "exact-minima": (
        64, {"loss": "holds", "gradient": "holds", "minimum": "holds", "reached": "?"},
    ),
    "initial-moments": (2000, {"kept": "?", "spread": "?", "halved": "?"}),
    "linear-plateau": (
        None, dict.fromkeys(("escape", "stairs", "invariant", "order"), "holds"),
    ),
    "stability-limits": (None, dict.fromkeys(("plain", "heavy", "nesterov"), "holds")),
    "xor": (64, {"level": "?", "time": "holds", "rest": "?", "solved": "refuted"}),
}  # fmt: skip


@pytest.fixture(scope="module", params=SMALL)
def small(request):
    seeds, verdicts = SMALL[request.param]
    return study(theory.load(request.param), seeds), verdicts


def test_every_theory_is_run_here():
    assert set(SMALL) == set(NAMES) and not set(NAMES) & set(scenarios())


@pytest.mark.parametrize("name", NAMES)
def test_a_theory_keeps_its_contract(name):
    found = theory.load(name)
    assert found.id == name and found.question.endswith("?") and len(found.source) > 20
    assert len(found.about) > 40 and found.summary not in found.about
    assert found.claims and found.cases and found.quantities and found.seeds >= 0
    assert all(isinstance(claim, Claim) and claim.text for claim in found.claims.values())
    assert all(isinstance(quantity, Quantity) for quantity in found.quantities.values())
    assert all(str(claim) for claim in found.claims.values())


def test_points_are_of_their_quantities_and_claims(small):
    done, _ = small
    assert {point.quantity for point in done.points} == set(done.theory.quantities)
    claims = {point.claim for point in done.points} - {None}
    assert claims == set(done.theory.claims) == set(done.verdicts)
    for point in done.points:
        low, high = point.interval()
        assert low <= point.measured <= high and np.isfinite(point.measured)
        assert point.theory is not None or point.claim is None
        assert (point.samples > 0) or low == high


def test_no_point_differs_from_theory(small):
    """Not even with few seeds, but for the claim that is refuted: every start learns XOR."""
    done, verdicts = small
    for point, state in zip(done.points, done.states, strict=True):
        if verdicts.get(point.claim) != "refuted":
            assert state != "differs", point


def test_verdicts_are_these(small):
    done, expected = small
    assert set(done.verdicts) == set(expected)
    for key, verdict in expected.items():
        found = done.verdicts[key].verdict
        assert found == verdict or verdict == "?" and found in ("holds", "undecided"), key


def test_a_wrong_theory_is_refuted(small):
    """Moved off by more than a claim allows, no prediction survives its measurement."""
    done, _ = small
    for key, verdict in done.verdicts.items():
        own = [point for point in done.points if point.claim == key]
        for point, state in zip(own, verdict.states, strict=True):
            if state != "agrees":
                continue
            low, high = point.interval(1 - 1e-6)
            high += 2 * done.theory.claims[key].absolute + 1e-9
            high *= 1 + 2 * done.theory.claims[key].relative
            wrong = replace(point, theory=(high + 0.01, high + 0.01))
            verdicts = {key: _judged(done.theory.claims[key], wrong)}
            assert replace(done, points=(wrong,), verdicts=verdicts).states == ["differs"]


def _judged(claim, point):
    from fastdense.theory.points import judge

    return judge(claim, [point])


def test_the_plain_form_says_what_was_measured(small):
    done, _ = small
    plain = done.to_dict()
    assert plain["kind"] == "theory" and plain["schema_version"] == 2
    assert len(plain["points"]) == len(done.points)
    for row, point in zip(plain["points"], done.points, strict=True):
        assert row["measured"] == point.measured
        assert (row["interval"] is None) == (point.samples == 0)
        assert row["state"] in (None, "agrees", "differs", "undecided")
        assert (row["state"] is None) == (row["claim"] is None)
    for claim in plain["claims"]:
        assert claim["agreeing"] <= claim["points"] and claim["points"] > 0
        assert claim["verdict"] in WORDS and claim["evidence"]


def test_seeds_decide_what_is_drawn():
    born = theory.load("born-dead")
    born = replace(born, cases=born.cases[:1])
    one, again, other = (study(born, 500, first) for first in (0, 0, 500))
    assert one.to_dict() == again.to_dict() != other.to_dict()
    both = study(born, 1000)
    for a, b, c in zip(one.points, other.points, both.points, strict=True):
        assert a.successes + b.successes == c.successes


def test_seeds_change_nothing_where_nothing_is_drawn():
    adam = replace(theory.load("adam-counterexample"), cases=({"optimizer": "adam", "start": 0.0},))
    assert study(adam, 5, 3).to_dict() == study(adam).to_dict()


def test_progress_runs_to_the_end():
    seen = []
    done = replace(theory.load("linear-plateau"), cases=theory.load("linear-plateau").cases[:2])
    study(done, on_progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2, 2) and [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_an_unknown_theory_is_refused():
    with pytest.raises(FastdenseError, match="did you mean 'born-dead'"):
        theory.load("born-ded")


def test_neighbors_below_are_seen():
    """A point that is no minimum has lower ones around it, in half of the directions."""
    network, rows = exact_minima.network_of(1), exact_minima.rows_of("one unit")
    there = np.array([1.0, -3.0, 1.1, 0.0])
    hidden = np.maximum(rows[0] - 3.0, 0)
    loss = ((1.1 * hidden - rows[1]) ** 2).mean()
    below = exact_minima.below(network, rows, there, loss)
    assert 0.4 < below / exact_minima.NEIGHBORS < 0.6


def test_amsgrad_and_adam_part_ways():
    places = {name: adam_counterexample.path(name, 0.0, 20_200)[-101:].mean() for name in (
        "adam", "amsgrad",
    )}  # fmt: skip
    assert places["adam"] > 0.9 and places["amsgrad"] < -0.9


def test_xor_runs_that_are_left_keep_two_rows_right():
    runs = xor.trained("mse", xor.LARGE, np.arange(32), lambda part: None, epochs=20_000)
    left = runs.final_loss > 0.05 * 0.25
    assert 0 < left.sum() < 32
    assert runs.final_loss[left] == pytest.approx(0.125, abs=0.02)
