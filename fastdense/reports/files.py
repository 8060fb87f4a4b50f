"""Results and curves as JSON and CSV, in a folder where older ones of the same may be replaced."""

import csv
import hashlib
import io
import json
import os
from pathlib import Path

from fastdense.errors import FastdenseError, shown
from fastdense.files import atomic

_FILES = ',\n  "files": '  # what begins the last field of a file: no string holds a line's end
_NESTED = dict, list, tuple
_encoded = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def dumps(plain):
    """Strict JSON: no NaN, infinity or control character can get through.

    What holds little in it, as a run, a curve or a list of numbers, is a line; all else has a line
    for each of its entries. The encoder of `json` makes lines only where it is slow.
    """
    return "\n".join(map(_escaped, _indented(plain).split("\n")))


def _indented(plain, indent="", outermost=True):
    if not plain or not isinstance(plain, _NESTED) or (_is_line(plain) and not outermost):
        return _encoded(plain)
    deeper = indent + "  "
    if isinstance(plain, dict):
        parts = [f"{_encoded(k)}: {_indented(one, deeper, False)}" for k, one in plain.items()]
    else:
        parts = [_indented(one, deeper, False) for one in plain]
    begin, end = "{}" if isinstance(plain, dict) else "[]"
    return f"{begin}\n{deeper}" + f",\n{deeper}".join(parts) + f"\n{indent}{end}"


def _is_line(plain):
    """Whether it is a list without objects, or an object of plain values and plain containers."""
    if not isinstance(plain, dict):
        return _is_plain(plain) or not any(isinstance(one, dict) for one in plain)
    return all(_is_plain(one) for one in plain.values() if isinstance(one, _NESTED))


def _is_plain(plain):
    """Whether no container is in it."""
    inner = plain.values() if isinstance(plain, dict) else plain
    return not any(issubclass(kind, _NESTED) for kind in set(map(type, inner)))


def _escaped(line):
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)


def check(identifier, endings, folder, inputs=(), force=False):
    """Check, before anything is trained, that results can be written and replace nobody's file.

    Parameters
    ----------
    identifier : str
    endings : sequence of str
        Those of a `Report`.
    folder : path
    inputs : sequence of path
        Files that the command reads, which are never replaced.
    force : bool
        Whether others than those that an earlier run wrote, unchanged since, may be.

    Raises
    ------
    FastdenseError
        A file that may not be replaced, or a folder that cannot be written to.
    """
    atomic.check_folder(folder)
    paths = [Path(folder) / f"{identifier}{ending}" for ending in endings]
    there = [path for path in paths if os.path.lexists(path)]
    for path in there:
        atomic.check_file(path, inputs)
        if path.is_symlink() or not path.is_file():
            raise FastdenseError(
                f"{shown(str(path))} is a {'link' if path.is_symlink() else 'pipe or a device'}, "
                "through which --out does not write; remove it, or give another folder"
            )
    ours = _unchanged(paths) if there else set()
    for path in there:
        if path not in ours and not force:
            raise FastdenseError(
                f"{shown(str(path))} exists and is not as a run of {shown(identifier)} left it; "
                "give another folder, or --force to replace it"
            )


def _unchanged(paths):
    """Those of some files that are still as the first of them, JSON, says they were written."""
    first, *others = paths
    try:
        text, _, written = first.read_bytes().decode().rpartition(_FILES)
        written = json.loads(f'{{"files": {written}')["files"]
        contents = {first: text + "\n}"}
        contents |= {path: path.read_bytes() for path in others if path.is_file()}
        return {
            path for path, content in contents.items() if written[path.name] == _digest(content)
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return set()


def _digest(content):
    content = content.encode() if isinstance(content, str) else content
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def write(report, folder):
    """Write what a `Report` has for files into a folder, whatever is there.

    The JSON knows all of them again, itself too, by their digests.
    """
    folder = Path(folder)
    plain, texts = report.contents()
    folder.mkdir(parents=True, exist_ok=True)
    others = {f"{report.id}{ending}": text for ending, text in texts.items()}
    written = {name: _digest(text) for name, text in others.items()}
    name, text = f"{report.id}.json", dumps(plain)
    written[name] = _digest(text)
    contents = {name: f"{text[:-2]}{_FILES}{_escaped(_encoded(written))}\n}}\n", **others}
    atomic.write_together({folder / name: text for name, text in contents.items()})


def csv_text(header, rows):
    """Rows as the text of a CSV file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
