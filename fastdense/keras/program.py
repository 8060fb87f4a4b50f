"""Runs a program that was written for Keras or TensorFlow, as it stands."""

import json
import os
import signal
import sys
import traceback

from fastdense.errors import FastdenseError
from fastdense.keras import names_of_modules
from fastdense.keras.names import PACKAGE

USAGE = """Usage: python -m fastdense.keras [--diagnose] PROGRAM [ARGUMENTS]

Run a Python program or a notebook that imports keras or tensorflow, served by fastdense.

  --diagnose  Say of each fit that ends why its loss is stuck, and which line to change.
  -h, --help  Show this message and exit."""


def main(arguments):
    """Run what the command line asks for; returns the exit code."""
    diagnosed = False
    while arguments and arguments[0].startswith("-"):
        option, *arguments = arguments
        if option in ("-h", "--help"):
            print(USAGE)
            return 0
        if option != "--diagnose":
            return _refuse(f"unknown option {option}; there is --diagnose, before the program")
        diagnosed = True
    if not arguments:
        return _refuse("no program given; python -m fastdense.keras program.py")
    path = arguments[0]
    try:
        source = source_of(path)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        return _refuse(f"{path} cannot be read: {error}")
    if not diagnosed:
        return run(path, source, arguments)
    from fastdense.keras import diagnosing

    return diagnosing.diagnosed(lambda: run(path, source, arguments))


def _refuse(text):
    print(f"Error: {text}", file=sys.stderr)
    return 2


def source_of(path):
    """The text of a program, or of the code cells of a notebook one after the other."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if not path.endswith(".ipynb"):
        return text
    try:
        cells = json.loads(text)["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"it is no notebook ({type(error).__name__}: {error})") from None
    lines = "\n".join(sources).splitlines()
    # What only a notebook understands: its magic words, and commands for the shell.
    return "\n".join(
        "pass" if line.lstrip().startswith(("%", "!")) and not line[:1].isspace() else line
        for line in lines
    )


def run(path, source, arguments):
    """Run a program as `python path` would; returns its exit code."""
    names_of_modules.take_over()
    if not os.environ.get("DISPLAY"):
        os.environ.setdefault("MPLBACKEND", "module://fastdense.keras.figures")
    sys.argv = list(arguments)
    sys.path[0:1] = [os.path.dirname(os.path.abspath(path))]
    module = type(sys)("__main__")
    module.__file__ = path
    sys.modules["__main__"] = module
    try:
        exec(compile(source, path, "exec"), module.__dict__)
    except SystemExit as error:
        return _exit_code(error)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    except FastdenseError as error:
        print(f"Error: {_place(error, path)}{error}", file=sys.stderr)
        return 2
    except Exception as error:
        if isinstance(error, BrokenPipeError) and not _is_read():
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # as most programs end then
            os.kill(os.getpid(), signal.SIGPIPE)
        _print_traceback(error)
        return 1
    return 0


def _is_read():
    """Whether somebody still reads what is printed."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return False
    return True


def _exit_code(error):
    if error.code is None or isinstance(error.code, int):
        return error.code or 0
    print(error.code, file=sys.stderr)
    return 1


def _place(error, path):
    """The line of the program that an error comes from."""
    lines = [
        one.lineno for one in traceback.extract_tb(error.__traceback__) if one.filename == path
    ]
    return f"{path}, line {lines[-1]}: " if lines else ""


def _print_traceback(error):
    """The traceback as Python prints it, of the frames that are not ours."""
    told, pending = traceback.TracebackException.from_exception(error), []
    pending.append(told)
    while pending:
        one = pending.pop()
        one.stack = traceback.StackSummary.from_list(
            [frame for frame in one.stack if not frame.filename.startswith((PACKAGE, "<frozen"))]
        )
        pending += [other for other in (one.__cause__, one.__context__) if other is not None]
    print("".join(told.format()), end="", file=sys.stderr)
