"""Jobs on all cores: results in order, failures and interrupts end everything."""

import threading
import time

import pytest

from fastdense.parallel import on_all_cores


def test_results_come_in_the_order_of_the_jobs():
    assert on_all_cores(lambda index, check: index * index, 500) == [i * i for i in range(500)]
    assert on_all_cores(lambda index, check: index, 0) == []


def test_a_failure_ends_the_others_and_is_raised():
    started, before = [], threading.active_count()

    def work(index, check):
        started.append(index)
        if index == 3:
            raise ValueError("job 3")
        while index > 3:
            check()
            time.sleep(0.001)

    with pytest.raises(ValueError, match="job 3"):
        on_all_cores(work, 100)
    assert len(started) < 20
    assert threading.active_count() <= before + 1


def test_an_interrupt_while_looking_ends_the_workers():
    def work(index, check):
        while True:
            check()
            time.sleep(0.001)

    looks = iter(range(10))

    def look():
        if next(looks) == 5:
            raise KeyboardInterrupt

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        on_all_cores(work, 10, look)
    assert threading.active_count() == before
