"""The `fastdense` command as a process: its streams, its exit codes, and how it is interrupted.

Nothing is imported here before `main` is ready for an interrupt, and NumPy and Numba are not
imported by what `--help` needs, so that it is quick.
"""

import sys

DONE, FAILED, USAGE, STALLED, DIVERGED, INTERRUPTED = 0, 1, 2, 3, 4, 130


def main():
    """Run the command line and exit."""
    try:
        _prepare_streams()
        code = invoke(sys.argv[1:])
    # Before `invoke` was ready for it, or once more while it was dealt with.
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        code = INTERRUPTED
    if code == INTERRUPTED:
        import os

        # At once: a worker may still be compiling, and a compiler cannot be interrupted.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _prepare_streams():
    import os
    import signal
    import warnings

    from fastdense.errors import sentence

    if hasattr(signal, "SIGPIPE"):
        # End quietly when the reader of a pipe has gone.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    # What the shell has closed, as `>&-` does, Python leaves as None: nobody wants to read it.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))
    # A terminal that lacks a character gets another instead of an error.
    sys.stdout.reconfigure(errors="replace")
    # Nobody here wants to see the line of code that warns.
    warnings.formatwarning = lambda message, *where: f"Warning: {sentence(message)}\n"


def invoke(arguments):
    """Run with arguments; returns the exit code."""
    import click

    from fastdense.errors import FastdenseError, sentence
    from fastdense_cli.group import app

    try:
        return (
            app.main(arguments or ["--help"], prog_name="fastdense", standalone_mode=False) or DONE
        )
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        return _fail(error.format_message(), USAGE)
    except FastdenseError as error:
        return _fail(error, USAGE)
    except (KeyboardInterrupt, click.Abort) as interrupt:
        reason = interrupt.__cause__ or interrupt  # click makes one of the other
        click.echo(sentence(reason) or "Interrupted.", err=True)
        return INTERRUPTED
    except OSError as error:
        return _fail(f"{error.filename or 'output'}: {error.strerror or error}", FAILED)
    except MemoryError:
        return _fail("out of memory; use fewer seeds, rows or units", FAILED)


def _fail(message, code):
    import click

    from fastdense.errors import sentence

    click.echo(f"Error: {sentence(message)}", err=True)
    return code
