"""What exists is replaced only where it was named for output, and an input of a command never."""

import io
import json
import os
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from stores import make
from terminal import call, process

from fastdense.files import atomic

SCENARIO = """
[data]
name = "csv"
file = "{file}"
[network]
hidden = []
[recipe]
epochs = 2
"""
ROWS = "0,1\n1,2\n2,3\n"
GRID = {"learning_rate": [0.01, 0.1]}
ENDINGS = ".json", "-runs.csv", "-curves.csv"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def scenario(file, name="mine.toml"):
    """Write a scenario whose data are in a file; returns the line that runs it."""
    with open(file, "w") as rows:
        rows.write(ROWS)
    with open(name, "w") as text:
        text.write(SCENARIO.format(file=file))
    return "run", f"./{name}", "--seeds", 1


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("command", ["run", "reproduce"])
@pytest.mark.parametrize("force", [[], ["--force"]])
def test_results_do_not_replace_the_data_they_came_of(ending, command, force, folder):
    _, *line = scenario(f"mine{ending}")
    before = contents(folder)
    for out in (".", folder, "../" + folder.name):
        assert "is read by this command" in call(command, *line, "--out", out, *force).sentence
        assert contents(folder) == before


def test_results_do_not_replace_the_scenario(folder):
    line = scenario("rows.csv", "mine.json")
    before = contents(folder)
    assert "is read by this command" in call(*line, "--out", ".", "--force").sentence
    assert contents(folder) == before


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_link_to_an_input_is_not_replaced(link, folder):
    line = scenario("rows.csv")
    link("rows.csv", "mine-runs.csv")
    link("rows.csv", "mine.svg")
    before = contents(folder)
    for options in (["--out", ".", "--force"], ["--plot", "mine.svg"]):
        assert "is read by this command" in call(*line, *options).sentence
    assert contents(folder) == before


@pytest.mark.parametrize("there", [False, True])
def test_nothing_is_written_through_a_link_in_the_folder(there, folder):
    (folder / "out").mkdir()
    (folder / "out" / "zero-rate-runs.csv").symlink_to(folder / "elsewhere.csv")
    if there:
        (folder / "elsewhere.csv").write_text("of somebody else")
    line = "run", "zero-rate", "--seeds", 1, "--out", "out"
    for force in ([], ["--force"]):
        sentence = call(*line, *force).sentence
        assert "zero-rate-runs.csv' is a link" in sentence and "remove it" in sentence
    assert os.listdir("out") == ["zero-rate-runs.csv"]
    assert there == (folder / "elsewhere.csv").exists()
    assert not there or (folder / "elsewhere.csv").read_text() == "of somebody else"


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_pipe_among_the_results_is_refused_and_not_waited_for(ending, folder):
    os.mkfifo(f"zero-rate{ending}")
    for force in ([], ["--force"]):
        answer = process("run", "zero-rate", "--seeds", 1, "--out", ".", *force)
        assert f"zero-rate{ending}' is a pipe" in answer.sentence
    assert os.listdir() == [f"zero-rate{ending}"]


def test_a_pipe_that_nobody_reads_is_not_waited_for(folder):
    make(folder / "a.db", GRID)
    for ending in ("png", "csv"):
        os.mkfifo(f"pipe.{ending}")
    for line in (
        ["run", "zero-rate", "--seeds", 1, "--plot", "pipe.png"],
        ["sweep", "plot", "a.db", "--out", "pipe.png"],
        ["sweep", "export", "a.db", "--csv", "--out", "pipe.csv"],
    ):
        sentence = process(*line).sentence
        assert sentence.startswith("cannot write 'pipe.") and "nobody reads" in sentence


def test_standard_output_may_be_named(folder):
    make(folder / "a.db", GRID)
    named = process("sweep", "export", "a.db", "--csv", "--out", "/dev/stdout")
    assert (named.code, named.err) == (0, "") and len(named.out.splitlines()) > 1
    assert named == process("sweep", "export", "a.db", "--csv")


@pytest.mark.parametrize("failing", ENDINGS)
def test_results_that_cannot_all_be_written_leave_the_folder_as_it_was(
    failing, folder, monkeypatch
):
    line = "run", "zero-rate", "--seeds", 1, "--out", "out"
    places = []

    class Full(io.FileIO):
        """A file on a disk that is full by the time this one is written."""

        def __init__(self, path, mode):
            super().__init__(path, mode)
            self.full = len(places) == ENDINGS.index(failing)
            places.append(path)

        def write(self, content):
            if self.full:
                raise OSError(28, "No space left on device")
            return super().write(content)

    for before in ([], [f"zero-rate{ending}" for ending in ENDINGS]):
        places.clear()
        with monkeypatch.context() as context:
            context.setattr(atomic, "open", Full, raising=False)
            answer = call(*line)
        assert answer.code == 1 and answer.err.count("\n") == 1
        assert answer.err == f"Error: {folder}/out/zero-rate{failing}: No space left on device\n"
        assert sorted(os.listdir("out")) == sorted(before)
        assert call(*line).code == 0


