"""The page of a benchmark: how many times as fast, each workload with all peers, and the tables."""

from fastdense.markup import tables
from fastdense.markup.bars import Bar, bars
from fastdense.markup.words import counted, percent
from fastdense.reports.html import page
from fastdense_bench import cells
from fastdense_bench.peers import OURS


def write(path, results, about):
    """Write the page of what `suite.run` returns."""
    pictures = [one for row in results["workloads"] for one in _pictures(row)]
    parts = []
    if pictures:
        parts.append(("Time of a step or a prediction", tables.grid(*pictures)))
        table = tables.table("All workloads", cells.header(results), cells.lines(results))
        parts.append(("All figures", table))
    if results["startup"]:
        head, rows = cells.STARTUP_HEADER, cells.startup_rows(results)
        parts.append(("Start-up", tables.table("Start-up, whole processes", head, rows)))
    page.write(
        path,
        "benchmark.html",
        title="fastdense beside other libraries",
        answer=" ".join(cells.summaries(results)) or "Nothing was compared.",
        remarks=cells.remarks(results),
        parts=parts,
        notes=cells.notes(results),
        about=about,
    )


def facts(results):
    """What the foot of the page says of the measurement."""
    return ("Measured on", cells.machine_line(results)), ("Repeats", f"{results['repeats']}")


def _pictures(row):
    """A figure for each number of threads: what a step takes, by peer, the fastest first."""
    for comparison in row["comparisons"]:
        threads = comparison["threads"]
        done = [
            one for one in row["results"] if one["threads"] == threads and one["status"] == "ok"
        ]
        if done:
            yield _picture(row["workload"], threads, done, comparison["ratio"])


def _picture(workload, threads, done, ratio):
    times = {one["peer"]: one["microseconds_per_step"] for one in done}
    times = dict(sorted(times.items(), key=lambda item: item[1]["median"]))
    longest = max(time["maximum"] for time in times.values())
    drawn = [
        Bar(
            name,
            time["median"] / longest,
            f"{cells.brief(time['median'])} us",
            "fd-b0" if name == OURS else "fd-b1",
            (time["minimum"] / longest, time["maximum"] / longest),
            f"{name}: median {cells.brief(time['median'])} us, {cells.brief(time['minimum'])} to "
            f"{cells.brief(time['maximum'])} us",
        )
        for name, time in times.items()
    ]
    rows = [
        [name, *(cells.brief(time[key]) for key in ("median", "minimum", "maximum")),
         percent(time["spread"])]
        for name, time in times.items()
    ]  # fmt: skip
    unit = "us a step or prediction"
    behind = tables.table(unit, ["peer", "median", "minimum", "maximum", "spread"], rows)
    fast = "" if ratio is None else f": {ratio:.3g} times as fast as the fastest peer"
    caption = f"{workload}, {counted(threads, 'thread')}{fast}"
    label = f"{unit}: " + ", ".join(f"{bar.name} {bar.words}" for bar in drawn)
    return tables.figure(bars(label, drawn), caption, behind)
