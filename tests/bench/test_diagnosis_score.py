"""How diagnoses are scored: first causes, templates, false alarms, and what chance cures."""

import pytest

from fastdense import catalogue
from fastdense.scenarios import scenario as scenarios
from fastdense_bench.diagnosis import found as kept
from fastdense_bench.diagnosis import table
from fastdense_bench.diagnosis.score import ARM, PUBLISHED, PUT_IN, Diagnosed, score


def diagnosed(labels, causes, template="t", kind=PUBLISHED, cured=None, chance=None, **fields):
    verdict = "fault" if causes else "healthy"
    return Diagnosed(
        kind, template, template, labels, True, verdict, ["name"] * len(causes), causes,
        "do this" if cured is not None else "", cured, chance, 1.0, **fields,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "causes", "right"),
    [
        (["A", "B"], ["B", "C"], True),
        (["A", "B"], ["C", "B"], False),
        (["A"], [], False),
        (["NONE"], [], True),
        (["NONE"], ["A"], False),
    ],
)
def test_the_first_cause_counts(labels, causes, right):
    assert diagnosed(labels, causes).right is right


def test_templates_count_once():
    found = [
        diagnosed(["A"], ["A"], "one", cured=1.0),
        *[diagnosed(["A"], ["B"], "many") for _ in range(3)],
        diagnosed(["NONE"], [], "sound"),
        diagnosed(["NONE"], ["A"], "alarm"),
    ]
    figures = score(found)
    assert figures.templates == 4
    told = figures.recall, figures.precision, figures.f3, figures.false_alarms, figures.cured
    assert told == pytest.approx((0.5,) * 5)


def test_what_fails_can_be_cured_and_remedies_are_tried_once_more():
    found = [
        diagnosed(["A"], ["A"], "one", cured=1.0, again=True),
        diagnosed(["A"], ["A"], "two"),
        diagnosed(["A"], [], "harmless"),
        diagnosed(["A"], ["A"], "three", cured=0.5, again=False),
    ]
    figures = score(found)
    assert (figures.fail, figures.curable) == pytest.approx((0.75, 2 / 3))
    assert "of 2 verified remedies 1 cure on 20 other starts, too" in table.summaries(found)
    assert [Diagnosed.from_dict(one.to_dict()) for one in found] == found


def test_what_is_kept_is_of_the_scenarios_and_causes_that_there_are():
    known = {*catalogue.names("causes"), "healthy", "undetermined", "data", "fault"}
    for name in scenarios.names():
        of_arms = kept.of_scenario(name)
        assert set(of_arms) == {arm.name for arm in scenarios.load(name).arms}, name
        assert set(of_arms.values()) <= known


def test_chance_and_arms_are_told():
    found = [
        diagnosed(["A"], ["A"], kind=PUT_IN, cured=1.0, chance=[0.5, 1.0]),
        diagnosed(["A"], ["A"], kind=PUT_IN, chance=[0.0, 0.25]),
        diagnosed(["NONE"], [], "sound", kind=ARM),
        diagnosed([], ["A"], "deep|er", kind=ARM, claim="It | stalls."),
    ]
    texts = table.summaries(found)
    assert "2 faults, random changes drawn 2 times beside each" in texts[-1]
    assert "in 25%, as many in 50%, fewer in 25%; of all starts 50%, and chance 44%" in texts[-1]
    assert (
        "of 1 that converge, causes are named in 0; of 1 others the verdicts are 1 fault"
        in (texts[-2])
    )
    assert [row[0] for row in table.arms(found)] == ["deep|er"]
    assert [row[0] for row in table.rows(found)] == ["t", "t"]
