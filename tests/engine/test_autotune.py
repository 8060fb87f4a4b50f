"""How much a piece of training does, and which way of doing it is chosen."""

import strategies
from hypothesis import given
from hypothesis import strategies as st

from fastdense import Network, Recipe
from fastdense.devices.cpu.autotune import LARGEST_BUDGET, PATIENCE, PIECE_SECONDS, RECENT, Tuner
from fastdense.devices.cpu.single import Single
from fastdense.task import prepare


def pieces(tuner, speeds, count):
    """The ways that are chosen where way i does `speeds[i]` units a second."""
    chosen = []
    for _ in range(count):
        way, budget = tuner.choose()
        tuner.note(way, budget, budget, budget / speeds[way])
        chosen.append(way)
    return chosen


def test_the_faster_way_is_found_and_kept():
    for speeds in ((1e9, 1.7e9), (1.7e9, 1e9)):
        chosen = pieces(Tuner(2), speeds, 200)
        best = speeds.index(max(speeds))
        assert set(chosen) == {0, 1}
        assert chosen[40:].count(1 - best) <= 200 // PATIENCE + 2


def test_short_trainings_find_the_faster_way_too():
    tuner, spent = Tuner(2), [0.0, 0.0]
    while sum(spent) < 0.3:
        way, budget = tuner.choose()
        seconds = budget / (1e10, 1.8e10)[way]
        spent[way] += seconds
        tuner.note(way, budget, budget, seconds)
    assert spent[0] < 0.05


def test_a_way_that_has_become_faster_is_found():
    tuner = Tuner(2)
    assert pieces(tuner, (2e9, 1e9), 100)[-1] == 0
    assert 1 in pieces(tuner, (2e9, 4e9), 2 * PATIENCE)
    assert pieces(tuner, (2e9, 4e9), 3)[-1] == 1


def test_short_trainings_learn_that_a_way_has_become_faster():
    """Each of them ends soon after its first probe, whose first piece tells nothing."""
    tuner = Tuner(2)
    pieces(tuner, (2e9, 1e9), 100)
    for _ in range(2 * RECENT):
        tuner = Tuner(2, tuner.recent)
        pieces(tuner, (2e9, 4e9), 12)
    assert tuner.choose()[0] == 1


def trained(tuner, step, meeting, seconds, effort=1_000_000):
    """How many times as fast as one thread a training is whose threads take so long to meet."""
    each = step, step / 2 + 3 * meeting
    spent = steps = 0
    while spent < seconds:
        way, budget = tuner.choose()
        count = -(-budget // effort)
        tuner.note(way, budget, count * effort, count * each[way])
        spent, steps = spent + count * each[way], steps + count
    return steps * step / spent


@given(st.floats(2e-5, 3e-3), st.floats(-7, -3))
def test_however_long_threads_take_to_meet_two_are_never_much_slower_than_one(step, logarithm):
    meeting = 10**logarithm
    best = max(1.0, step / (step / 2 + 3 * meeting))
    tuner = Tuner(2)
    assert trained(tuner, step, meeting, 1.0) > 0.93 * best  # with what it takes to find out
    assert trained(tuner, step, meeting, 5.0) > 0.98 * best


@given(st.floats(1e-4, 3e-3))
def test_a_core_that_is_taken_away_and_given_back_is_noticed(step):
    tuner = Tuner(2)
    trained(tuner, step, 1e-7, 1.0)
    assert trained(tuner, step, 1e-4, 5.0) > 0.85
    assert trained(tuner, step, 1e-7, 5.0) > 1.6


def test_one_slow_piece_changes_nothing():
    tuner = Tuner(2)
    pieces(tuner, (1e9, 1.7e9), 100)
    pieces(tuner, (1e9, 0.5e9), RECENT - 1)
    assert pieces(tuner, (1e9, 1.7e9), 1) == [1]
    assert pieces(tuner, (1e9, 0.5e9), RECENT + 1)[-1] == 0


def test_the_end_of_a_training_says_nothing():
    tuner = Tuner(1)
    pieces(tuner, (1e9,), 20)
    budget = tuner.choose()[1]
    tuner.note(0, budget, budget // 1000, 1e-4)
    assert tuner.choose()[1] == budget


def test_a_training_goes_on_where_another_of_the_same_work_ended():
    def tuner(batch_size=128, optimizer="adam", hidden=64, rows=300):
        data = strategies.numbers(0, rows, 64), strategies.numbers(1, rows, 10)
        recipe = Recipe(batch_size=batch_size, optimizer=optimizer, epochs=rows)
        return Single(prepare(Network.of(64, hidden, 10), recipe, data), 2)._tuner

    first = tuner()
    pieces(first, (1e9, 1.7e9), 40)
    assert tuner(rows=400).choose()[0] == first.choose()[0] == 1
    assert tuner(rows=400).choose()[1] < first.choose()[1]  # its steps may take longer
    for other in (tuner(batch_size=256), tuner(optimizer="sgd"), tuner(hidden=65)):
        assert other.choose()[0] == 0  # it knows nothing yet


@given(st.floats(1e5, 1e13))
def test_pieces_come_to_take_the_time_aimed_at(speed):
    tuner = Tuner(1)
    pieces(tuner, (speed,), 60)
    assert PIECE_SECONDS / 2 < tuner.choose()[1] / speed < PIECE_SECONDS * 2


@given(st.lists(st.tuples(st.floats(0, 10), st.integers(0, 2**60)), max_size=300))
def test_budgets_stay_numbers_whatever_the_clock_says(notes):
    tuner = Tuner(2)
    for seconds, effort in notes:
        way, budget = tuner.choose()
        assert 1 <= budget <= LARGEST_BUDGET and way in (0, 1)
        tuner.note(way, budget, effort, seconds)


def test_the_first_piece_of_a_training_tells_nothing():
    """Memory is met for the first time: a way that begins slowly is tried again at once."""
    known = Tuner(2)
    pieces(known, (1e9, 1.7e9), 100)
    fresh = Tuner(2, known.recent)
    assert pieces(fresh, (1e9, 0.3e9), 2) == [1, 1]  # one too short to tell, and the first long one
    assert set(pieces(fresh, (1e9, 1.7e9), 5)) == {1}  # the eighth piece probes the other


def test_pieces_of_a_new_training_begin_small_however_many_came_before():
    tuner = Tuner(2)
    for _ in range(20):
        pieces(tuner, (1e9, 1.7e9), 40)
        tuner = Tuner(2, tuner.recent)
        way, budget = tuner.choose()
        assert way == 1
        assert PIECE_SECONDS / 20 < budget / 1.7e9 < PIECE_SECONDS / 4
