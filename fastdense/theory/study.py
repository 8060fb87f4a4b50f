"""Measures a theory's cases one by one, and judges its claims."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fastdense.judging.plain import heading, number, numbers
from fastdense.judging.progress import throttled
from fastdense.theory.points import Verdict, judge


@dataclass(frozen=True)
class Study:
    """A theory with its points and the verdicts on its claims, in the order of the file."""

    theory: object
    seeds: int  # networks or starts that were drawn; 0 where nothing is
    points: tuple
    verdicts: dict[str, Verdict]
    kind: ClassVar[str] = "theory"

    @property
    def states(self):
        """What each point says of its claim; None for one that belongs to none."""
        left = {key: iter(verdict.states) for key, verdict in self.verdicts.items()}
        return [next(left[point.claim]) if point.claim else None for point in self.points]

    def to_dict(self):
        """The versioned contract of `--json`; see docs/json.md."""
        theory = self.theory
        return {
            **heading(),
            "scenario": theory.id,
            "kind": self.kind,
            "question": theory.question,
            "source": theory.source,
            "seeds": self.seeds,
            "points": [
                {
                    "quantity": point.quantity,
                    "series": point.series,
                    "along": theory.quantities[point.quantity].along,
                    "at": point.at if isinstance(point.at, str) else number(point.at),
                    "measured": number(point.measured),
                    "interval": numbers(point.interval()) if point.samples else None,
                    "samples": point.samples,
                    "theory": numbers(point.theory),
                    "claim": theory.claims[point.claim].text if point.claim else None,
                    "state": state,
                }
                for point, state in zip(self.points, self.states, strict=True)
            ],
            "claims": [
                {**verdict.to_dict(), "source": _source(theory, verdict.claim)}
                for verdict in self.verdicts.values()
            ],
        }


def _source(theory, claim):
    """Who says what a claim says: nobody, if it is this project's own."""
    return "" if claim.own else claim.source or theory.source


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
    tell = throttled(on_progress)
    for index, case in enumerate(theory.cases):

        def report(share, index=index):
            tell(index + share, total)

        points += theory.measure(case, drawn, report)
        report(1)
    verdicts = {
        key: judge(claim, [point for point in points if point.claim == key], theory.quantities)
        for key, claim in theory.claims.items()
    }
    return Study(theory, len(drawn), tuple(points), verdicts)
