"""One workload: every peer at every number of threads, checked to agree, then timed in turn."""

import contextlib
import math
from dataclasses import dataclass, field

from fastdense_bench import process
from fastdense_bench.peers import Peer
from fastdense_bench.summary import summary

FILLING_SECONDS = 2.0  # of training, before code that stays on disk is taken to be there
TOLERANCE = 1e-3  # relative; float32 sums make 1e-7, another place of Adam's epsilon 1e-4


@dataclass(frozen=True)
class Effort:
    """How much is measured: repeats, seconds of each, and the order of the samples."""

    repeats: int
    seconds: float
    order: str


@dataclass
class Entry:
    """A peer on some cores: its process, and what is known of it."""

    peer: Peer
    cores: list[int]
    worker: process.Process | None = None
    result: dict = field(default_factory=dict)
    times: list[float] = field(default_factory=list)

    def start(self, stack):
        """Start a worker, which ends with the stack, and import the library."""
        variables = process.environment(len(self.cores), self.peer.environment.items())
        arguments = [
            "fastdense_bench.worker",
            self.peer.module.__name__,
            ",".join(map(str, self.cores)),
        ]
        worker = process.Process(arguments, variables)
        stack.callback(worker.close)
        self.worker = worker
        return worker.ask("imports")["seconds"]

    def drop(self, status, reason):
        self.result |= {"status": status, "reason": reason}
        if self.worker is not None:
            self.worker.close()

    @property
    def alive(self):
        return self.result["status"] == "ok"


def measure(workload, contenders, effort, peaks=()):
    """Results of the contenders, in their order.

    Parameters
    ----------
    workload : Workload
    contenders : list of (Peer, list of int)
        Peers with the cores they may use.
    effort : Effort
    peaks : iterable of callable
        Called once in every round of repeats: what is measured in between.

    Returns
    -------
    list of dict
        See `docs/json.md`.
    """
    with contextlib.ExitStack() as stack:
        entries = [Entry(peer, cores) for peer, cores in contenders]
        for entry in entries:
            entry.result |= {"peer": entry.peer.name, "threads": len(entry.cores), "status": "ok"}
            if entry.peer.can(workload):
                _attempt(entry, lambda e: _first(e, workload, effort, stack))
            else:
                entry.drop("absent", f"{entry.peer.name} has nothing of its own for this")
        _agree(entries)
        for entry in entries:
            _attempt(entry, lambda e: _calibrate(e, effort))
        for _ in range(effort.repeats):
            for peak in peaks:
                peak()
            for entry in entries:
                _attempt(entry, _repeat)
        for entry in entries:
            _attempt(entry, lambda e: _finish(e, workload))
        return [entry.result for entry in entries]


def _attempt(entry, action):
    """Do something with a peer that is still in the race; one that fails drops out."""
    if entry.alive:
        try:
            action(entry)
        except process.Failed as failure:
            entry.drop("failed", str(failure))


def _first(entry, workload, effort, stack):
    if entry.peer.keeps_code:
        with contextlib.ExitStack() as filling:
            entry.start(filling)
            entry.worker.ask("first", workload=workload.to_dict())
            if workload.trains:  # and what compiles only when a training takes longer
                entry.worker.ask("calibrate", order=effort.order, seconds=FILLING_SECONDS)
    imported = entry.start(stack)
    first = entry.worker.ask("first", workload=workload.to_dict())
    entry.result |= {
        "import_seconds": imported,
        "first_call_seconds": first["seconds"],
        "code_on_disk": entry.peer.keeps_code,
        "agreement_loss": first["loss"],
    }


def _agree(entries):
    """Drop who does not arrive at the loss of the first that arrives."""
    losses = [e.result["agreement_loss"] for e in entries if e.alive]
    for entry in entries:
        if entry.alive:
            loss, expected = entry.result["agreement_loss"], losses[0]
            # So that NaN does not pass.
            if not abs(loss - expected) <= TOLERANCE * abs(expected):
                reason = f"its loss is {loss:.6g} where fastdense's is {expected:.6g}"
                entry.drop("disagrees", reason)
            if not math.isfinite(loss):
                entry.result["agreement_loss"] = None


def _calibrate(entry, effort):
    answer = entry.worker.ask("calibrate", order=effort.order, seconds=effort.seconds)
    entry.result["steps_per_repeat"] = answer["steps"]


def _repeat(entry):
    seconds = entry.worker.ask("repeat")["seconds"]
    entry.times.append(seconds / entry.result["steps_per_repeat"] * 1e6)


def _finish(entry, workload):
    entry.result["microseconds_per_step"] = summary(entry.times)
    entry.result["memory_bytes"] = entry.worker.ask("memory")["bytes"]
    entry.result["gflops"] = workload.flops / entry.result["microseconds_per_step"]["median"] / 1e3
