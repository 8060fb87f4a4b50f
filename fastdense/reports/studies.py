"""The report on a result of theory: its points and claims."""

from fastdense.reports.files import csv_text
from fastdense.reports.report import Report


class StudyReport(Report):
    """The report on a `Study`."""

    endings = ".json", "-points.csv"

    def contents(self):
        columns = ["quantity", "series", "along", "at", "measured", "samples", "state", "claim"]
        ends = ["interval_low", "interval_high", "theory_low", "theory_high"]
        rows = [
            [*(point[column] for column in columns), *(point["interval"] or ["", ""])]
            + (point["theory"] or ["", ""])
            for point in self.plain["points"]
        ]
        (of_points,) = self.endings[1:]
        return self.plain, {of_points: csv_text([*columns, *ends], rows)}

    def section(self, detailed=True):
        from fastdense.reports.html import of_study

        return of_study.section(self.done, self.plain)

    def figure(self):
        from fastdense.reports.plots import points

        return points.figure(self.done)

    @staticmethod
    def tables(reports, points=True):
        from fastdense.reports import theory

        return theory.results(reports, points)
