"""`fastdense sweep plot FILE`: a picture of the outcomes in a store."""

import click

from fastdense_cli import completing
from fastdense_cli.options import by_option, examples, sweep_option, where_option


@click.command(
    short_help="Draw the outcomes in a store.",
    epilog=examples(
        "fastdense sweep plot runs.db --out map.png",
        "fastdense sweep plot runs.db --by learning_rate --out outcomes.svg",
    ),
)
@click.argument("file", shell_complete=completing.files)
@click.option(
    "--out",
    required=True,
    metavar="PICTURE",
    shell_complete=completing.files,
    help="A .png or .svg file.",
)
@by_option("Along this axis, over all others; two at most. [those with several values]")
@where_option
@click.option(
    "--outcome", metavar="NAME[,NAME...]",
    help="Whose share is drawn. [stalled,frozen; each of its own along one axis]",
)  # fmt: skip
@click.option(
    "--lines", is_flag=True, default=False,
    help="A line for each value of the second axis, also where a map could be drawn.",
)  # fmt: skip
@sweep_option
def command(file, out, by, where, outcome, lines, number):
    """Draw the shares of outcomes along one axis, or the probability of a stall over two.

    Over two numeric axes it is a map, in which a line is drawn where half of the runs diverge or
    oscillate: the boundary of stability. Bands and bars are 95% intervals.
    """
    from fastdense.reports import plots
    from fastdense.reports.plots.picture import Picture
    from fastdense.sweeps.filters import Filter, outcomes_of
    from fastdense.sweeps.store import reader
    from fastdense.sweeps.store.connection import connect
    from fastdense.sweeps.store.files import files_of

    chosen = Filter(where)
    outcomes = outcome and outcomes_of([name.strip() for name in outcome.split(",")])
    with connect(file) as db:
        plots.check_file(out, files_of(file))
        sweep = reader.find(db, number)
        table = chosen(reader.read_table(db, sweep.id))
    plots.draw_sweep(Picture.of(sweep.base, table, by, outcomes, lines, chosen.texts), out)
