"""What other packages say of the same trainings: all of them watch each, from several starts."""

import json
from importlib import resources

from fastdense_bench.diagnosis.peers import _program

STARTS = 3
MOST = 1000  # updates of a training; longer ones are cut, and marked
RESULTS = "peers.json"


def measure(peers, cases, report, kept):
    """The object that `peers.json` holds.

    Parameters
    ----------
    peers : list of Peer
    cases : list of Fault
    report : callable
        Called as `report(done, total)` before every case and at the end.
    kept : Kept
        Holds each case as it is done.
    """
    results = {}
    for done, one in enumerate(cases):
        report(done, len(cases))
        results[one.id] = kept.part(one.id, lambda one=one: watch(peers, one))
    report(len(cases), len(cases))
    return {**conditions(peers), "cases": results}


def conditions(peers):
    """What all results have in common."""
    return {
        "versions": {name: v for peer in peers for name, v in peer.versions.items()},
        "peers": [peer.name for peer in peers],
        "starts": STARTS,
        "most_updates": MOST,
    }


def watch(peers, fault):
    """What each says of a case, from every start; or why it is no PyTorch program."""
    said, ended = {peer.name: [] for peer in peers}, ""
    try:
        for start in range(STARTS):
            program = _program.build(fault, start, MOST)
            watchers = [peer.module.watch(program) for peer in peers]
            ended = _program.train(program, watchers)
            for peer, watcher in zip(peers, watchers, strict=True):
                said[peer.name].append(watcher.said())
    except LookupError as error:
        return {"left_out": str(error)}
    return {"updates": _program.updates(fault), "ended": ended, "said": said}


def read():
    """The results that were measured last."""
    return json.loads(resources.files(__package__).joinpath(RESULTS).read_text("utf-8"))
