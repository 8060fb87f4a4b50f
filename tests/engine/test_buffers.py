"""Memory of large arrays serves again, but only when nothing looks at it any more."""

import gc
import threading
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense import Network, Recipe, train
from fastdense.arrays import buffers
from fastdense.arrays.buffers import CACHE_LINE, MAX_KEPT, UNIT, address

LARGE = UNIT // 4  # numbers of four bytes


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    gc.collect()
    monkeypatch.setattr(buffers, "_kept", [])


def kept():
    return sum(memory.size for memory in buffers._kept)


@pytest.mark.parametrize("look", [lambda a: a[9:], lambda a: a.reshape(2, -1).T[:3], memoryview])
def test_memory_serves_again_when_the_last_look_at_it_is_gone(look):
    array = buffers.buffer(LARGE, np.float32)
    first = address(array)
    view = look(array)
    del array
    other = buffers.buffer(LARGE, np.float32)
    assert address(other) != first
    del view
    assert address(buffers.buffer(LARGE, np.float32)) == first


@pytest.mark.parametrize("count", [0, 1, 1000, LARGE - 16, LARGE])
@pytest.mark.parametrize("make", [buffers.buffer, buffers.aligned])
def test_arrays_begin_on_a_cache_line_and_lie_apart(make, count):
    arrays = [make(count, np.float32) for _ in range(3)]
    for value, array in enumerate(arrays):
        assert array.dtype == np.float32 and array.shape == (count,)
        assert count == 0 or address(array) % CACHE_LINE == 0
        array[:] = value
    assert all((array == value).all() for value, array in enumerate(arrays))


def test_zeros_are_zero_where_other_numbers_were():
    buffers.buffer(LARGE, np.float32)[:] = np.nan
    assert not buffers.aligned(LARGE, np.float32).any()


def test_small_arrays_are_not_kept():
    buffers.buffer(1000, np.float32)
    assert kept() == 0


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 40)), max_size=30))
def test_a_process_holds_no_more_than_it_has_used_at_one_time(changes):
    buffers.release()
    arrays, most = {}, 0
    for name, units in changes:
        arrays.pop(name, None)  # before another takes its place
        arrays[name] = buffers.buffer(units * UNIT - CACHE_LINE, np.uint8)
        used = sum(array.size + CACHE_LINE for array in arrays.values())
        most = max(most, used)
        assert used + kept() <= most
        if units % 3 == 0:
            del arrays[name]


def test_only_what_is_to_be_kept_is():
    first = buffers.buffer(LARGE, np.float32)
    address_of_first = address(first)
    del first
    other = buffers.buffer(LARGE, np.float32, keep=False)
    assert address(other) != address_of_first and address(other) % CACHE_LINE == 0
    before = kept()
    del other
    assert kept() == before > 0


def test_what_is_kept_is_bounded():
    arrays = [buffers.buffer(MAX_KEPT // 4 - CACHE_LINE, np.uint8) for _ in range(6)]
    last = address(arrays[-1])
    while arrays:
        del arrays[0]
        assert kept() <= MAX_KEPT
    assert kept() == MAX_KEPT
    again = [buffers.buffer(MAX_KEPT // 4 - CACHE_LINE, np.uint8) for _ in range(4)]
    assert last in map(address, again)


def test_what_is_too_large_to_be_kept_displaces_nothing():
    small, large = buffers.buffer(LARGE, np.float32), buffers.buffer(MAX_KEPT, np.uint8)
    del small
    before = kept()
    del large
    assert kept() == before > 0


def test_what_makes_way_is_gone_before_another_is_there(monkeypatch):
    buffers.buffer(3 * UNIT, np.uint8)
    dropped, there = weakref.ref(buffers._kept[0]), []
    memory = buffers._Memory
    monkeypatch.setattr(buffers, "_Memory", lambda size: there.append(dropped()) or memory(size))
    buffers.buffer(5 * UNIT, np.uint8)
    assert there == [None]


def test_what_is_kept_is_released():
    array = buffers.buffer(LARGE, np.float32)
    array[:] = 7
    buffers.buffer(LARGE, np.float32)
    assert kept() > 0
    buffers.release()
    assert kept() == 0 and (array == 7).all()


def test_threads_never_share_memory():
    wrong = []

    def work(value):
        for _ in range(200):
            arrays = [buffers.buffer(LARGE, np.float32)[:50] for _ in range(3)]
            for place, array in enumerate(arrays):
                array[:] = 10 * value + place
            for place, array in enumerate(arrays):
                if not (array == 10 * value + place).all():
                    wrong.append(value)

    threads = [threading.Thread(target=work, args=(value,)) for value in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_second_training_finds_all_its_memory(monkeypatch, optimizer):
    network, recipe = (
        Network.of(700, 1000, 10),
        Recipe(optimizer=optimizer, batch_size=300, epochs=2),
    )
    x, y = (np.random.default_rng(0).random((300, n), np.float32) for n in (700, 10))
    start = network.initialize(0)
    first = train(network, recipe, (x, y), parameters=start, threads=1)
    known = first.parameters.tobytes(), first.initial_parameters.tobytes()
    held = train(network, recipe, (x, y), parameters=start, threads=1)
    del first
    monkeypatch.setattr(buffers, "_Memory", None)  # not to be called
    run = train(network, recipe, (x, y), parameters=start, threads=1)
    for each in held, run:
        assert (each.parameters.tobytes(), each.initial_parameters.tobytes()) == known