@pytest.mark.parametrize("name", ["zero-rate", "linear-plateau"])
def test_a_file_that_no_run_wrote_is_replaced_by_force_only(name, folder):
    line = "run", name, "--seeds", 1, "--out", "."
    assert call(*line).code == 0
    written = contents(folder)
    for changed in written:
        (folder / changed).write_bytes(written[changed].replace(b"1", b"2", 1))
        before = contents(folder)
        sentence = call(*line).sentence
        assert "exists and is not as a run of" in sentence and "--force" in sentence
        assert contents(folder) == before
        assert call(*line, "--force").code == 0
        assert contents(folder) == written
    os.unlink(f"{name}.json")  # without which nothing says whose the others are
    assert "exists and is not as a run of" in call(*line).sentence


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"files": 3}', '{"files": {"mine.json": 7}}', "[" * 99999]
)
def test_any_json_in_the_place_of_results_is_kept(text, folder):
    line = scenario("rows.csv")
    (folder / "mine.json").write_text(text)
    assert "exists and is not as a run of" in call(*line, "--out", ".").sentence
    assert (folder / "mine.json").read_text() == text


def test_results_of_another_scenario_are_kept(folder):
    assert call("run", "zero-rate", "--seeds", 1, "--out", ".").code == 0
    line = scenario("rows.csv")
    for ending in ENDINGS:
        shutil.copy(f"zero-rate{ending}", f"mine{ending}")
    before = contents(folder)
    assert "exists and is not as a run of" in call(*line, "--out", ".").sentence
    assert contents(folder) == before


def test_a_file_has_the_permissions_of_the_mask_or_those_that_it_had(folder):
    line = "run", "zero-rate", "--seeds", 1, "--out", "."
    before = os.umask(0o027)
    try:
        assert call(*line).code == 0
        modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
        os.chmod("zero-rate.json", 0o600)
        assert call(*line).code == 0
    finally:
        os.umask(before)
    assert modes == {0o640}
    assert stat.S_IMODE(os.stat("zero-rate.json").st_mode) == 0o600


def test_a_name_as_long_as_the_system_allows_is_written(folder):
    name = "x" * 250 + ".json"
    make(folder / "a.db", GRID)
    assert call("sweep", "export", "a.db", "--jsonl", "--out", name).code == 0
    assert sorted(os.listdir()) == ["a.db", name]


SIDES = ["", "-wal", "-shm", "-journal", "-fastdense-lock"]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("linked", [False, True])
def test_a_store_is_not_exported_into_one_of_its_files(side, linked, folder):
    make(folder / "a.db", GRID)
    out = f"a.db{side}"
    if linked:
        os.symlink(out, "link.svg")
        out = "link.svg"
    before = contents(folder) if side == "" else {"a.db": (folder / "a.db").read_bytes()}
    commands = [["export", "a.db", "--csv"]] + [["plot", "a.db"]] * linked
    for command in commands:
        assert "is read by this command" in call("sweep", *command, "--out", out).sentence
    assert (
        before.items()
        <= {path.name: path.read_bytes() for path in folder.iterdir() if path.exists()}.items()
    )
    assert set(os.listdir()) == {"a.db", *(["link.svg"] if linked else [])}


SWEEP = "sweep", "zero-rate", "--grid", "learning_rate=0.1", "--seeds", 1


@pytest.mark.parametrize("name", [".lock", *SIDES[1:]])
@pytest.mark.parametrize("there", [False, True])
def test_a_file_beside_a_store_is_nobodys_but_its_owners(name, there, folder):
    """Whether a sweep runs or is refused, and whatever the file is called."""
    if there:
        assert call(*SWEEP, "--store", "poetry").code == 0
    other = folder / f"poetry{name}"
    other.write_text("a lock of another program\n")
    answer = call(*SWEEP, "--store", "poetry", *(["--resume"] * there))
    shown = call("sweep", "show", "poetry")
    assert other.read_text() == "a lock of another program\n"
    if name == ".lock":
        assert answer.code == shown.code == 0
    else:
        assert other.name in answer.sentence
        assert set(os.listdir()) <= {"poetry", other.name}


def test_the_log_of_a_store_that_was_moved_is_kept(folder):
    make(folder / "a.db", GRID)
    db = sqlite3.connect("a.db")
    db.execute("PRAGMA user_version = 1")
    shutil.copy("a.db-wal", "b.db-wal")
    db.close()
    log = (folder / "b.db-wal").read_bytes()
    assert len(log) > 0
    assert "b.db-wal" in call(*SWEEP, "--store", "b.db").sentence
    assert (folder / "b.db-wal").read_bytes() == log


@pytest.mark.parametrize("length", [200, *range(238, 258)])
def test_a_store_that_cannot_be_made_leaves_no_file(length, folder):
    answer = call(*SWEEP, "--store", "x" * length)
    assert os.listdir() == ([] if answer.code else ["x" * length])
    assert (answer.code == 0 or answer.sentence) and (answer.code == 0) == (length <= 240)


def test_a_sweep_that_begins_nowhere_leaves_no_store(folder):
    answer = call(*SWEEP, "--store", "a.db", "--dask", "nowhere")
    assert answer.sentence and os.listdir() == []
    (folder / "a.db").touch()  # the user's own
    assert call(*SWEEP, "--store", "a.db", "--dask", "nowhere").sentence
    assert os.listdir() == ["a.db"]


def test_what_the_json_knows_again_is_documented(folder):
    assert call("run", "zero-rate", "--seeds", 1, "--out", ".").code == 0
    plain = json.loads((folder / "zero-rate.json").read_text("utf-8"))
    text = (Path(__file__).parents[2] / "docs" / "json.md").read_text()
    assert list(plain)[-1] == "files" and "`files`" in text
