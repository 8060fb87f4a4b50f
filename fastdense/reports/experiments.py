"""The report on a scenario: its arms, curves and claims."""

import numpy as np

from fastdense.judging.plain import numbers
from fastdense.once import once
from fastdense.reports.files import csv_text
from fastdense.reports.report import Report
from fastdense.scenarios.experiment import median_curve

CURVE_ROWS = 200  # at most, evenly spaced over the epochs, the first and the last among them


class ExperimentReport(Report):
    """The report on an `Experiment`."""

    endings = ".json", "-runs.csv", "-curves.csv"

    @once
    def medians(self):
        """Names of arms to the median over seeds of their loss, (rows,)."""
        return {name: median_curve(of) for name, of in self.done.results.items()}

    def brief(self):
        """The same without its runs, which take a thousand times the memory."""
        kept = ExperimentReport(None)
        kept.plain, kept.medians = self.plain, self.medians
        return kept

    def contents(self):
        of_curves = curves(self.done)
        runs = [{"arm": arm["name"], **run} for arm in self.plain["arms"] for run in arm["runs"]]
        columns = list(dict.fromkeys(key for run in runs for key in run))
        rows = [[run.get(column, "") for column in columns] for run in runs]
        texts = csv_text(columns, rows), _csv_of_curves(of_curves)
        plain = {**self.plain, "curves": of_curves}
        return plain, dict(zip(self.endings[1:], texts, strict=True))

    def section(self, detailed=True):
        from fastdense.reports.html import of_experiment

        return of_experiment.section(self.done, self.plain, detailed)

    def figure(self):
        from fastdense.reports.plots import arms

        return arms.figure(self.done)

    @staticmethod
    def tables(reports, points=True):
        from fastdense.reports.tables import results

        return results(reports)


def curves(experiment):
    """Thinned curves by arm and seed: `[{"arm", "draw", "seed", "epochs", ...}, ...]`."""
    rows = []
    for arm, results in experiment.results.items():
        for place, result in enumerate(results):
            run = result.run
            places = np.linspace(0, len(run.loss) - 1, min(CURVE_ROWS, len(run.loss)))
            places = places.round().astype(int)
            tested = None if run.test_loss is None else _numbers(run.test_loss[places])
            rows.append(
                {
                    "arm": arm,
                    "draw": experiment.first_draw + place // results.shape[1],
                    "seed": run.recipe.seed,
                    "epochs": run.epochs[places].tolist(),
                    "loss": _numbers(run.loss[places]),
                    "test_loss": tested,
                }
            )
    return rows


def _numbers(values):
    """An array as JSON has it."""
    plain = values.astype(float).tolist()
    return plain if np.isfinite(values).all() else numbers(plain)


def _csv_of_curves(of_curves):
    """The points of all curves as CSV; their numbers, which are many, need no quotes."""
    parts = [csv_text(["arm", "draw", "seed", "epoch", "loss", "test_loss"], [])]
    for curve in of_curves:
        of = csv_text([curve["arm"], curve["draw"], curve["seed"]], []).removesuffix("\n")
        tested = curve["test_loss"] or [""] * len(curve["loss"])
        points = zip(curve["epochs"], curve["loss"], tested, strict=True)
        parts += [f"{of},{epoch},{loss},{test}\n" for epoch, loss, test in points]
    return "".join(parts)
