"""Runs a scenario's arms over draws of the data and seeds, and collects what verdicts need."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from fastdense.arrays.chunks import blocks
from fastdense.dataset import Data
from fastdense.judging.intervals import share_interval
from fastdense.judging.plain import heading, number
from fastdense.judging.progress import throttled
from fastdense.many import Trial, train_trials
from fastdense.measures import MEASURES
from fastdense.outcome import OUTCOMES
from fastdense.run import Run
from fastdense.scenarios.verdict import judge
from fastdense.task import prepare

FINAL = "accuracy", "test_loss", "test_accuracy"  # where there are classes, or test rows
OBSERVATIONS = 100  # rows of signals in a run, at most


@dataclass(frozen=True)
class Result:
    """A run and what it was trained on."""

    run: Run
    data: Data


class Results(tuple):
    """The results of an arm, draw by draw; `shape` is how many draws, and seeds of each."""

    def __new__(cls, results, shape):
        made = super().__new__(cls, results)
        made.shape = shape
        return made


@dataclass(frozen=True)
class Experiment:
    """A scenario with the results of each arm, and the verdicts.

    Attributes
    ----------
    scenario : Scenario
    results : dict
        Names of arms to `Results`.
    first_draw : int
        Number of the first draw of the data.
    verdicts : tuple of Verdict
    attainable : dict
        Names of arms to the share of their loss that is left at best, where it was looked for.
    """

    scenario: object
    results: dict
    first_draw: int
    verdicts: tuple
    attainable: dict
    kind: ClassVar[str] = "scenario"

    def to_dict(self):
        """The versioned contract of `--json`; see docs/json.md."""
        scenario = self.scenario
        arms = []
        for arm in scenario.arms:
            results = self.results[arm.name]
            runs = []
            for place, result in enumerate(results):
                run = result.run
                row = {
                    "draw": self.first_draw + place // results.shape[1],
                    "seed": run.recipe.seed,
                    "initial_loss": number(run.initial_loss),
                    "final_loss": number(run.final_loss),
                    "outcome": run.outcome,
                }
                if run.test_loss is not None:
                    row["initial_test_loss"] = number(run.test_loss[0])
                runs.append(row | {f"final_{k}": number(v) for k, v in ends(run).items()})
            measured = [result.run.baselines for result in results]
            arms.append(
                {
                    "name": arm.name,
                    "network": arm.network.to_dict(),
                    "recipe": {
                        **{k: v for k, v in arm.recipe.to_dict().items() if k != "seed"},
                        "batch_size": arm.recipe.batch_of(len(arm.data)),
                    },
                    "samples": len(arm.data),
                    "draws": results.shape[0],
                    "seeds": results.shape[1],
                    "best_constant_loss": summary([one.constant for one in measured]),
                    "irreducible_loss": summary([one.irreducible for one in measured]),
                    "attainable_loss": self._attainable(arm.name, measured),
                    "initial_loss": summary([r.run.initial_loss for r in results]),
                    "final_loss": summary([r.run.final_loss for r in results]),
                    **{f"final_{k}": summary(v) for k, v in all_ends(results).items()},
                    "random": arm.random,
                    "drawn": arm.data.drawn,
                    "outcomes": shares(results),
                    "outcome_intervals": {
                        name: list(ends) for name, ends in intervals(results).items()
                    },
                    "runs": runs,
                }
            )
        return {
            **heading(),
            "scenario": scenario.id,
            "question": scenario.question,
            "source": scenario.source,
            "arms": arms,
            "claims": [verdict.to_dict() for verdict in self.verdicts],
        }

    def _attainable(self, name, measured):
        """The loss of an arm that is attainable, over runs, or None."""
        share = self.attainable.get(name)
        if share is None:
            return None
        return summary([a.irreducible + share * (a.constant - a.irreducible) for a in measured])


def experiment(
    scenario,
    seeds=None,
    first_seed=0,
    on_progress=None,
    draws=None,
    first_draw=0,
    attainable=None,
    device="cpu",
    observe=0,
):
    """Train every arm of a scenario on every draw of its data and every seed; judge its claims.

    Parameters
    ----------
    scenario : Scenario
    seeds, draws : int, optional
        Seeds of each draw, and draws of an arm; the scenario's own numbers if not given. An arm in
        which one of them changes nothing has one. No two runs of an arm have the same seed.
    first_seed, first_draw : int
        The first of either; the others follow.
    on_progress : callable, optional
        Called as `on_progress(done, total)` in runs, fractions included.
    attainable : dict, optional
        Names of arms to the `Thresholds.attainable` of their outcomes.
    device : str
        Where they are trained.
    observe : int
        Rows of signals in a run, also where no claim needs any.
    """
    attainable = attainable or {}
    tests = (t for claim in scenario.claims for one in claim.settings for t in one.tests)
    rows_of_signals = observe
    if any(MEASURES[t.measure].needs == "signals" for t in tests if t.measure in MEASURES):
        rows_of_signals = OBSERVATIONS
    trials, data = [], {}
    for arm in scenario.arms:
        every = scenario.observe
        if rows_of_signals and not every:
            every = -(-max(arm.recipe.epochs, 1) // rows_of_signals)
        shape = scenario.shape_of(arm, draws, seeds)
        if id(arm.data) not in data:  # arms that share their data share their draws
            data[id(arm.data)] = arm.data_of(first_draw, shape[0])
        rows = data[id(arm.data)]
        task = prepare(arm.network, arm.recipe, rows, observe_every=every)
        seeded = first_seed + np.arange(shape[0] * shape[1]).reshape(shape)
        varied = {"seeds": seeded}
        if rows.draws > 1:
            varied["draws"] = np.broadcast_to(np.arange(shape[0])[:, np.newaxis], shape)
        thresholds = scenario.thresholds
        if arm.name in attainable:
            thresholds = replace(thresholds, attainable=attainable[arm.name])
        trials.append((rows, shape, Trial.of(task, varied, thresholds, device)))
    results = {}
    trained = train_trials([trial for _, _, trial in trials], throttled(on_progress), device)
    for arm, runs, (rows, shape, _) in zip(scenario.arms, trained, trials, strict=True):
        results[arm.name] = Results(
            (
                Result(run, rows.draw(place // shape[1] if rows.draws > 1 else 0))
                for place, run in enumerate(runs)
            ),
            shape,
        )
    known = {}
    verdicts = tuple(judge(claim, results, known) for claim in scenario.claims)
    return Experiment(scenario, results, first_draw, verdicts, attainable)


def summary(values):
    """Median and 10th and 90th percentile of numbers over runs."""
    ordered = np.sort(np.asarray(values, dtype=float))  # NaN last
    places = (len(ordered) - 1) * np.array([0.5, 0.1, 0.9])
    low, high = ordered[np.floor(places).astype(int)], ordered[np.ceil(places).astype(int)]
    with np.errstate(invalid="ignore"):
        middle = np.where(low == high, low, low + (places - np.floor(places)) * (high - low))
    return {k: number(v) for k, v in zip(("median", "p10", "p90"), middle, strict=True)}


def ends(run):
    """What a run has at its end besides its loss, of `FINAL`: a dict of floats."""
    curves = {name: getattr(run, name) for name in FINAL}
    return {name: float(curve[-1]) for name, curve in curves.items() if curve is not None}


def all_ends(results):
    """The same of all runs of an arm: lists of floats."""
    found = [ends(result.run) for result in results]
    return {name: [one[name] for one in found] for name in found[0]}


def shares(results):
    """Share of each outcome that occurred, in the order of the definitions."""
    outcomes = [r.run.outcome for r in results]
    return {o: outcomes.count(o) / len(outcomes) for o in OUTCOMES if o in outcomes}


def intervals(results):
    """The 95% interval of each of these shares; none where nothing is drawn."""
    if len(results) == 1:
        return {}
    outcomes = np.reshape([r.run.outcome for r in results], results.shape)
    units = outcomes if results.shape[0] > 1 else outcomes.T
    return {o: share_interval(units == o) for o in OUTCOMES if (outcomes == o).any()}


def median_curve(results):
    """The median over runs of their losses, infinite where a run has ended: (rows,)."""
    median = np.empty(max(len(r.run.loss) for r in results))
    for block in blocks(len(median), len(results)):
        curves = np.full((len(results), median[block].size), np.inf)
        for row, result in zip(curves, results, strict=True):
            part = result.run.loss[block]
            row[: len(part)] = part
        median[block] = np.median(curves, axis=0, overwrite_input=True)
    return median
