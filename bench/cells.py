"""The cells of the one table, workloads down and peers across, and the sentences around it."""

import statistics

from fastdense.markup.words import counted
from fastdense_bench.peers import OURS

NOTES = (
    "Peers: median of {repeats} repeats. best/ours: the fastest peer, at its best number of "
    "threads, over fastdense; below 1.0 fastdense is behind. Spread: largest less smallest, over "
    "the median. Peak: share of the multiply-add peak that was measured in between.",
    "First call: in a fresh process, imports and data done, from the request to the end of a short "
    "training or a prediction; ours finds its kernels on disk (the start-up table tells what it "
    "takes without). MB: rise of the peak of memory above imports and data. Both: ours / the best "
    "peer's.",
    "A dot: the peer has nothing of its own for that row.",
    "Before the timing, all trained 16 steps from the same parameters in the same order; their "
    "losses agree within {tolerance:g} of fastdense's.",
)


def brief(value):
    """A duration or ratio in three digits, whole from a hundred up."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _pair(ours, best, show):
    """`ours / best`, of values that may be unknown."""
    return " / ".join("?" if value is None else show(value) for value in (ours, best))


def peers_of(results):
    """Names of the peers that were measured, fastdense left out."""
    names = [one["peer"] for row in results["workloads"] for one in row["results"]]
    return [name for name in dict.fromkeys(names) if name != OURS]


def header(results):
    """Titles of the columns."""
    ours = ["threads", "fastdense us/step", "min", "spread", "peak"]
    return ["workload", *ours, *peers_of(results), "best/ours", "first call s", "MB"]


def lines(results):
    """The cells of each row."""
    for row in results["workloads"]:
        found = {(one["peer"], one["threads"]): one for one in row["results"]}
        for comparison in row["comparisons"]:
            threads = comparison["threads"]
            ours = found[OURS, threads]
            best = found.get((comparison["best_peer"], comparison["best_peer_threads"]), {})
            first = _pair(ours.get("first_call_seconds"), best.get("first_call_seconds"), brief)
            memory = _pair(
                ours.get("memory_bytes"), best.get("memory_bytes"), lambda b: f"{b / 1e6:.0f}"
            )
            ratio = comparison["ratio"]
            peers = [_step_time(found[name, threads]) for name in peers_of(results)]
            cells = [row["workload"], str(threads), *_our_cells(ours), *peers]
            yield [*cells, "" if ratio is None else f"{ratio:.2f}x", first, memory]


def _our_cells(result):
    if result["status"] != "ok":
        return [result["status"], "", "", ""]
    times = result["microseconds_per_step"]
    shares = [f"{share:.0%}" for share in (times["spread"], result["share_of_peak"])]
    return [brief(times["median"]), brief(times["minimum"]), *shares]


def _step_time(result):
    if result["status"] == "absent":
        return "."
    done = result["status"] == "ok"
    return brief(result["microseconds_per_step"]["median"]) if done else result["status"]


def machine_line(results):
    """CPU, peak and versions in one sentence."""
    machine = results["machine"]
    peaks = ", ".join(
        f"{gflops:.0f} GFLOP/s with {count} thread{'s' * (count != '1')}"
        for count, gflops in results["peak_gflops"].items()
    )
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    settings = "".join(
        f"; {peer} with {' '.join(f'{name}={value}' for name, value in given.items())}"
        for peer, given in results["settings"].items()
    )
    return (
        f"{machine['cpu']}, {machine['cores']} core{'s' * (machine['cores'] != 1)}, vectors of "
        f"{machine['vector_bits']} bits, multiply-add peak {peaks or 'not measured'}; "
        f"{machine['system']}, Python {machine['python']}, {versions}{settings}. float32, order "
        f"{results['order']}."
    )


def remarks(results):
    """Who is not installed, who failed and why."""
    said = [f"{one['peer']} is not installed: {one['install']}" for one in results["missing"]]
    for row in results["workloads"]:
        for one in row["results"]:
            if one["status"] in ("failed", "disagrees"):
                who = f"{one['peer']} with {one['threads']} thread{'s' * (one['threads'] != 1)}"
                said.append(f"{row['workload']}: {who} {one['status']}: {one['reason']}")
    return said


def summaries(results):
    """On each number of threads: how far ahead of the fastest peer, over all rows."""
    for index, threads in enumerate(results["peak_gflops"]):
        ratios = [row["comparisons"][index]["ratio"] for row in results["workloads"]]
        ratios = [ratio for ratio in ratios if ratio is not None]
        if ratios:
            ahead = sum(ratio > 1 for ratio in ratios)
            yield (
                f"With {counted(int(threads), 'thread')} fastdense is faster than the fastest peer "
                f"in {ahead} of {counted(len(ratios), 'row')}: "
                f"{statistics.geometric_mean(ratios):.2f} times as fast in the geometric mean, "
                f"{min(ratios):.2f} times at least."
            )


def startup_rows(results):
    """Name, median, minimum, spread and goal of each figure of the start-up."""
    for figure in results["startup"] or ():
        seconds, goal = figure["seconds"], figure["goal_seconds"]
        verdict = "met" if seconds["median"] <= goal else "missed"
        times = [f"{seconds[name]:.2f} s" for name in ("median", "minimum")]
        yield [figure["name"], *times, f"{seconds['spread']:.0%}", f"{goal:g} s, {verdict}"]


STARTUP_HEADER = ["start-up, whole processes", "median", "min", "spread", "goal"]


def notes(results):
    """What a reader of the table should know."""
    return [note.format(**results) for note in NOTES] if results["workloads"] else []
