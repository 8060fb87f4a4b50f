"""Whether what programs print is what Keras printed, as `tests/data/keras_programs` has it."""

import contextlib
import io
import json
import os
from pathlib import Path

from scipy.stats import mannwhitneyu

from fastdense.keras import names, program

PROGRAMS = Path(__file__).parents[1] / "data" / "keras_programs"
SEEDS = range(5)


def printed(path, seed=0):
    """The JSON in the last line that a program prints."""
    names.forget()
    out = io.StringIO()
    with _kept(), contextlib.redirect_stdout(out):
        os.environ["SEED"] = str(seed)
        code = program.run(str(path), Path(path).read_text(), [str(path)])
    assert code == 0, out.getvalue()
    return json.loads(out.getvalue().strip().splitlines()[-1])


@contextlib.contextmanager
def _kept():
    """What a program changes of the process is as it was."""
    import sys

    main, arguments, paths = sys.modules["__main__"], sys.argv, list(sys.path)
    finders, environment = list(sys.meta_path), dict(os.environ)
    try:
        yield
    finally:
        sys.modules["__main__"], sys.argv = main, arguments
        sys.path[:], sys.meta_path[:] = paths, finders
        os.environ.clear()
        os.environ.update(environment)
        for name in [*sys.modules]:
            if name.partition(".")[0] in ("keras", "tensorflow", "tf_keras"):
                del sys.modules[name]


def differs(found, want):
    """Whether the values of all seeds are others than Keras's."""
    kind = want["kind"]
    if kind == "equal":
        return any(one != want["value"] for one in found)
    if kind == "number":
        return any(abs(one - want["value"]) > want["tolerance"] for one in found)
    if kind == "share":
        return abs(sum(map(bool, found)) / len(found) - want["value"]) > 0.5
    assert kind == "random"
    low, high = min(want["values"]), max(want["values"])
    middle, wide = sorted(found)[len(found) // 2], max(high - low, 1e-6 * abs(high))
    apart = mannwhitneyu(found, want["values"]).pvalue < 1e-3
    return apart or not low - wide <= middle <= high + wide
