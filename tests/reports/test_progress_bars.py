"""`ProgressBar` shows how far work is in a notebook and on a terminal, and nothing elsewhere."""

import contextlib
import io
import sys
import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense import Network, ProgressBar, Recipe, diagnose, sweep, train, train_many
from fastdense.reports import progress

pyte = pytest.importorskip("pyte", reason="pyte is not installed")
X = np.linspace(-1, 1, 32, dtype=np.float32)
SMALL = Network.of(1, 4, 1)


class Terminal(io.StringIO):
    """Standard error that is a terminal."""

    def isatty(self):
        return True


@contextlib.contextmanager
def a_terminal(columns=60):
    """Standard error as a terminal of so many columns; no fixture, for pytest sets it anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", Terminal())
        patch.setenv("COLUMNS", str(columns))
        patch.setattr(progress, "REFRESH_SECONDS", -1.0)
        yield sys.stderr


@pytest.fixture
def notebook(monkeypatch):
    """IPython with a kernel, whose outputs are kept: lists of what stood in each."""
    outputs = []

    class Handle:
        def __init__(self, shown):
            outputs.append([shown])

        def update(self, shown):
            outputs[-1].append(shown)

    shell = types.SimpleNamespace(kernel=object())
    shown = types.SimpleNamespace(display=lambda one, display_id: Handle(one))
    ipython = types.SimpleNamespace(get_ipython=lambda: shell, display=shown)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setattr(progress, "REFRESH_SECONDS", 0.0)
    return outputs


def screen(text):
    """The lines that a terminal of 60 columns shows after a text."""
    drawn = pyte.Screen(60, 5)
    pyte.Stream(drawn).feed(text)
    return [line.rstrip() for line in drawn.display]


def test_a_training_is_shown_with_rate_and_time_left():
    with a_terminal() as terminal:
        bar = ProgressBar("sine", "epochs")
        train(SMALL, Recipe(epochs=200_000), (X, X), evaluate_every=500, on_progress=bar)
    frames = terminal.getvalue().split("\r")
    assert any(
        "sine [" in one and "% " in one and "epochs/s" in one and "left" in one for one in frames
    )
    assert screen(terminal.getvalue()) == [""] * 5  # removed at the end
    assert all(len(frame) < 60 for frame in frames) and "\x1b" not in terminal.getvalue()


def test_each_kind_of_work_is_shown_to_its_end():
    works = [
        lambda bar: train_many(SMALL, Recipe(epochs=2000), (X, X), seeds=200, on_progress=bar),
        lambda bar: sweep("capacity-tanh", {"network.hidden": [2, 3]}, seeds=2, on_progress=bar),
        lambda bar: diagnose(SMALL, Recipe(epochs=30), (X, X), effort="quick", on_progress=bar),
    ]
    for work in works:
        with a_terminal() as terminal:
            work(ProgressBar("it"))
        assert "it [" in terminal.getvalue()


class Stopping(ProgressBar):
    """Shows how far it is, and then interrupts."""

    def __call__(self, done, total=None):
        super().__call__(done, total)
        raise KeyboardInterrupt


def test_work_that_ends_early_leaves_no_line():
    with a_terminal() as terminal, pytest.raises(KeyboardInterrupt):
        train(SMALL, Recipe(epochs=10**6), (X, X), on_progress=Stopping("it"))
    assert "it [" in terminal.getvalue() and screen(terminal.getvalue()) == [""] * 5
    with a_terminal() as terminal:
        diagnose(SMALL, Recipe(epochs=30), (X, X), effort="quick", on_progress=ProgressBar("it"))
    assert "it [" in terminal.getvalue() and screen(terminal.getvalue()) == [""] * 5


def test_a_notebook_says_how_long_it_took_where_it_ends_early(notebook):
    with pytest.raises(KeyboardInterrupt):
        train(SMALL, Recipe(epochs=10**6), (X, X), on_progress=Stopping("it"))
    ((*_, last),) = notebook
    assert repr(last) == "it  ended after 0:00"


def test_a_notebook_shows_one_bar_below_its_cell(notebook):
    bar = ProgressBar("<b>sine</b>")
    train(SMALL, Recipe(epochs=2000), (X, X), on_progress=bar)
    train(SMALL, Recipe(epochs=2000), (X, X), on_progress=bar)
    first, second = notebook  # one for each training
    assert first[-1]._repr_html_().count('value="2000" max="2000"') == 1
    assert "&lt;b&gt;" in first[0]._repr_html_() and "100%" in repr(second[-1])


def test_elsewhere_nothing_is_shown(capsys):
    train(SMALL, Recipe(epochs=2000), (X, X), on_progress=ProgressBar("sine"))
    assert capsys.readouterr() == ("", "")


def test_a_run_has_the_same_bits_with_a_bar():
    recipe = Recipe(epochs=300)
    bare = train(SMALL, recipe, (X, X))
    with a_terminal() as terminal:
        shown = train(SMALL, recipe, (X, X), on_progress=ProgressBar())
    assert terminal.getvalue()
    assert np.array_equal(bare.parameters, shown.parameters)


@given(st.floats(0, 1e9), st.floats(1e-9, 1e9), st.floats(0, 1e7), st.text(max_size=20), st.text())
def test_no_line_is_wider_than_the_terminal(done, total, seconds, title, unit):
    with a_terminal(40) as stream, pytest.MonkeyPatch.context() as patch:
        moments = iter([0.0, seconds])
        patch.setattr(progress.time, "monotonic", lambda: next(moments, seconds))
        bar = ProgressBar(title, unit)
        bar(0.0, total)
        bar(min(done, total), total)
    lines = stream.getvalue().split("\r")
    assert all(len(line) < 40 and line.isprintable() for line in lines)


def test_times_are_minutes_and_seconds():
    assert [progress.clock(s) for s in (0, 59.6, 61, 3600)] == ["0:00", "1:00", "1:01", "1:00:00"]
