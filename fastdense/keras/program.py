"""Runs a program that was written for Keras or TensorFlow, as it stands."""

import json
import os
import sys
import traceback

from fastdense.errors import FastdenseError
from fastdense.keras import names_of_modules

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
    os.environ.setdefault("MPLBACKEND", "" if os.environ.get("DISPLAY") else "agg")
    if not os.environ["MPLBACKEND"]:
        del os.environ["MPLBACKEND"]
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
    except BaseException as error:
        _print_traceback(error, path)
        return 1
    finally:
        _draw()
    return 0


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


def _print_traceback(error, path):
    """The traceback as Python prints it, from the program on."""
    frame = error.__traceback__
    while frame is not None and frame.tb_frame.f_code.co_filename != path:
        frame = frame.tb_next
    traceback.print_exception(type(error), error, frame or error.__traceback__)


def _draw():
    """Keep the figures that are open where there is no display, as files beside the program."""
    plots = sys.modules.get("matplotlib.pyplot")
    if plots is None or plots.get_backend().lower() != "agg":
        return
    for number in plots.get_fignums():
        name = f"figure_{number}.png"
        plots.figure(number).savefig(name)
        print(f"fastdense.keras: there is no display; the figure is in {name}", file=sys.stderr)
