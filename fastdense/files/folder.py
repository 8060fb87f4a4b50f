"""How a folder of files is written: whole or not at all, and in place of an earlier one only."""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
from pathlib import Path

from fastdense.errors import FastdenseError, shown
from fastdense.files import atomic

LIST = ".files.json"  # which files a folder was written with, and their digests


def check(path, kind):
    """Check, before the work, that a folder can be written, and that nothing of others is in it.

    Parameters
    ----------
    path : path
        It may not exist, or be empty, or be as `appearing` left it.
    kind : str
        What is written there, for the message.

    Raises
    ------
    FastdenseError
        A file, a link, or a folder with other files in it, or a place that cannot be written to.
    """
    path = Path(path)
    try:
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise FastdenseError(f"{shown(str(path))} is no folder; give a folder for the {kind}")
        if path.is_dir() and not _is_ours(path):
            raise FastdenseError(
                f"{shown(str(path))} holds files that are not as a {kind} left them; give another "
                "folder, or empty it"
            )
    except FastdenseError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FastdenseError(f"cannot write {shown(str(path))}: {reason}") from None
    atomic.check_folder(path.absolute().parent)


def _is_ours(path):
    """Whether a folder is empty, or holds exactly what was written into it."""
    there = {one.relative_to(path).as_posix() for one in path.rglob("*") if not one.is_dir()}
    if not there:
        return not any(path.iterdir())
    try:
        listed = json.loads((path / LIST).read_text("utf-8"))
        return there == {*listed, LIST} and all(
            _digest((path / name).read_bytes()) == digest for name, digest in listed.items()
        )
    except (OSError, ValueError, AttributeError, TypeError):
        return False


def _digest(content):
    return hashlib.blake2b(content, digest_size=16).hexdigest()


@contextlib.contextmanager
def appearing(path):
    """Yields a dict for texts by their names in the folder; it appears with them at the end.

    If it is left by an error or an interrupt, all is as it was.
    """
    path, texts = Path(path).absolute(), {}
    yield texts
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".fastdense-{secrets.token_hex(8)}")
    old = path.with_name(f".fastdense-{secrets.token_hex(8)}")
    try:
        digests = {}
        for name, text in texts.items():
            content = text.encode()
            target = partial / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            digests[name] = _digest(content)
        (partial / LIST).write_text(json.dumps(digests, indent=1) + "\n", "utf-8")
        if path.exists():
            os.replace(path, old)
        try:
            os.replace(partial, path)
        except BaseException:
            if old.exists():
                os.replace(old, path)
            raise
    finally:
        for rest in (partial, old):
            shutil.rmtree(rest, ignore_errors=True)
