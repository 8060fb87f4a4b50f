"""Packages that watch a PyTorch training and say what is wrong with it, one file each.

A peer's file holds

- `NAME`, `INSTALL`, `IMPORTS` and `PACKAGES`, as those of `fastdense_bench.peers` do;
- `CAUSES`: by the name of each finding, the labels of `fault_cases.json` that its own words name as
  a cause, none if they name a symptom alone, and the reason. A finding that offers several causes
  is right if one of them is;
- `watch(program)`, called before the first step of a `_program.Program`: an object with
  `step(loss, gradient_norm)`, called after every update, and `said()`, which returns the names of
  the findings, the most severe first, each once, without those that are no warning.

The package itself is imported inside of functions: this one lists what is not installed, too.
"""

import pkgutil

from fastdense.errors import FastdenseError, unknown
from fastdense_bench.peers import load


def find():
    """All peers in the order of their names."""
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    found = [load(f"{__name__}.{name}") for name in names if not name.startswith("_")]
    return sorted(found, key=lambda peer: peer.name)


def choose(names):
    """Peers by name; "all" is every one that is installed.

    Raises
    ------
    FastdenseError
        If there is no such peer, or one is not installed.
    """
    found = {peer.name: peer for peer in find()}
    if names == ["all"]:
        names = [name for name, peer in found.items() if peer.installed]
    for name in names:
        if name not in found:
            raise unknown("peer", name, ["all", *found])
        if not found[name].installed:
            raise FastdenseError(f"{name} is not installed; {found[name].install} installs it")
    if not names:
        raise FastdenseError(
            "no peer given that is there; pip install 'fastdense[bench]' installs all"
        )
    return [peer for name, peer in found.items() if name in names]
