"""A backend of Matplotlib for where there is no display: `show` keeps open figures in files."""

import sys
from itertools import count
from pathlib import Path

from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg


class FigureManager(FigureManagerBase):
    """What a window would be."""

    @classmethod
    def pyplot_show(cls, *, block=None):
        """Write each open figure into a file of its own that was not there, and close it."""
        for manager in Gcf.get_all_fig_managers():
            path = next(path for path in _names() if not path.exists())
            manager.canvas.figure.savefig(path)
            print(f"fastdense.keras: there is no display; the figure is in {path}", file=sys.stderr)
        Gcf.destroy_all()


class FigureCanvas(FigureCanvasAgg):
    """Drawn by Agg."""

    manager_class = FigureManager


def _names():
    return (Path(f"figure_{number}.png") for number in count(1))
