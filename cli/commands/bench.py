"""`fastdense bench`: fastdense beside other libraries, in one table."""

import click

from fastdense_cli import completing
from fastdense_cli.options import arguments, examples, report_option

REPEATS = 5
SECONDS, QUICK_SECONDS = 0.3, 0.05  # of one repeat
WIDTH_WITHOUT_TERMINAL = 180  # for all peers side by side


@click.command(
    short_help="Time fastdense beside other libraries.",
    epilog=examples(
        "fastdense bench --quick  # five rows, in minutes",
        "fastdense bench 784-256 predict --peers numpy,jax  # some rows, some peers",
        "fastdense bench sklearn --quick --markdown  # and scikit-learn",
    ),
)
@click.argument("workloads", nargs=-1, metavar="[WORKLOAD]...")
@click.option(
    "--peers", metavar="NAME,...",
    help="Only these, such as numpy,torch,jax; fastdense is always there. All, if not given.",
)  # fmt: skip
@click.option(
    "--threads", type=click.Choice(["1", "all", "both"]), default="both",
    help="One core, all cores, or both in one run. [both]",
)  # fmt: skip
@click.option(
    "--order", type=click.Choice(["shuffled", "given"]), default="shuffled",
    help="Each draws a permutation every epoch, or all follow one prepared before. [shuffled]",
)  # fmt: skip
@click.option(
    "--repeats", type=click.IntRange(1, 1000), default=REPEATS, help=f"Of each time. [{REPEATS}]"
)
@click.option("--quick", is_flag=True, default=False, help="A few workloads, short repeats.")
@click.option(
    "--resume", metavar="FILE", shell_complete=completing.files,
    help="Keep rows in FILE as they are done; those that it has are not measured again.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON (docs/json.md).")
@click.option("--markdown", is_flag=True, default=False, help="Print the table as Markdown.")
@report_option
def command(workloads, peers, threads, order, repeats, quick, resume, as_json, markdown, page):
    """Time training steps and predictions, fastdense and its peers in turn, in one run.

    WORKLOAD is a part of a row's name, such as 784-256, "adam b128" or predict; startup stands for
    the compile benchmark, drawn for rows that a rule draws. Without any, all of the named ones are
    measured: two hours with every peer, which --resume spreads over as many sittings as you like.
    The losses of all peers are checked to agree before anything is timed.

    diagnosis in place of workloads diagnoses published faults and healthy trainings instead, and
    says how often the first cause is the published one. With --peers, such as torchmortem or all,
    packages that watch PyTorch trainings are asked in place of fastdense.

    sklearn in place of workloads fits the estimators of fastdense.sklearn beside scikit-learn's
    own, with the same parameters, on one core.
    """
    if as_json and markdown:
        raise click.UsageError("--json and --markdown are two forms of the output; give one")
    if page is not None:
        from fastdense.reports.html.page import check_file

        check_file(page, [] if resume is None else [resume])
    names = None if peers is None else [p.strip() for p in peers.split(",") if p.strip()]
    if workloads == ("diagnosis",):
        if names is None:
            return diagnoses(resume, as_json, markdown, page)
        return others(names, resume, as_json, markdown, page)
    if workloads == ("sklearn",):
        return estimators(repeats, quick, resume, as_json, markdown, page)
    from fastdense_bench import suite, table
    from fastdense_bench.measure import Effort
    from fastdense_bench.peers import choose, find
    from fastdense_cli.console import progress

    rows, startup = suite.select(workloads, quick)
    chosen = find() if names is None else choose(names)
    effort = Effort(repeats, QUICK_SECONDS if quick else SECONDS, order)
    startups = startup and (1 if quick else repeats)
    with progress("bench", "rows") as report:
        results = suite.run(rows, chosen, threads, effort, startups, report, resume)
    if page is not None:
        from fastdense_bench import page as pages

        pages.write(page, results, _about(*pages.facts(results)))
    _print(results, table, as_json, markdown)


def _about(*facts):
    """How a page came about."""
    from fastdense.reports.html.provenance import Provenance

    return Provenance.here(arguments(), *facts)


def estimators(repeats, quick, resume, as_json, markdown, page):
    """Print how long the estimators take beside scikit-learn's."""
    from fastdense_bench.estimators import compare
    from fastdense_bench.kept import Kept
    from fastdense_cli.console import progress

    with progress("bench sklearn") as report:
        results = compare.run(repeats, quick, report, Kept(resume, {"repeats": repeats}))
    if page is not None:
        from fastdense_bench.estimators import page as pages

        pages.write(page, results, _about(*pages.facts(results)))
    _print(results, compare, as_json, markdown)


def _print(results, page, as_json, markdown):
    """Print results as a module that makes a page of them does."""
    from fastdense_cli.console import show, show_json

    if as_json:
        show_json(results)
    elif markdown:
        click.echo(page.markdown(results))
    else:
        show(page.for_terminal(results), WIDTH_WITHOUT_TERMINAL)


def diagnoses(resume, as_json, markdown, page):
    """Print what `fastdense diagnose` says of faults, sound trainings and arms of scenarios."""
    from fastdense_bench.diagnosis import score, table, watched
    from fastdense_bench.kept import Kept
    from fastdense_cli.console import progress, show, show_json

    with progress("bench diagnosis") as report:
        found, left_out = score.run(report, Kept(resume, {"effort": "usual"}))
    if page is not None:
        from fastdense_bench.diagnosis import page as pages

        pages.write(page, found, left_out, _about(("Effort", "usual")))
    if as_json:
        show_json(table.to_dict(found, left_out))
    elif markdown:
        cases, _ = score.cases()
        click.echo(table.markdown(found, left_out, watched.read(), cases))
    else:
        show(table.for_terminal(found, left_out), WIDTH_WITHOUT_TERMINAL)


def others(names, resume, as_json, markdown, page):
    """Print what packages say that watch PyTorch trainings of the same faults."""
    from fastdense_bench.diagnosis import peers, score, table, watched
    from fastdense_bench.kept import Kept
    from fastdense_cli.console import progress, show, show_json

    if markdown:
        raise click.UsageError("--markdown prints fastdense's page; leave --peers out, or --json")
    chosen = peers.choose(names)
    kept = Kept(resume, watched.conditions(chosen))
    cases, _ = score.cases()
    with progress("bench diagnosis") as report:
        results = watched.measure(chosen, [one for _, one in cases], report, kept)
    if page is not None:
        from fastdense_bench.diagnosis import page as pages

        pages.write_peers(page, results, cases, _about())
    if as_json:
        show_json(results)
    else:
        show(table.peers_for_terminal(results, cases), WIDTH_WITHOUT_TERMINAL)
