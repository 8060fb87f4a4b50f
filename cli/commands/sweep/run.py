"""`fastdense sweep ID --grid PATH=VALUES`: train a grid times seeds."""

import contextlib

import click

from fastdense_cli import completing
from fastdense_cli.options import arms_option, device_option, examples, file_option

ASK_FROM = 10_000_000  # runs


@click.command(
    short_help="Train a grid (the default).",
    epilog=examples(
        "fastdense sweep rate-adam --grid learning_rate=log:1e-4:1:5 --seeds 8",
        "fastdense sweep zero-rate --grid network.hidden=4,8 --store runs.db",
        "fastdense sweep zero-rate --grid epochs=10,20 --dry-run  # only its plan",
    ),
)
@click.argument("base", metavar="ID|FILE.toml", shell_complete=completing.trainings)
@click.option(
    "--grid", multiple=True, metavar="PATH=VALUES", shell_complete=completing.settings,
    help="An axis: learning_rate=log:1e-5:1:25, optimizer.beta1=lin:0:0.9:10, network.hidden=8,16.",
)  # fmt: skip
@arms_option("Of the scenario. [all]")
@click.option("--seeds", type=click.IntRange(1, 10**9), help="Of each cell. [the scenario's]")
@click.option("--seed", type=click.IntRange(0, 2**62), default=0, help="The first seed. [0]")
@file_option("--store", "Keep every run in this file (SQLite).")
@click.option(
    "--resume", is_flag=True, default=False,
    help="Go on with a store that exists; what it holds is not trained again.",
)  # fmt: skip
@click.option(
    "--workers", type=click.IntRange(1, 4096),
    help="Threads to use, or processes with --dask local. [one a core]",
)  # fmt: skip
@click.option(
    "--dask", metavar="ADDRESS",
    help="Of a Dask scheduler that shares out the work (docs/cluster.md), or local.",
)  # fmt: skip
@file_option("--tls-ca-file", "Who signs the cluster's certificates (PEM).")
@file_option("--tls-cert", "Certificate for the cluster (PEM).")
@file_option("--tls-key", "Private key for the cluster (PEM).")
@device_option
@click.option(
    "--measure", "measures", multiple=True, metavar="NAME", shell_complete=completing.measures,
    help="Also keep this number of every run, such as dead_at_end (docs/scenarios.md).",
)  # fmt: skip
@click.option(
    "--evaluate-every", type=click.IntRange(1), metavar="EPOCHS",
    help="Between evaluations of the loss. [about 200 a run]",
)  # fmt: skip
@click.option(
    "--curve-points", type=click.IntRange(0, 10_000), default=33,
    help="Of the thinned loss curve that is kept. [33]",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, default=False, help="Only show what would be done.")
@click.option("--yes", is_flag=True, default=False, help="Do not ask, however large the grid.")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON (docs/json.md).")
def command(
    base, grid, arms, seeds, seed, store, resume, workers, dask, tls_ca_file, tls_cert, tls_key,
    device, measures, evaluate_every, curve_points, dry_run, yes, as_json,
):  # fmt: skip
    """Train every combination of the grid's values with every seed.

    VALUES are a list (8,16,32), lin:FROM:TO:COUNT or log:FROM:TO:COUNT; PATH is a field of network,
    recipe or data, or init_scale, a factor on the initial weights. Cells that differ in numbers
    only are trained side by side. Ctrl-C finishes what runs and keeps it; a second one stops at
    once.
    """
    from fastdense.reports import sweeps as reports
    from fastdense.sweeps.estimate import seconds_each
    from fastdense.sweeps.grid import read_grid
    from fastdense.sweeps.plan import Base, Settings, count_runs, make_plan
    from fastdense.sweeps.store.writer import Store
    from fastdense.sweeps.sweep import carry_out, runner_of
    from fastdense_cli.app import DONE, FAILED
    from fastdense_cli.console import note, show, show_json, sweeping

    if resume and store is None:
        raise click.UsageError("--resume needs --store FILE")
    base = Base(base, arms)
    axes = read_grid(grid)
    _ask(count_runs(base, axes, seeds or base.seeds), yes)
    settings = Settings(evaluate_every, measures, curve_points)
    plan = make_plan(base, axes, seeds, seed, settings, device)
    note(plan.notes)
    tls = {"ca_file": tls_ca_file, "cert": tls_cert, "key": tls_key}
    tls = {name: file for name, file in tls.items() if file}
    with contextlib.ExitStack() as stack:
        kept = None if dry_run else stack.enter_context(Store(store, resume))
        runner = runner_of(plan.runs, workers, dask, tls, device)
        stack.enter_context(contextlib.closing(runner))
        seconds = seconds_each(plan)
        about = reports.plan_to_dict(plan, seconds, runner.workers)
        if dry_run:
            show_json(about) if as_json else show(reports.plan(about))
            return DONE
        with sweeping(reports.plan(about)) as report:
            progress = carry_out(plan, kept, runner, seconds, report)
        table = kept.table()
    show_json(reports.to_dict(table)) if as_json else show(reports.shares(table))
    return FAILED if progress.kept + progress.done < progress.total else DONE


def _ask(runs, yes):
    """Ask before a grid that is large enough to be a mistake."""
    import sys

    if runs < ASK_FROM or yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"the grid has {runs:,} runs; say --yes if you mean it")
    click.confirm(f"The grid has {runs:,} runs. Go on?", abort=True, err=True)
