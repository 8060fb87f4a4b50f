"""Reports: what is printed, drawn and written of what was carried out, whatever it was."""

from abc import ABC, abstractmethod

from fastdense.once import once


class Report(ABC):
    """What all that shows a result needs to know of it; one class for each kind of result.

    Parameters
    ----------
    done : Experiment or Study
        Whatever has a `to_dict()`.

    Attributes
    ----------
    endings : tuple of str
        What follows the identifier in the names of the files that `contents` has, JSON first.
    """

    endings = ()

    def __init__(self, done):
        self.done = done

    @once
    def plain(self):
        """What `to_dict` gives, computed once."""
        return self.done.to_dict()

    def to_dict(self):
        """What `--json` prints (docs/json.md)."""
        return self.plain

    @property
    def id(self):
        """The identifier of what was carried out."""
        return self.plain["scenario"]

    def brief(self):
        """The same without what takes memory: enough to print it, not to draw or write it."""
        return self

    @abstractmethod
    def contents(self):
        """What `--out` writes: an object for JSON, and CSV texts by the rest of `endings`."""

    @abstractmethod
    def section(self, detailed=True):
        """Its part of a page, as `templates/scenario.html` shows it: plain values and pieces.

        `detailed` says whether single runs and what was measured of layers are drawn, too.
        """

    @abstractmethod
    def figure(self):
        """Its picture, a Matplotlib figure."""

    @staticmethod
    @abstractmethod
    def tables(reports, points=True):
        """Several reports of this kind for a terminal, something of rich's.

        Parameters
        ----------
        reports : list of Report
        points : bool
            Whether single points are shown where there are such.
        """


def of_kind(kind):
    """The class of the reports on a "scenario" or a "theory"."""
    if kind == "theory":
        from fastdense.reports.studies import StudyReport

        return StudyReport
    from fastdense.reports.experiments import ExperimentReport

    return ExperimentReport


def report_of(done):
    """The `Report` on an `Experiment` or a `Study`."""
    return of_kind(done.kind)(done)


def tables(reports, points=True):
    """Several reports for a terminal, those of a kind together: scenarios, then theories."""
    from rich.console import Group

    kinds = (of_kind("scenario"), of_kind("theory"))
    of_each = [(kind, [one for one in reports if isinstance(one, kind)]) for kind in kinds]
    return Group(*(kind.tables(some, points) for kind, some in of_each if some))
