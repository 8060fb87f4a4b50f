"""Threads that help: calls are made once, whoever is free, and interrupts leave nothing behind."""

import threading
import time

import pytest

from fastdense.devices.cpu import thread_pool
from fastdense.devices.cpu.thread_pool import share


def test_every_call_is_made_once():
    for threads in (1, 2, 5):
        made = []
        share(made.append, [(i,) for i in range(threads)], owner=None)
        assert sorted(made) == list(range(threads))


def test_calls_that_nobody_has_begun_are_left_out_once_the_first_has_ended():
    release, others = threading.Event(), []

    def busy(_):
        release.wait()

    # One call keeps all helpers busy ...
    count = len(thread_pool._helpers) + 2
    blocked = threading.Thread(target=share, args=(busy, [(i,) for i in range(count)], None))
    blocked.start()
    while thread_pool._jobs.qsize():
        time.sleep(0.001)
    try:
        # ... so that nobody is left to help another, which does not wait for them.
        share(others.append, [(0,), (1,)], owner=None, ended=lambda: None)
        assert others == [0]
        share(others.append, [(2,), (3,)], owner=None)
        assert others == [0, 2, 3]
    finally:
        release.set()
        blocked.join()


def test_an_exception_ends_the_call_after_the_others():
    ended = []

    def work(index):
        if index == 0:
            raise KeyboardInterrupt
        while not ended:
            time.sleep(0.001)

    with pytest.raises(KeyboardInterrupt):
        share(work, [(0,), (1,)], owner=None, ended=lambda: ended.append(True))
    assert ended


def test_a_system_without_threads(monkeypatch):
    def start(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(thread_pool, "_helpers", [])
    monkeypatch.setattr(threading.Thread, "start", start)
    for _ in range(2):
        made = []
        share(made.append, [(i,) for i in range(4)], owner=None)
        assert sorted(made) == [0, 1, 2, 3]
    assert thread_pool._helpers == []
