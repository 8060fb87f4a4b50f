"""What is printed of a store: which sweeps it holds, and how far each is."""

from rich.box import SIMPLE_HEAD
from rich.table import Table as Grid

from fastdense import __version__
from fastdense.reports.sweeps import SCHEMA_VERSION, brief, listed


def about(sweep, runs):
    """Plain values about a `Remembered` sweep of which the store has so many runs."""
    return {
        "id": sweep.id,
        "base": sweep.base,
        "began": sweep.began,
        "runs": runs,
        "total_runs": sweep.total,
        "complete": runs >= sweep.total,
        "seeds": sweep.definition["seeds"],
        "measures": sweep.definition["measures"],
        "axes": [{"path": axis.path, "values": list(axis.values)} for axis in sweep.axes],
    }


def to_dict(abouts):
    """What `--list --json` prints."""
    return {
        "schema_version": SCHEMA_VERSION,
        "fastdense_version": __version__,
        "sweeps": abouts,
    }


def how_many(about):
    """How many runs there are, and of how many if some are missing."""
    runs = f"{about['runs']:,}"
    return f"{runs} runs" if about["complete"] else f"{runs} of {about['total_runs']:,} runs"


def heading(about, fitting=None, where=()):
    """A line above the table of a sweep."""
    line = f"sweep {about['id']}, {about['base']}, began {about['began']}: {how_many(about)}"
    return f"{line}, {fitting:,} where {' and '.join(where)}" if where else line


def table(abouts):
    """The sweeps as a table."""
    grid = Grid(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    for name in ("sweep", "of", "began", "runs", "axes"):
        grid.add_column(name)
    for one in abouts:
        axes = [f"{brief(axis['path'])}: {listed(axis['values'])}" for axis in one["axes"]]
        grid.add_row(
            str(one["id"]), one["base"], one["began"], how_many(one), "; ".join(axes) or "none"
        )
    return grid
