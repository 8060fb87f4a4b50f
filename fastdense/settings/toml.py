"""Reads TOML that strangers wrote: size and depth are capped before it is parsed."""

import re
import tomllib
from pathlib import Path

from fastdense.errors import FastdenseError

MAX_BYTES = 1 << 20
MAX_DEPTH = 16
# What brackets and dots mean nothing in: strings and comments. An unclosed one runs to its end, and
# nothing backtracks, so that the time is linear in the text whatever is in it. One or two quotes
# may stand at the end of a multi-line string, before the three that close it.
OPAQUE = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5}+)?|'''
    r"""'''(?:[^']|'(?!''))*+(?:'{3,5}+)?|"""
    r""""(?:[^"\\\n]|\\[^\n])*+"?|'[^'\n]*+'?|\#[^\n]*+""",
    re.DOTALL,
)
# The parser's time grows with the square of a dotted key's length.
LONG_KEY = re.compile(rf"""(?<![\w-])(?:(?:[\w-]++|"")[ \t]*+\.[ \t]*+){{{MAX_DEPTH}}}""")


def read_text(path):
    """The text of a TOML file, or one sentence about why there is none."""
    path = Path(path)
    try:
        if path.is_dir():
            raise FastdenseError(f"{path} is a folder; give a scenario file")
        # What a shell puts in the place of a file, as <(...) does, has a writer.
        if path.is_fifo() and path.parts[:2] not in (("/", "dev"), ("/", "proc")):
            raise FastdenseError(f"{path} is a pipe; give a scenario file, or /dev/stdin")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FastdenseError:
        raise
    except FileNotFoundError:
        raise FastdenseError(f"{path} does not exist; give a scenario file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FastdenseError(f"{path} cannot be read: {reason}") from None
    if len(content) > MAX_BYTES:
        raise FastdenseError(f"{path} is larger than {MAX_BYTES >> 20} MB; put data into a file")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise FastdenseError(f"{path} is not UTF-8 text; expected a TOML file") from None


def parse(text, name):
    """The tables of a TOML text."""
    bare = OPAQUE.sub('""', text)
    depth = deepest = 0
    for match in re.finditer(r"[\[\]{}]", bare):
        depth += 1 if match[0] in "[{" else -1
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH or LONG_KEY.search(bare):
        raise FastdenseError(f"{name} is nested more than {MAX_DEPTH} levels deep")
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise FastdenseError(f"{name} is not valid TOML: {error}") from None
    _check_integers(tables, name)
    return tables


def _check_integers(tables, name):
    """TOML's integers have 64 bits; Python's parser takes any, which nothing behind it can use."""
    left = [tables]
    while left:
        node = left.pop()
        if isinstance(node, int) and not -(2**63) <= node < 2**63:
            raise FastdenseError(f"{name} holds an integer beyond 64 bits; use a smaller one")
        if isinstance(node, (dict, list)):
            left.extend(node.values() if isinstance(node, dict) else node)


def value(text):
    """What stands behind `path=` on the command line: a TOML value, else the text itself."""
    if len(text) < 10_000:
        try:
            parsed = parse(f"value = {text}", "the value")
            if set(parsed) == {"value"}:
                return parsed["value"]
        except FastdenseError:
            pass
    return text
