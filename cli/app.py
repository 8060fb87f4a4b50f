"""The `fastdense` command as a process: its streams, its exit codes, and how it is interrupted.

Nothing is imported here before `main` is ready for an interrupt, and NumPy and Numba are not
imported by what `--help` needs, so that it is quick.
"""

import io
import sys

COMPLETING = "_FASTDENSE_COMPLETE"  # set by the scripts of `fastdense completion`
DONE, FAILED, USAGE, STALLED, DIVERGED, UNDETERMINED, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130


class ReaderGone(BaseException):
    """Nobody reads what is printed any more, as after `| head`; not that a socket was closed."""


class _Pipe(io.FileIO):
    def write(self, data):
        try:
            return super().write(data)
        except BrokenPipeError:
            raise ReaderGone from None


def main():
    """Run the command line and exit."""
    try:
        code = _run()
    except ReaderGone:
        _end_as_others_do()
    sys.exit(code)


def _run():
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
    return code


def _end_as_others_do():
    """End quietly, by the signal that ends most programs whose reader has gone.

    It is not left to the system, which would send it for a closed socket, too.
    """
    import os
    import signal

    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGPIPE)
    os._exit(FAILED)  # where it is blocked


def _prepare_streams():
    import os
    import warnings

    from fastdense.errors import sentence

    # What the shell has closed, as `>&-` does, Python leaves as None: nobody wants to read it.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode))
        elif mode == "w":
            setattr(sys, name, _with_pipe(stream))
    # A terminal that lacks a character gets another instead of an error.
    sys.stdout.reconfigure(errors="replace")
    # Nobody here wants to see the line of code that warns.
    warnings.formatwarning = lambda message, *where: f"Warning: {sentence(message)}\n"


def _with_pipe(stream):
    """A standard stream again, that raises `ReaderGone`."""
    raw = _Pipe(stream.fileno(), "wb", closefd=False)
    return io.TextIOWrapper(
        raw if stream.write_through else io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def invoke(arguments):
    """Run with arguments; returns the exit code."""
    import os

    import click

    from fastdense.errors import FastdenseError, sentence
    from fastdense_cli.group import app

    try:
        code = app.main(
            arguments or ["--help"], prog_name="fastdense", standalone_mode=False, obj=arguments
        )
        sys.stdout.flush()
        return code or DONE
    # click's, for what a shell completes, or for a broken pipe: here none of the standard streams
    except SystemExit as end:
        if COMPLETING in os.environ:
            return end.code or DONE
        return _fail("a connection to another process was closed", FAILED)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        return _fail(error.format_message(), USAGE)
    except FastdenseError as error:
        return _fail(error, USAGE)
    except (KeyboardInterrupt, click.Abort) as interrupt:
        if isinstance(interrupt.__context__, KeyboardInterrupt):  # click makes one of the other
            interrupt = interrupt.__context__
        click.echo(sentence(interrupt) or "Interrupted.", err=True)
        return INTERRUPTED
    except Warning as warning:  # under `python -W error`
        return _fail(warning, FAILED)
    except OSError as error:
        return _fail(f"{error.filename or 'output'}: {error.strerror or error}", FAILED)
    except MemoryError:
        return _fail("out of memory; use fewer seeds, rows or units", FAILED)


def _fail(message, code):
    import click

    from fastdense.errors import sentence

    click.echo(f"Error: {sentence(message)}", err=True)
    return code
