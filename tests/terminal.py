"""The command line called as a terminal calls it: in this process, or in one of its own."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass

from fastdense.errors import MAX_LETTERS
from fastdense_cli.app import invoke

STOOD_IN_FOR = "keras", "tf_keras", "tensorflow"
DOUBT = re.compile(r"^Note: so few (?:draws|seeds) cannot show .*\n", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code.

    Tests train few seeds, too few for most claims: the sentences that say so are `doubts`, and all
    else on standard error is `err`.
    """

    code: int
    out: str
    err: str
    doubts: str = ""

    @classmethod
    def of(cls, code, out, err):
        """From the whole of standard error."""
        return cls(code, out, DOUBT.sub("", err), "".join(DOUBT.findall(err)))

    @property
    def json(self):
        """Standard output as strict JSON: NaN and Infinity are refused."""
        return json.loads(self.out, parse_constant=_refuse)

    @property
    def sentence(self):
        """The one sentence of a refusal."""
        assert (self.code, self.out) == (2, ""), self
        assert self.err.startswith("Error: ") and self.err.endswith("\n"), self
        assert self.err.count("\n") == 1, self
        assert "Traceback" not in self.err and self.err[:-1].isprintable(), self
        assert len(self.err) <= len("Error: \n") + MAX_LETTERS, self
        return self.err[len("Error: ") : -1]


def _text(stream):
    """What was written to a stream, also as bytes past its text."""
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8")


def _refuse(constant):
    raise AssertionError(f"{constant} is not JSON")


@contextlib.contextmanager
def as_it_was():
    """Puts back what a program that was run has made its own: it became the main module, and Keras
    and TensorFlow are stood in for.
    """
    argv, path, finders, modules = sys.argv, [*sys.path], [*sys.meta_path], dict(sys.modules)
    backend = os.environ.get("MPLBACKEND")
    try:
        yield
    finally:
        sys.argv, sys.path[:], sys.meta_path[:] = argv, path, finders
        for name in {*modules, *sys.modules}:
            if name == "__main__" or name.partition(".")[0] in STOOD_IN_FOR:
                sys.modules.pop(name, None)
                if name in modules:
                    sys.modules[name] = modules[name]
        if backend is None:
            os.environ.pop("MPLBACKEND", None)


def call(*arguments):
    """Run a command in this process, where warnings are errors."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        with as_it_was():
            code = invoke([str(a) for a in arguments])
    return Answer.of(code, _text(out), _text(err))


def process(*arguments, **options):
    """Run a command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "fastdense_cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        **options,
    )
    return Answer.of(done.returncode, done.stdout, done.stderr)
