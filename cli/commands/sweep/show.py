"""`fastdense sweep show FILE`: what became of the runs in a store."""

import click

from fastdense_cli import completing
from fastdense_cli.options import (
    arguments,
    by_option,
    examples,
    report_option,
    sweep_option,
    where_option,
)

WIDTH = 250  # without a terminal: of a row that has everything


@click.command(
    short_help="Show the outcomes in a store.",
    epilog=examples(
        "fastdense sweep show runs.db --by learning_rate",
        "fastdense sweep show runs.db --where 'final_loss<0.1' --json",
    ),
)
@click.argument("file", shell_complete=completing.files)
@by_option("Only along this axis, over all others; repeatable. [all axes]")
@where_option
@sweep_option
@click.option("--list", "as_list", is_flag=True, default=False, help="List the sweeps of the file.")
@click.option("--limit", type=click.IntRange(1), help="Rows at most. [100; with --json all]")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON (docs/json.md).")
@report_option
def command(file, by, where, number, as_list, limit, as_json, page):
    """Show the shares of the outcomes in a store, with their 95% intervals.

    FILE is what --store of `fastdense sweep run` named; that may still be writing to it. The last
    sweep is shown, if it holds several.
    """
    from fastdense.reports import stores
    from fastdense.reports import sweeps as reports
    from fastdense.sweeps.filters import Filter
    from fastdense.sweeps.store import reader
    from fastdense.sweeps.store.connection import connect
    from fastdense_cli.console import show, show_json, show_line

    chosen = Filter(where)
    if page is not None:
        from fastdense.reports.html.page import check_file
        from fastdense.sweeps.store.files import files_of

        if as_list:
            raise click.UsageError("--list makes no page; leave out --report")
        check_file(page, files_of(file))
    with connect(file) as db:
        if as_list:
            found = [stores.about(sweep, reader.count(db, sweep)) for sweep in reader.sweeps(db)]
            show_json(stores.to_dict(found)) if as_json else show(stores.table(found), WIDTH)
            return
        sweep = reader.find(db, number)
        table = reader.read_table(db, sweep.id)
    about = stores.about(sweep, table.rows)
    table = chosen(table)
    by = table.numbers(by) if by else None
    if page is not None:
        from fastdense.reports.html import of_sweep
        from fastdense.reports.html.provenance import Provenance

        provenance = Provenance.here(arguments(), *of_sweep.facts(about))
        of_sweep.write(page, about, table, chosen.texts, by, provenance)
    if as_json:
        plain = reports.to_dict(table, by, limit)
        show_json({**plain, "sweep": about, "where": list(chosen.texts)})
    else:
        show_line(stores.heading(about, table.rows, chosen.texts))
        if table.rows:
            show(reports.shares(table, by, limit or reports.MAX_ROWS), WIDTH)
