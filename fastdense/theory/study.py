"""Measures a theory's cases one by one, and judges its claims."""

import time
from dataclasses import dataclass
from math import isfinite

import numpy as np

from fastdense import __version__
from fastdense.theory.points import Verdict, judge

SCHEMA_VERSION = 1
REFRESH_SECONDS = 0.1  # of the progress, at most


@dataclass(frozen=True)
class Study:
    """A theory with its points and the verdicts on its claims, in the order of the file."""

    theory: object
    seeds: int  # networks or starts that were drawn; 0 where nothing is
    points: tuple
    verdicts: dict[str, Verdict]


def study(theory, seeds=None, first_seed=0, on_progress=None):
    """Measure all cases of a theory.

    Parameters
    ----------
    theory : Theory
    seeds : int, optional
        Networks or starts of a point; the theory's own number if not given. Where nothing is drawn
        it makes no difference.
    first_seed : int
        The first seed; the others follow.
    on_progress : callable, optional
        Called as `on_progress(done, total)` in cases, fractions included.
    """
    drawn = first_seed + np.arange((seeds or theory.seeds) if theory.seeds else 0)
    points, total = [], len(theory.cases)
    shown_at = 0.0
    for index, case in enumerate(theory.cases):

        def report(share, index=index):
            nonlocal shown_at
            now = time.monotonic()
            if on_progress is not None and (now - shown_at > REFRESH_SECONDS or share == 1):
                shown_at = now
                on_progress(index + share, total)

        points += theory.measure(case, drawn, report)
        report(1)
    verdicts = {
        key: judge(claim, [point for point in points if point.claim == key], theory.quantities)
        for key, claim in theory.claims.items()
    }
    return Study(theory, len(drawn), tuple(points), verdicts)


def number(value):
    """A float as JSON has it: non-finite ones as strings."""
    return float(value) if isfinite(value) else str(float(value))


def _pair(ends):
    return None if ends is None else [number(end) for end in ends]


def states(done):
    """What each point of a study says of its claim; None for one that belongs to none."""
    left = {key: iter(verdict.states) for key, verdict in done.verdicts.items()}
    return [next(left[point.claim]) if point.claim else None for point in done.points]


def to_dict(done):
    """The versioned contract of `--json`; see docs/json.md."""
    theory = done.theory
    return {
        "schema_version": SCHEMA_VERSION,
        "fastdense_version": __version__,
        "scenario": theory.id,
        "kind": "theory",
        "question": theory.question,
        "source": theory.source,
        "seeds": done.seeds,
        "points": [
            {
                "quantity": point.quantity,
                "series": point.series,
                "along": theory.quantities[point.quantity].along,
                "at": point.at if isinstance(point.at, str) else number(point.at),
                "measured": number(point.measured),
                "interval": _pair(point.interval()) if point.samples else None,
                "samples": point.samples,
                "theory": _pair(point.theory),
                "claim": theory.claims[point.claim].text if point.claim else None,
                "state": state,
            }
            for point, state in zip(done.points, states(done), strict=True)
        ],
        "claims": [
            {
                "text": verdict.claim.text,
                "source": verdict.claim.source or theory.source,
                "needed": str(verdict.claim),
                "verdict": verdict.verdict,
                "points": len(verdict.states),
                "agreeing": verdict.states.count("agrees"),
                "evidence": verdict.evidence,
            }
            for verdict in done.verdicts.values()
        ],
    }
