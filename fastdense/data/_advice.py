"""What to set, as errors and notes about a table advise it: in a file, or as a command has it."""

import json
from contextlib import contextmanager
from contextvars import ContextVar


def _in_a_file(name, values):
    return f"{name} = " + " or ".join(json.dumps(value, ensure_ascii=False) for value in values)


_spelling = ContextVar("spelling", default=_in_a_file)


def setting(name, *values):
    """One of some values of a setting of the data, such as `missing = "drop" or "mean"`."""
    return _spelling.get()(name, values)


@contextmanager
def spelled(spelling):
    """A context in which advice is spelled as `spelling(name, values)` has it."""
    token = _spelling.set(spelling)
    try:
        yield
    finally:
        _spelling.reset(token)
