"""`fastdense diagnose`: why a training does not get where its data let it."""

import json
import sys
from pathlib import Path
from shlex import quote

import click

from fastdense_cli import completing
from fastdense_cli.options import arguments, device_option, examples, force_option, report_option

PROGRAMS = ".py", ".ipynb"


@click.command(
    short_help="Say why a loss is stuck, and what cures it.",
    epilog=examples(
        "fastdense diagnose stuck.toml  # a training in a file",
        "fastdense diagnose rows.csv --target price --drop id  # a table",
        "fastdense diagnose program.py  # a program for Keras",
        "fastdense diagnose zero-rate/sgd --json  # an arm of a scenario",
        "fastdense diagnose stuck.toml --observed 0.44  # where your own loss stands",
    ),
)
@click.argument(
    "subject",
    metavar="FILE.toml|SCENARIO[/ARM]|TABLE|PROGRAM.py",
    shell_complete=completing.trainings,
)
@click.option("--target", "targets", multiple=True, metavar="COLUMN",
              help="Of a TABLE: what is predicted; repeatable. [the last column]")  # fmt: skip
@click.option("--drop", multiple=True, metavar="COLUMN", help="Of a TABLE: leave a column out.")
@click.option("--separator", help="Of a TABLE: between columns. [found]")
@click.option("--header/--no-header", default=None,
              help="Of a TABLE: whether its first line holds names. [found]")  # fmt: skip
@click.option("--missing", type=click.Choice(["refuse", "drop", "mean"]),
              help="Of a TABLE: what to do about empty cells. [refuse]")  # fmt: skip
@click.option("--hidden", default="64,64", metavar="N,...", help="Hidden widths. [64,64]")
@click.option(
    "--activation",
    default="relu",
    shell_complete=completing.entries("activations"),
    help="Of the hidden layers. [relu]",
)
@click.option("--output", help="The last activation; that which suits the targets, if not given.")
@click.option(
    "--loss",
    shell_complete=completing.entries("losses"),
    help="That which suits the targets, if not given.",
)
@click.option(
    "--optimizer", default="adam", shell_complete=completing.entries("optimizers"), help="[adam]"
)
@click.option("--learning-rate", type=float, help="The optimizer's usual one, if not given.")
@click.option("--batch-size", type=click.IntRange(1), help="[32]")
@click.option("--epochs", type=click.IntRange(0), default=100, help="[100]")
@click.option("--scale", help="inputs, targets, both or none. [none]")
@click.option(
    "--set", "assignments", multiple=True, metavar="PATH=VALUE",
    shell_complete=completing.settings,
    help="Change a value, such as recipe.epochs=500 or network.hidden=[32].",
)  # fmt: skip
@click.option("--observed", metavar="LOSS", help="Where your own loss stands, as it is printed.")
@click.option("--effort", type=click.Choice(["quick", "usual", "thorough"]), default="usual",
              help="What may be spent, counted in steps. [usual]")  # fmt: skip
@click.option("--budget", type=click.FloatRange(0, min_open=True), metavar="SECONDS",
              help="End after so long with what is known then.")  # fmt: skip
@click.option("--seeds", type=click.IntRange(2, 1000), help="Starts of each training.")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON (docs/json.md).")
@click.option("--out", metavar="DIR", shell_complete=completing.folders,
              help="Also write the answer as JSON. What exists there is replaced only if it is as "
              "an earlier diagnosis left it.")  # fmt: skip
@device_option
@force_option
@click.option("--sarif", metavar="FILE", shell_complete=completing.files,
              help="Also write the causes as SARIF 2.1.0, for editors and code hosts.")  # fmt: skip
