"""Runs a scenario's arms over seeds on all cores, and collects what the verdicts need."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fastdense.arrays.chunks import blocks
from fastdense.dataset import Data
from fastdense.judging.intervals import wilson
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


@dataclass(frozen=True)
class Experiment:
    """A scenario with the results of each arm by seed, and the verdicts."""

    scenario: object
    results: dict
    verdicts: tuple
    kind: ClassVar[str] = "scenario"

    def to_dict(self):
        """The versioned contract of `--json`; see docs/json.md."""
        scenario = self.scenario
        arms = []
        for arm in scenario.arms:
            results = self.results[arm.name]
            runs = []
            for result in results:
                run = result.run
                row = {
                    "seed": run.recipe.seed,
                    "initial_loss": number(run.initial_loss),
                    "final_loss": number(run.final_loss),
                    "outcome": run.outcome,
                }
                if run.test_loss is not None:
                    row["initial_test_loss"] = number(run.test_loss[0])
                runs.append(row | {f"final_{k}": number(v) for k, v in ends(run).items()})
            measured = results[0].run.baselines
            arms.append(
                {
                    "name": arm.name,
                    "network": arm.network.to_dict(),
                    "recipe": {
                        **{k: v for k, v in arm.recipe.to_dict().items() if k != "seed"},
                        "batch_size": arm.recipe.batch_of(len(arm.data)),
                    },
                    "samples": len(arm.data),
                    "best_constant_loss": number(measured.constant),
                    "irreducible_loss": number(measured.irreducible),
                    "initial_loss": summary([r.run.initial_loss for r in results]),
                    "final_loss": summary([r.run.final_loss for r in results]),
                    **{f"final_{k}": summary(v) for k, v in all_ends(results).items()},
                    "random": arm.random,
                    "outcomes": shares(results),
                    "outcome_intervals": {
                        name: list(ends) for name, ends in intervals(results).items() if arm.random
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


def experiment(scenario, seeds=None, first_seed=0, on_progress=None):
    """Train every arm of a scenario on every seed and judge its claims.

    Parameters
    ----------
    scenario : Scenario
    seeds : int, optional
        Seeds an arm; the scenario's own number if not given. An arm in which the seed changes
        nothing runs once.
    first_seed : int
        The first seed; the others follow.
    on_progress : callable, optional
        Called as `on_progress(done, total)` in runs, fractions included.
    """
    tests = (test for claim in scenario.claims for test in claim.tests)
    observed = any(MEASURES[t.measure].needs == "signals" for t in tests if t.measure in MEASURES)
    trials = []
    for arm in scenario.arms:
        every = scenario.observe
        if observed and not every:
            every = -(-max(arm.recipe.epochs, 1) // OBSERVATIONS)
        task = prepare(arm.network, arm.recipe, arm.data, observe_every=every)
        count = (seeds or scenario.seeds) if arm.random else 1
        seeded = {"seeds": first_seed + np.arange(count)}
        trials.append(Trial.of(task, seeded, scenario.thresholds))
    results = {}
    trained = train_trials(trials, throttled(on_progress))
    for arm, runs in zip(scenario.arms, trained, strict=True):
        results[arm.name] = [Result(run, arm.data) for run in runs]
    fixed = [arm.name for arm in scenario.arms if not arm.random]
    known = {}
    verdicts = tuple(judge(claim, results, fixed, known) for claim in scenario.claims)
    return Experiment(scenario, results, verdicts)


def summary(values):
    """Median and 10th and 90th percentile of numbers over seeds."""
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
    """The 95% interval of each of these shares."""
    outcomes = [r.run.outcome for r in results]
    return {o: wilson(outcomes.count(o), len(outcomes)) for o in OUTCOMES if o in outcomes}


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
