"""A folder of files appears whole or not at all, and replaces only what it was itself."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense import FastdenseError
from fastdense.files import folder

NAMES = st.lists(st.sampled_from(["a.html", "b/c.html", "b/d.html"]), unique=True, min_size=1)


def write(path, texts):
    with folder.appearing(path) as site:
        site.update(texts)


def contents(path):
    return {
        one.relative_to(path).as_posix(): one.read_text("utf-8")
        for one in path.rglob("*")
        if one.is_file() and one.name != folder.LIST
    }


@given(NAMES, NAMES)
def test_what_is_written_is_there_and_replaces_what_was(tmp_path_factory, first, second):
    path = tmp_path_factory.mktemp("folder") / "deep" / "site"
    for names in (first, second):
        folder.check(path, "gallery")
        write(path, {name: f"{name} é" for name in names})
        assert contents(path) == {name: f"{name} é" for name in names}
        assert os.listdir(path.parent) == ["site"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, ValueError])
@pytest.mark.parametrize("exists", [True, False])
def test_an_error_leaves_all_as_it_was(tmp_path, error, exists):
    path = tmp_path / "site"
    if exists:
        write(path, {"a.html": "older"})
    before = contents(path)
    with pytest.raises(error), folder.appearing(path) as site:
        site["a.html"] = "newer"
        raise error
    assert contents(path) == before and os.listdir(tmp_path) == ["site"] * exists


@pytest.mark.parametrize("failing", range(1, 4))
def test_a_write_or_a_move_that_fails_leaves_all_as_it_was(tmp_path, monkeypatch, failing):
    path, calls = tmp_path / "site", []
    write(path, {"a.html": "older"})
    replace, write_bytes = os.replace, type(path).write_bytes

    def counted(function):
        def counting(*given):
            calls.append(given)
            if len(calls) == failing:
                raise OSError(28, "No space left on device")
            return function(*given)

        return counting

    monkeypatch.setattr(os, "replace", counted(replace))
    monkeypatch.setattr(type(path), "write_bytes", counted(write_bytes))
    with pytest.raises(OSError, match="No space"):
        write(path, {"a.html": "newer"})
    monkeypatch.undo()
    assert contents(path) == {"a.html": "older"} and os.listdir(tmp_path) == ["site"]
    folder.check(path, "gallery")


def test_files_of_others_are_not_replaced(tmp_path):
    path = tmp_path / "site"
    for spoil in (
        lambda: (path / "notes.txt").write_text("mine"),
        lambda: (path / "a.html").write_text("edited"),
        lambda: (path / "a.html").unlink(),
        lambda: (path / folder.LIST).write_text("[]"),
        lambda: (path / folder.LIST).unlink(),
    ):
        for one in path.glob("*"):
            one.unlink()
        write(path, {"a.html": "x"})
        spoil()
        with pytest.raises(FastdenseError, match="not as a gallery left them"):
            folder.check(path, "gallery")


def test_what_is_no_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    os.symlink(tmp_path, tmp_path / "link")
    for name in ("file", "link"):
        with pytest.raises(FastdenseError, match="is no folder"):
            folder.check(tmp_path / name, "gallery")
    with pytest.raises(FastdenseError, match="cannot write"):
        folder.check(tmp_path / "file" / "site", "gallery")
    folder.check(tmp_path / "new" / "deep", "gallery")
    assert sorted(os.listdir(tmp_path)) == ["file", "link"]  # it was only looked at
