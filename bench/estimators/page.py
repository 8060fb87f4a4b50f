"""The page of `fastdense bench sklearn`: what a fit of both takes, case by case, and the tables."""

import statistics

from fastdense.markup import tables
from fastdense.markup.bars import Bar, bars
from fastdense.markup.words import counted
from fastdense.reports.html import page
from fastdense_bench.estimators import calibration, compare

NAMES = "scikit-learn", "fastdense", "fastdense, float32"
KINDS = "fd-b1", "fd-b0", "fd-b0"


def write(path, results, about):
    """Write the page of what `compare.run` returns."""
    cases = results["cases"].items()
    parts = [
        ("Time of a fit", tables.grid(*(_picture(name, found) for name, found in cases))),
        ("All figures", tables.table("All cases", compare.COLUMNS, compare.rows(results))),
    ]
    if results["calibration"]:
        names = "data", *calibration.METHODS
        caption = f"Share of new rows that intervals of {calibration.COVERAGE:.0%} cover, and the "
        caption += "mean log-likelihood of one"
        rows = compare.calibrated(results)
        parts.append(("Intervals", tables.table(caption, names, rows)))
    page.write(
        path,
        "benchmark.html",
        title="fastdense beside scikit-learn",
        answer=answer(results),
        remarks=[],
        parts=parts,
        notes=["Both are fitted in turn, with the same parameters and from the same random state, "
               "on one core. Scores are of rows that were held back."],
        about=about,
    )  # fmt: skip


def answer(results):
    """How many times as fast, in a sentence."""
    fast = [_seconds(found)[0] / _seconds(found)[1] for found in results["cases"].values()]
    return (
        f"In {counted(len(fast), 'case')} fastdense fits "
        f"{statistics.geometric_mean(fast):.2f} times as fast as scikit-learn in the geometric "
        f"mean, {min(fast):.2f} times at least."
    )


def facts(results):
    """What the foot of the page says of the measurement."""
    machine = results["machine"]
    return (
        ("Measured on", f"{machine['cpu']}, one core, vectors of {machine['vector_bits']} bits"),
        ("scikit-learn", results["scikit_learn_version"]),
        ("Repeats", f"{results['repeats']}"),
    )


def _seconds(found):
    return [one["seconds"] for one in found.values()]


def _picture(name, found):
    """What a fit takes, as bars."""
    seconds = _seconds(found)
    drawn = [
        Bar(who, one / max(seconds), f"{1e3 * one:,.1f} ms", kind)
        for who, one, kind in zip(NAMES, seconds, KINDS, strict=True)
    ]
    caption = f"{name}: {seconds[0] / seconds[1]:.3g} times as fast"
    label = "ms a fit: " + ", ".join(f"{bar.name} {bar.words}" for bar in drawn)
    rows = [
        [bar.name, f"{1e3 * one:,.1f}", of["epochs"], f"{of['score']:.4f}"]
        for bar, one, of in zip(drawn, seconds, found.values(), strict=True)
    ]
    behind = tables.table(f"{name}, a fit", ["estimator", "ms", "epochs", "score"], rows)
    return tables.figure(bars(label, drawn), caption, behind)