@report_option
def command(
    subject, assignments, observed, effort, budget, seeds, as_json, out, device, force, sarif, page,
    **table,
):  # fmt: skip
    """Train as it is and with one thing changed at a time; say what keeps the loss where it is.

    What is looked at is an arm of a scenario (its own file, or a built-in one by name), or a table
    with the network and recipe that the options describe. How the table is written is found, and
    said if it is not plain; columns of few words become inputs that are 0 or 1.

    A program or a notebook for Keras is run as it stands, and every fit in it is looked at; the
    answer names the lines to change.

    \b
    Exit codes: 0 healthy or limited by the data; 3 stalled, slow, frozen,
    refused, too short to tell, or a mistake in your program; 4 diverged or
    oscillating; 5 undetermined; 130 interrupted.
    """
    from fastdense.devices import device_of
    from fastdense.diagnosis.search import Search
    from fastdense.reports import files
    from fastdense.reports.diagnosis import DiagnosisFile, tables, to_paste
    from fastdense.scenarios.scenario import TABLES
    from fastdense_cli.commands.run import changes_of
    from fastdense_cli.console import note, progress, show, show_json

    device_of(device).demand()
    changes = changes_of(assignments)
    if page is not None:
        from fastdense.reports.html.page import check_file

        check_file(page, [subject])
    if subject.lower().endswith(PROGRAMS):
        _refuse(table, "change the program")
        _refuse_for_programs(assignments=assignments, observed=observed, out=out)
        _check_sarif(sarif, subject)
        options = {"effort": effort, "seconds": budget, "seeds": seeds, "device": device}
        return _program(subject, options, as_json, sarif, page)
    if subject.lower().endswith(TABLES):
        case, notes = _of_table(subject, changes, table)
    else:
        _refuse(table, "use --set to change a scenario")
        case, notes = _of_scenario(subject, changes)
    named = Path(subject).name if Path(subject).is_file() else subject
    name = f"{Path(subject).stem}-diagnosis"
    if out is not None:
        read = [subject] if Path(subject).is_file() else []
        files.check(name, [".json"], out, read, force)
    _check_sarif(sarif, subject)
    note(notes)
    interrupted = None

    def told(sentence):
        note([sentence])

    with progress("diagnose") as report:
        search = Search(case, effort, budget, seeds, report, observed, told, device)
        try:
            found = search.answer()
        except KeyboardInterrupt as interrupt:
            if search.evidence is None:
                raise
            found, interrupted = search.known(), interrupt
    if out is not None:
        files.write(DiagnosisFile(name, found), out)
    if sarif is not None:
        _write_sarif(sarif, [_in_file(subject, found)])
    if page is not None:
        from fastdense.reports.html import of_diagnosis

        of_table = subject.lower().endswith(TABLES)
        left_out = (of_diagnosis.IN_TOML,) if of_table else ()
        of_diagnosis.write(page, named, found, _about(effort, found), left_out)
    if as_json:
        show_json(found.to_dict())
    else:
        show(tables(found))
        for line in to_paste(found):
            click.echo(line)
    if interrupted is not None:
        raise interrupted
    return exit_code(found)


def _refuse_for_programs(**given):
    """Refuse options that a program has no use for."""
    for name, value in given.items():
        if value:
            option = {"assignments": "--set"}.get(name, f"--{name}")
            raise click.UsageError(f"{option} does not go with a program; change the program")


def _check_sarif(path, subject):
    """Check, before the work, that a file of findings can be written."""
    from fastdense.files import atomic

    if path is not None:
        atomic.check_file(path, [subject])


def _write_sarif(path, diagnosed):
    """Write what was found, whole or not at all."""
    from fastdense.files import atomic
    from fastdense.reports import files, sarif

    atomic.write_atomically(Path(path), files.dumps(sarif.log(diagnosed)) + "\n")


def _in_file(subject, found):
    """What was found, with where it stands: the line of what the remedy changes."""
    from fastdense.reports import sarif
    from fastdense.scenarios import scenario as scenarios
    from fastdense.scenarios.scenario import TABLES
    from fastdense.settings import toml

    if subject.lower().endswith(TABLES):
        return sarif.Diagnosed(found, ((subject, None),))
    name = subject if scenarios.is_file(subject) and subject.endswith(".toml") else None
    name = name or scenarios.path_of(subject.partition("/")[0])
    changed = found.cured.change if found.cured else ()
    return sarif.Diagnosed(found, ((name, sarif.line_of(toml.read_text(name), changed)),))


def _about(effort, found=None):
    """How a page came about."""
    from fastdense.reports.html.provenance import Provenance

    if found is None:
        return Provenance.here(arguments(), ("Effort", effort))
    first, starts = found.evidence.trained.seeds[0], found.starts
    seeds = f"{starts} for each change, from seed {first} on; remedies on fresh ones"
    return Provenance.here(arguments(), ("Starts", seeds), ("Effort", effort))


