"""A result that draws itself: the one way from results up to their pictures."""

from typing import Any


class Plotted:
    """What has a `plot` method; `reports/plots/axes.py` says what is drawn of which result."""

    def plot(self, ax: Any = None, **options: Any) -> Any:
        """Draw it by Matplotlib (`pip install 'fastdense[plot]'`).

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; new ones of pyplot, which a notebook shows, if not given.
        **options
            Of the table of a sweep: `by`, `outcomes` and `lines`, as `fastdense sweep plot` has
            them.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        FastdenseError
            No Matplotlib, or nothing to draw.
        """
        # The one import that goes up (setup.cfg names it): whoever asks a result to draw itself
        # need not know that pictures are another part.
        from fastdense.reports.plots import axes

        return axes.plot(self, ax, **options)
