"""What is told apart when programs are compared with Keras: numbers, nested ones, and ranks."""

import json
import math
import random

import pytest
from scipy import stats

from fastdense_bench.keras import judging, old_words, running


def test_the_rank_test_without_ties_is_exact():
    draw = random.Random(1)
    for _ in range(30):
        first = [draw.random() for _ in range(draw.randint(2, 8))]
        second = [draw.random() + draw.random() for _ in range(draw.randint(2, 8))]
        exact = stats.mannwhitneyu(first, second, method="exact").pvalue
        assert math.isclose(judging.rank_test(first, second), exact, rel_tol=1e-9)


def test_ties_alone_are_no_difference():
    assert judging.rank_test([1.0] * 5, [1.0] * 10) == 1.0


def test_five_runs_apart_from_ten_are_a_difference():
    assert judging.rank_test([0, 1, 2, 3, 4], list(range(5, 15))) < judging.LEVEL
    values = {"kind": "random", "median": 9.5, "values": list(range(5, 15))}
    assert judging.difference([4, 3, 2, 1, 0], values)
    assert not judging.difference([4, 8, 12, 1, 7], values)
    assert judging.difference([-6], values), "one run, beyond the range and its width"


@pytest.mark.parametrize(
    "found",
    [
        {"loss": [1.0, 0.5001]},
        {"loss": [1.0]},
        {"loss": [1.0, math.nan]},
        {"loss": [1.0, None]},
        {"loss": 1.0},
        {"loss": [1.0, 0.5], "mae": [1.0, 0.5]},
        [1.0, 0.5],
    ],
)
def test_nested_numbers_differ_by_one(found):
    wanted = {"kind": "number", "value": {"loss": [1.0, 0.5]}, "tolerance": 1e-5}
    assert judging.difference([wanted["value"]], wanted) is None
    assert judging.difference([{"loss": [1.000001, 0.500001]}], wanted) is None
    assert judging.difference([found], wanted)


def test_a_missing_key_is_a_difference():
    expected = {"epochs": {"kind": "equal", "value": 3}}
    assert list(judging.differences([{"equal": {"epochs": 3}}], expected)) == []
    assert list(judging.differences([{"equal": {}}], expected)) == ["epochs: missing"]
    assert list(judging.differences([{"equal": {"epochs": 4}}], expected)) == ["epochs: 4, not 3"]


def test_decay_and_rate_become_a_schedule():
    text = old_words.translated("SGD(lr=0.1, momentum=0.9, decay=1e-3, nesterov=True)")
    assert "InverseTimeDecay(0.1, 1, 1e-3), momentum=0.9, nesterov=True)" in text
    assert old_words.translated("Adam(lr=1e-2)") == "Adam(learning_rate=1e-2)"


def test_new_words_stay():
    program = "model.fit(x, y, epochs=3)\nDense(units=3, kernel_initializer='zeros')\n"
    assert old_words.translated(program) == program


def test_every_program_has_what_is_expected_of_it():
    expected = json.loads(running.EXPECTED.read_text("utf-8"))["programs"]
    assert set(expected) == {path.stem for path in running.programs()}
