"""`fastdense sweep export FILE`: the runs in a store for other programs."""

import click

from fastdense_cli import completing
from fastdense_cli.options import examples, sweep_option, where_option


@click.command(
    short_help="Write the runs in a store as CSV, JSON Lines or Parquet.",
    epilog=examples(
        "fastdense sweep export runs.db --csv > runs.csv",
        "fastdense sweep export runs.db --jsonl --curves --out runs.jsonl",
    ),
)
@click.argument("file", shell_complete=completing.files)
@click.option("--csv", is_flag=True, default=False, help="Comma-separated values.")
@click.option("--jsonl", is_flag=True, default=False, help="JSON Lines, an object for each run.")
@click.option("--parquet", is_flag=True, default=False, help="Parquet, which needs pyarrow.")
@click.option(
    "--out",
    metavar="PATH",
    shell_complete=completing.files,
    help="Into this file. [standard output]",
)
@click.option("--curves", is_flag=True, default=False, help="With the thinned loss curves.")
@where_option
@sweep_option
def command(file, out, curves, where, number, **formats):
    """Write every run in a store: its values, seed, outcome, steps, losses and measures.

    docs/sweeps.md says how each format has them. A file appears whole or not at all.
    """
    from fastdense.reports import exports
    from fastdense.sweeps.filters import Filter
    from fastdense.sweeps.store import reader
    from fastdense.sweeps.store.connection import connect

    given = [form for form in exports.FORMATS if formats[form]]
    if len(given) != 1:
        raise click.UsageError("give one of --csv, --jsonl and --parquet")
    chosen = Filter(where)
    with connect(file) as db:
        exports.check(given[0], out, file)
        tables = reader.pieces(db, reader.find(db, number), curves)
        exports.export(given[0], out, map(chosen, tables))