def _program(path, options, as_json, sarif, page):
    """Run a program and diagnose its fits; returns the exit code."""
    from contextlib import nullcontext, redirect_stdout

    from fastdense.errors import FastdenseError
    from fastdense.judging.plain import heading
    from fastdense.keras import diagnosing, program
    from fastdense_cli.app import DONE, INTERRUPTED, STALLED
    from fastdense_cli.console import show_json, show_line

    try:
        source = program.source_of(path)
    except FileNotFoundError:
        raise FastdenseError(f"{path} does not exist; give the path of a program") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise FastdenseError(f"{path} cannot be read: {why}") from None

    def tell(one):
        if not as_json:
            for line in ["", *one.told(), ""]:
                show_line(line)

    # What the program prints must not stand between what is printed as JSON.
    with (
        diagnosing.Diagnoses(tell, **options) as found,
        redirect_stdout(sys.stderr) if as_json else nullcontext(),
    ):
        interrupt = None
        try:
            code = program.run(path, source, [path])
            if code != INTERRUPTED:
                found.end()
        except KeyboardInterrupt as error:
            interrupt = error
    if sarif is not None:
        _write_sarif(sarif, map(_of_fit, found.every))
    if as_json:
        fits = [one.to_dict() for one in found.every]
        show_json(heading() | {"program": path, "fits": fits})
    if page is not None and found.every:
        from fastdense.reports.html import of_diagnosis

        of_diagnosis.write_program(page, Path(path).name, found.every, _about(options["effort"]))
    if interrupt is not None:
        raise interrupt
    if code or not found.every:
        if not code:
            raise FastdenseError(f"no fit ended in {path}, so there is nothing to diagnose")
        return code
    codes = [
        STALLED if one.held_back else exit_code(one.found)
        for one in found.every
        if one.found is not None
    ]
    return max(codes, default=DONE)


def _of_fit(one):
    """What was found of a fit, with the lines to change before that of the fit."""
    from fastdense.reports import sarif

    if one.found is None or one.held_back:
        return sarif.Diagnosed(None, (one.place,), " ".join(one.told()[1:]).strip())
    places = [place for place, _ in one.changes if place]
    return sarif.Diagnosed(one.found, (*places, one.place))


def _refuse(table, instead):
    """Refuse options that describe a table, where something else is diagnosed."""
    context = click.get_current_context()
    for name in table:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            option = next(one for one in context.command.params if one.name == name).opts[0]
            raise click.UsageError(f"{option} goes with a table such as rows.csv; {instead}")


def exit_code(found):
    """What the process says of a `Diagnosis`."""
    from fastdense_cli.app import DIVERGED, DONE, STALLED, UNDETERMINED

    if found.verdict in ("healthy", "data"):
        return DONE
    if found.verdict == "program":
        return STALLED
    if found.verdict == "undetermined":
        return UNDETERMINED
    return DIVERGED if found.outcome in ("diverged", "oscillating") else STALLED


def _of_scenario(subject, changes):
    """The case of an arm, and notes."""
    from fastdense.diagnosis.subject import arm_of
    from fastdense.scenarios import scenario as scenarios

    name, arm = subject, None
    if not subject.endswith(".toml") and "/" in subject:
        name, _, arm = subject.partition("/")
    return arm_of(name, arm, changes, is_file=scenarios.is_file(name))


def _of_table(path, changes, options):
    """The case of a table with the settings of the options, and notes."""
    from fastdense.data import advice_spelled
    from fastdense.diagnosis.subject import of_table

    with advice_spelled(_as_options):
        return of_table(path, changes, **options)


def _as_options(name, values):
    """Values of a setting of a table, as options of this command."""
    if name == "header":
        return " or ".join("--header" if value else "--no-header" for value in values)
    if name == "drop":
        return " ".join(f"--drop {quote(str(column))}" for column in values[0])
    if name in ("missing", "separator"):
        words = ("tab" if value == "\t" else quote(value) for value in values)
        return " or ".join(f"--{name} {word}" for word in words)
    return " or ".join(f"--set {quote(f'data.{name}={json.dumps(value)}')}" for value in values)
