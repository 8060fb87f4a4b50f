"""No control character in a file reaches the terminal, and messages are short."""

import contextlib
import io
import json
import pickle
import re
import sqlite3
import warnings
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stores import make
from terminal import Answer, call

from fastdense.errors import MAX_LETTERS, FastdenseError, plain, sentence, unknown
from fastdense_cli.app import invoke

EVIL = "\x1b]0;owned\x07\x9b2J\u202e\x7f"  # a title, a cleared screen, text from right to left
COLORS = re.compile(r"\x1b\[[0-9;]*m")  # which rich gives a terminal
ANY_TEXT = st.one_of(st.text(), st.text().map(lambda text: text * 300), st.just(EVIL * 99))


class Terminal(io.StringIO):
    """Standard output that is a terminal, in bytes too."""

    def __init__(self):
        super().__init__()
        self.buffer = self

    def isatty(self):
        return True

    def write(self, text):
        return super().write(text if isinstance(text, str) else text.decode())


def call_at_terminal(*arguments):
    out, err = Terminal(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = invoke([str(a) for a in arguments])
    return Answer(code, out.getvalue(), err.getvalue())


def assert_harmless(text):
    assert all(line.isprintable() for line in text.split("\n")), text


@given(ANY_TEXT, st.lists(ANY_TEXT, max_size=40))
def test_any_message_is_one_short_printable_line(text, names):
    for error in (FastdenseError(text), unknown("column", text, names)):
        message = str(error)
        assert message.isprintable() and len(message) <= MAX_LETTERS
        assert str(pickle.loads(pickle.dumps(error))) == message


@given(st.text("ab c", max_size=MAX_LETTERS))
def test_a_short_message_is_as_it_was_written(text):
    assert sentence(text) == " ".join(text.split())


@given(st.text(min_size=MAX_LETTERS), st.text("abc", min_size=9, max_size=90))
def test_a_long_message_keeps_its_beginning_and_its_end(middle, edge):
    line = sentence(edge + middle + edge)
    assert line.startswith(edge) and line.endswith(edge)


@given(st.text())
def test_nothing_is_lost_from_a_text_that_is_shown_plainly(text):
    assert plain(text).isprintable()
    assert (plain(text) == text) == text.isprintable()


def refused(path, *arguments):
    """The sentence of a refusal, which `terminal.Answer` checks for what a terminal would obey."""
    return call("run", path, "--seeds", 1, *arguments).sentence


@pytest.mark.parametrize("keys", ["targets = 'z'", "drop = ['z']", ""])
def test_names_of_columns(keys, tmp_path):
    (tmp_path / "rows.csv").write_text(f"{EVIL}a,b,{EVIL}\n1,2,{EVIL}\n", "utf-8")
    (tmp_path / "mine.toml").write_text(f"[data]\nname = 'csv'\nfile = 'rows.csv'\n{keys}\n")
    assert "\\x1b]0;owned" in refused(tmp_path / "mine.toml")


def test_names_of_npz_members_and_what_libraries_say_of_them(tmp_path):
    (tmp_path / "mine.toml").write_text("[data]\nname = 'npz'\nfile = 'rows.npz'\n")
    with zipfile.ZipFile(tmp_path / "rows.npz", "w") as archive:
        archive.writestr(EVIL, "")
    assert "\\x1b]0;owned" in refused(tmp_path / "mine.toml")
    header = f"{{'descr': '{EVIL * 40}', 'fortran_order': False, 'shape': (1,)}}".encode("latin1",
        "replace")  # fmt: skip
    content = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    with zipfile.ZipFile(tmp_path / "rows.npz", "w") as archive:
        archive.writestr("x.npy", content)
        archive.writestr("y.npy", content)
    assert "is not an .npz file" in refused(tmp_path / "mine.toml")


def test_words_of_the_command_line(tmp_path):
    for arguments in (
        ("run", EVIL),
        (EVIL,),
        ("run", "zero-rate", "--set", EVIL),
        ("run", "zero-rate", "--seeds", EVIL),
        ("sweep", "zero-rate", "--grid", f"{EVIL}=1"),
        ("sweep", "show", tmp_path / EVIL),
        ("list", EVIL * 100),
    ):
        assert call(*arguments).code == 2
        assert_harmless(call(*arguments).err)
        assert len(call(*arguments).err) <= MAX_LETTERS + len("Error: \n")


@pytest.fixture
def store(tmp_path):
    """A store whose sweep has a base, an axis and a value that a terminal would obey."""
    path = tmp_path / "a.db"
    make(path, {"network.activation": ["relu", "tanh"], "learning_rate": [0.1, 0.2]})
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        (text,) = db.execute("SELECT definition FROM sweeps").fetchone()
        definition = json.loads(text)
        definition["base"] = EVIL
        definition["axes"][0][1] = [EVIL, "tanh"]
        definition["axes"][1][0] = EVIL
        db.execute("UPDATE sweeps SET definition = ?", [json.dumps(definition)])
    return path


@pytest.mark.parametrize("options", [(), ("--list",), ("--json",), ("--list", "--json")])
def test_words_of_a_store(options, store):
    for run in (call, call_at_terminal):
        answer = run("sweep", "show", store, *options)
        assert answer.code == 0
        assert "owned" in (json.dumps(answer.json) if "--json" in options else answer.out)
        assert_harmless(COLORS.sub("", answer.out))


@pytest.mark.parametrize("form", ["--csv", "--jsonl"])
def test_an_export_is_exact_unless_it_is_for_a_terminal(form, store, tmp_path):
    shown = call_at_terminal("sweep", "export", store, form)
    assert shown.code == 0 and "owned" in shown.out
    assert_harmless(shown.out)
    assert call("sweep", "export", store, form, "--out", tmp_path / "out").code == 0
    assert EVIL in (tmp_path / "out").read_text("utf-8") or form == "--jsonl"


def test_json_keeps_any_word(store):
    listed = call("sweep", "show", store, "--list", "--json")
    assert listed.json["sweeps"][0]["base"] == EVIL
    assert_harmless(listed.out)


def test_a_scenario_is_printed_as_it_is_unless_on_a_terminal(tmp_path):
    text = "# \x9b2J \u202e\n[data]\nname = 'inline'\nx = [1, 2]\ny = [1, 2]\n"
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    assert call("show", tmp_path / "mine.toml", "--toml").out == text
    assert_harmless(call_at_terminal("show", tmp_path / "mine.toml", "--toml").out)


INDEXED = ",x,y\n" + "".join(f"{i},{i * i},{i % 2}\n" for i in range(8))


def test_notes_are_given_once_on_stderr(tmp_path):
    (tmp_path / "rows.csv").write_text(INDEXED)
    path = tmp_path / "mine.toml"
    path.write_text("[data]\nname = 'csv'\nfile = 'rows.csv'\n[arms.a]\n[arms.b]\n")
    few = "--set", "recipe.epochs=1", "--seeds", 1, "--json"
    for arguments in (
        ("run", path, *few),
        ("show", path, "--json"),
        ("reproduce", path, "--seeds", 1, "--json"),
        ("sweep", path, "--grid", "recipe.epochs=1,2", "--seeds", 1, "--json"),
    ):
        answer = call(*arguments)
        assert answer.code == 0 and answer.json
        assert answer.err.count("Note: ") == answer.err.count("\n") == 1
        assert "drop = [1]" in answer.err


def test_a_sweep_in_python_warns_of_what_is_to_be_noted(tmp_path):
    from fastdense import sweep

    (tmp_path / "rows.csv").write_text(INDEXED)
    base = {"data": {"name": "csv", "file": str(tmp_path / "rows.csv")}}
    with pytest.warns(UserWarning, match=r"drop = \[1\]"):
        sweep(base, {"recipe.epochs": [1, 2]}, seeds=1)
    base["data"]["drop"] = [1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(sweep(base, {"recipe.epochs": [1]}, seeds=1)["final_loss"]).all()
