"""Options that several commands have in common."""

import click

from fastdense_cli import completing


def examples(*lines):
    """The end of a command's help: lines to try, each with what it does behind a #."""
    width = min(max(len(line.partition("  #")[0]) for line in lines), 46)
    shown = []
    for line in lines:
        command, _, about = line.partition("  #")
        shown.append(f"  {command:{width}}  #{about}" if about else f"  {command}")
    return "\n".join(["\b", "Examples:", *shown])


def arms_option(text):
    """`--arm NAME`, repeatable."""
    return click.option(
        "--arm", "arms", multiple=True, metavar="NAME", shell_complete=completing.arms, help=text
    )


def file_option(name, text):
    """An option that names a file."""
    return click.option(name, metavar="FILE", shell_complete=completing.files, help=text)


def by_option(text):
    """`--by PATH`, repeatable."""
    return click.option("--by", multiple=True, metavar="PATH", help=text)


draws_option = click.option(
    "--draws", type=click.IntRange(1, 10_000),
    help="Draws of the data of an arm, where they are drawn. [80]",
)  # fmt: skip
seeds_option = click.option(
    "--seeds", type=click.IntRange(1, 1_000_000),
    help="Seeds of each draw [4], or of an arm or point whose data are given [256].",
)  # fmt: skip
out_option = click.option(
    "--out", metavar="DIR", shell_complete=completing.folders,
    help="Also write results and curves as JSON and CSV. What exists there is replaced only if it "
    "is as an earlier run of the same left it.",
)  # fmt: skip
report_option = click.option(
    "--report", "page", metavar="FILE.html", shell_complete=completing.files,
    help="Also write a page to look at and pass on: one file that loads nothing (docs/reports.md).",
)  # fmt: skip
device_option = click.option(
    "--device", default="cpu", metavar="NAME", shell_complete=completing.devices,
    help="Where networks are trained: cpu, cuda (docs/cuda.md) or reference. [cpu]",
)  # fmt: skip
force_option = click.option(
    "--force", is_flag=True, default=False,
    help="Let --out replace other files too, but never one that is read.",
)  # fmt: skip
where_option = click.option(
    "--where", multiple=True, metavar="CONDITION",
    help="Only runs with learning_rate=0.1,0.01 or learning_rate>=0.01, outcome=stalled, "
    "final_loss<0.1, ...; repeatable.",
)  # fmt: skip
sweep_option = click.option(
    "--sweep", "number", type=click.IntRange(1), metavar="N",
    help="The sweep of this number, where the file holds several. [the last]",
)  # fmt: skip


def arguments():
    """What the user typed behind `fastdense`, as a list."""
    return click.get_current_context().obj or []
