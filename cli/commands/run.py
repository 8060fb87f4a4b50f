"""`fastdense run ID`: carry out one scenario or theory, and judge its claims."""

import click

from fastdense_cli import completing
from fastdense_cli.options import (
    arguments,
    arms_option,
    device_option,
    draws_option,
    examples,
    file_option,
    force_option,
    out_option,
    report_option,
    seeds_option,
)


def changes_of(assignments):
    """`path=value` texts as a dict; values are TOML, or plain text."""
    from fastdense.settings import toml
    from fastdense.settings.changes import assignment

    changes = {}
    for given in assignments:
        parts = assignment(given)
        if parts is None:
            raise click.BadParameter(
                f"{given!r} is not path=value, such as recipe.learning_rate=0.1",
                param_hint="--set",
            )
        path, text = parts
        changes[path] = toml.value(text)
    return changes


def worst(experiments):
    """The exit code of --strict: 4 if the typical run of an arm diverged, else 3 if one stalled."""
    from fastdense.scenarios.experiment import shares
    from fastdense_cli.app import DIVERGED, DONE, STALLED

    stuck = ("stalled", "frozen")
    codes = [DONE]
    for experiment in experiments:
        for results in experiment.results.values():
            by_share = shares(results)
            if by_share.get("diverged", 0) >= 0.5:
                codes.append(DIVERGED)
            elif sum(by_share.get(outcome, 0) for outcome in stuck) >= 0.5:
                codes.append(STALLED)
    return max(codes)


@click.command(
    short_help="Run a scenario or theory and judge its claims.",
    epilog=examples(
        "fastdense run vanishing-sigmoid  # its arms and claims",
        "fastdense run zero-rate --set epochs=50 --draws 20  # changed",
        "fastdense run zero-rate --plot fan.png --out results  # with files",
        "fastdense run exact-minima  # a result of theory",
    ),
)
@click.argument("scenario", metavar="ID|FILE.toml", shell_complete=completing.subjects)
@draws_option
@seeds_option
@click.option("--draw", type=click.IntRange(0, 2**32), default=0, help="The first draw. [0]")
@click.option("--seed", type=click.IntRange(0, 2**62), default=0, help="The first seed. [0]")
@click.option(
    "--set", "assignments", multiple=True, metavar="PATH=VALUE",
    shell_complete=completing.settings,
    help="Change a value in every arm, such as recipe.epochs=500 or network.hidden=[32].",
)  # fmt: skip
@arms_option("Run this arm only; repeatable.")
@click.option("--dtype", type=click.Choice(["float32", "float64"]), help="Precision of every arm.")
@device_option
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON (docs/json.md).")
@out_option
@force_option
@file_option("--plot", "Also draw a picture: a .png or .svg file.")
@report_option
@click.option(
    "--strict", is_flag=True, default=False,
    help="Exit 3 if half of an arm's runs stall or freeze, 4 if they diverge.",
)  # fmt: skip
@click.option(
    "--attainable", is_flag=True, default=False,
    help="Find the loss that the data allow; outcomes are then judged against it.",
)  # fmt: skip
def command(
    scenario, draws, seeds, draw, seed, assignments, arms, dtype, device, as_json, out, force,
    plot, page, strict, attainable,
):  # fmt: skip
    """Train a scenario's arms over draws and seeds, or measure a theory; judge the claims."""
    from fastdense.diagnosis import floor
    from fastdense.markup import strips
    from fastdense.reports.report import report_of, tables
    from fastdense_cli import subject
    from fastdense_cli.console import note, progress, show, show_json

    changes = changes_of(assignments)
    if dtype:
        changes["recipe.dtype"] = dtype
    loaded = subject.find(scenario, changes, arms)
    subject.check_device(device, [loaded])
    if strict and subject.is_theory(loaded):
        raise click.UsageError(f"{loaded.id} is a theory, whose runs have no outcome for --strict")
    read = subject.inputs(scenario, loaded)
    if out is not None:
        subject.check_out(loaded, out, read, force)
    if plot is not None:
        from fastdense.reports.plots import check_file

        check_file(plot, read)
    if page is not None:
        from fastdense.reports.html.page import check_file

        check_file(page, read)
    note([*subject.notes(loaded), *subject.doubts(loaded, draws, seeds)])
    if attainable and subject.is_theory(loaded):
        raise click.UsageError(f"{loaded.id} is a theory, without a loss for --attainable")
    # Of signals as many rows as the pictures of a page have room for.
    observe = 0 if page is None else strips.COLUMNS
    with progress(loaded.id, "runs" if not subject.is_theory(loaded) else "cases") as on_progress:
        floors = floor.by_arm(loaded) if attainable else None
        done = subject.carry_out(
            loaded, seeds, seed, on_progress, draws, draw, floors, device, observe
        )
    if not subject.is_theory(loaded):
        note(floor.flat_but_good(done))
    report = report_of(done)
    if out is not None:
        from fastdense.reports import files

        files.write(report, out)
    if plot is not None:
        from fastdense.reports.plots import draw

        draw(report, plot)
    if page is not None:
        from fastdense.reports.html import of_results
        from fastdense.reports.html.provenance import Provenance

        section = report.section()
        about = Provenance.here(arguments(), *section["facts"], ("Device", device))
        of_results.write(page, [section], [report.to_dict()], about)
    if as_json:
        show_json(report.to_dict())
    else:
        show(tables([report]))
    return worst([done]) if strict else 0
