"""The worker's end of the pipes: a line of JSON asks, a line of JSON answers."""

import json
import os
import sys


def pin(cores):
    """Keep this process, and the threads that it will start, to some cores."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)


def serve(handlers):
    """Answer requests `{"do": name, ...}` by `handlers[name](...)` until the parent hangs up.

    What a library prints goes to stderr: stdout is for answers.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(plain):
        print(json.dumps(plain), file=answers, flush=True)

    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer(handlers[request.pop("do")](**request))
        except Exception as error:
            answer({"error": " ".join(f"{type(error).__name__}: {error}".split())[:300]})
