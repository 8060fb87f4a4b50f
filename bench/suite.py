"""The whole benchmark: which rows, in which order, and the one object that holds the results."""

import contextlib
import difflib

import fastdense
from fastdense.errors import FastdenseError
from fastdense_bench import drawn, machine, process, startup
from fastdense_bench.kept import Kept
from fastdense_bench.measure import TOLERANCE, measure
from fastdense_bench.peers import OURS
from fastdense_bench.workloads import QUICK, WORKLOADS

SCHEMA_VERSION = 1
STARTUP, DRAWN = "startup", "drawn"
ONE, ALL, BOTH = "1", "all", "both"


def select(filters, quick):
    """Workloads whose name holds one of the filters, and whether the start-up is measured."""
    known = {workload.name: workload for workload in WORKLOADS}
    if DRAWN in filters:
        if len(filters) > 1:
            raise FastdenseError(
                f"{DRAWN!r} is measured alone, for other rows would change its mean; leave out "
                f"{', '.join(repr(one[:80]) for one in filters if one != DRAWN)}"
            )
        return drawn.draw(), False
    if not filters:
        chosen = QUICK if quick else known
        return [known[name] for name in chosen], True
    for text in filters:
        if text != STARTUP and not any(text in name for name in known):
            near = difflib.get_close_matches(text, [STARTUP, DRAWN, *known], n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else "the shortest is a part of '1-10-1'"
            raise FastdenseError(
                f"no workload's name holds {text[:80]!r}; give a part of one, such as '784-256', "
                f"'adam b128', 'predict', '{STARTUP}' or '{DRAWN}'" + (f" ({hint})" if near else "")
            )
    rows = [w for name, w in known.items() if any(text in name for text in filters)]
    return rows, STARTUP in filters


def core_sets(threads):
    """The sets of cores that peers are given: one core, all cores, or both."""
    every = machine.cores()
    sets = {ONE: [every[-1:]], ALL: [every], BOTH: [every[-1:], every]}[threads]
    return [cores for index, cores in enumerate(sets) if cores not in sets[:index]]


class Peaks:
    """The multiply-add peak of each set of cores: the best of all measurements counts."""

    def __init__(self, sets, stack):
        self.best = {str(len(cores)): 0.0 for cores in sets}
        self.processes = {}
        for cores in sets:
            arguments = ["fastdense_bench.peak", ",".join(map(str, cores))]
            worker = process.Process(arguments, process.environment(len(cores)))
            stack.callback(worker.close)
            self.processes[str(len(cores))] = worker

    def measure(self):
        for threads, worker in self.processes.items():
            self.best[threads] = max(self.best[threads], worker.ask("measure")["gflops"])


def run(workloads, peers, threads, effort, startups, report, resume=None):
    """Measure everything; returns what `docs/json.md` describes.

    Parameters
    ----------
    workloads : list of Workload
    peers : list of Peer
    threads : str
        "1", "all" or "both".
    effort : Effort
    startups : int
        Repeats of the start-up's figures; 0 for none.
    report : callable
        Called as `report(done, total)` before every row and at the end.
    resume : str, optional
        A file that is written after every row; what it has is not measured again.

    Raises
    ------
    FastdenseError
        If `resume` is no such file, or was measured under other conditions.
    """
    here = [peer for peer in peers if peer.installed]
    sets = core_sets(threads)
    conditions = {
        "schema_version": SCHEMA_VERSION,
        "fastdense_version": fastdense.__version__,
        "machine": machine.describe(),
        "versions": {name: v for peer in here for name, v in peer.versions.items()},
        "settings": {peer.name: peer.environment for peer in here if peer.environment},
        "order": effort.order,
        "repeats": effort.repeats,
        "repeat_seconds": effort.seconds,
        "tolerance": TOLERANCE,
    }
    counts = [len(cores) for cores in sets]
    kept = Kept(resume, {**conditions, "peers": [peer.name for peer in here], "threads": counts})
    total = len(workloads) + bool(startups)
    report(0, total)
    # First, for what goes wrong in it would otherwise do so after hours.
    started = kept.part(STARTUP, lambda: startup.measure(startups)) if startups else None
    rows = []
    with contextlib.ExitStack() as stack:
        peaks = Peaks(sets, stack)
        contenders = [(peer, cores) for cores in sets for peer in here]

        def measured(workload):
            results = measure(workload, contenders, effort, [peaks.measure])
            return {"results": results, "peak_gflops": dict(peaks.best)}

        for done, workload in enumerate(workloads, start=bool(startups)):
            report(done, total)
            part = kept.part(workload.name, lambda w=workload: measured(w), _sound)
            rows.append((workload, part))
    report(total, total)
    best = {str(n): max(part["peak_gflops"][str(n)] for _, part in rows) for n in counts if rows}
    return {
        **conditions,
        "peak_gflops": best,
        "missing": [{"peer": p.name, "install": p.install} for p in peers if not p.installed],
        "workloads": [_row(workload, part["results"], best) for workload, part in rows],
        "startup": started,
    }


def _sound(part):
    """Whether no peer failed, which another attempt may not."""
    return all(result["status"] != "failed" for result in part["results"])


def _row(workload, results, peaks):
    for result in results:
        if result["status"] == "ok":
            result["share_of_peak"] = result["gflops"] / peaks[str(result["threads"])]
    return {
        "workload": workload.name,
        **workload.to_dict(),
        "flops_per_step": workload.flops,
        "comparisons": [_compare(results, int(threads)) for threads in peaks],
        "results": results,
    }


def _compare(results, threads):
    """fastdense on so many threads, beside the best peer on so many or fewer."""
    ours, theirs = None, []
    for result in results:
        if result["status"] != "ok" or result["threads"] > threads:
            continue
        median = result["microseconds_per_step"]["median"]
        if result["peer"] != OURS:
            theirs.append((median, result["peer"], result["threads"]))
        elif result["threads"] == threads:
            ours = median
    if ours is None or not theirs:
        return {"threads": threads, "best_peer": None, "best_peer_threads": None, "ratio": None}
    median, name, count = min(theirs)
    return {
        "threads": threads,
        "best_peer": name,
        "best_peer_threads": count,
        "ratio": median / ours,
    }
