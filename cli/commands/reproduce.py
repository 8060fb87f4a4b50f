"""`fastdense reproduce`: run every scenario and theory, and print all results and verdicts."""

from collections import Counter

import click

from fastdense_cli import completing
from fastdense_cli.options import (
    arguments,
    device_option,
    draws_option,
    examples,
    force_option,
    out_option,
    report_option,
    seeds_option,
)


@click.command(
    short_help="Run every scenario and theory, and judge every claim.",
    epilog=examples(
        "fastdense reproduce  # all, in five minutes",
        "fastdense reproduce zero-rate depth --out results  # some",
        "fastdense reproduce zero-rate --check-draws 2  # on other draws",
    ),
)
@click.argument(
    "scenarios", nargs=-1, metavar="[ID|FILE.toml]...", shell_complete=completing.subjects
)
@draws_option
@seeds_option
@click.option(
    "--check-draws", "times", type=click.IntRange(1, 1000), metavar="N",
    help="Repeat every scenario on N fresh sets of draws and seeds; print which verdicts changed.",
)  # fmt: skip
@click.option(
    "--dense", is_flag=True, default=False, help="Leave out scenarios with networks on images."
)
@device_option
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON (docs/json.md).")
@out_option
@force_option
@report_option
def command(scenarios, draws, seeds, times, dense, device, as_json, out, force, page):
    """Run the given scenarios, or all; print what was measured and the verdict on each claim."""
    from fastdense.reports import files
    from fastdense.reports.report import tables
    from fastdense_cli import reproducing, subject
    from fastdense_cli.console import note, show, show_json

    names = scenarios or subject.names()
    loaded = [subject.find(name) for name in names]
    if dense:
        pairs = zip(names, loaded, strict=True)
        pairs = [(name, one) for name, one in pairs if not subject.is_on_images(one)]
        names, loaded = ([one[part] for one in pairs] for part in (0, 1))
        if not loaded:
            raise click.UsageError("all of these have networks on images; leave out --dense")
    if times and device != "cpu":
        raise click.UsageError("--check-draws trains on the CPU; leave out --device")
    subject.check_device(device, loaded)
    read = [path for pair in zip(names, loaded, strict=True) for path in subject.inputs(*pair)]
    if page is not None:
        from fastdense.reports.html.page import check_file

        if times:
            raise click.UsageError("--check-draws makes no page; leave out --report")
        check_file(page, read)
    if out is not None:
        from fastdense.errors import FastdenseError

        for identifier, count in Counter(scenario.id for scenario in loaded).items():
            if count > 1:
                raise FastdenseError(
                    f"{count} of the scenarios are called {identifier!r}; give each once to --out"
                )
        for one in loaded:
            subject.check_out(one, out, read, force)
    note(one for scenario in loaded for one in subject.notes(scenario))
    doubts = [one for scenario in loaded for one in subject.doubts(scenario, draws, seeds)]
    if doubts:
        more = f"; nor {len(doubts) - 1} other claims" if len(doubts) > 1 else ""
        note([f"{doubts[0]}{more}"])
    if times:
        if out is not None:
            raise click.UsageError("--check-draws writes no files; leave out --out")
        check_draws(loaded, times, draws, seeds, as_json)
        return

    def keep(whole):
        """What is still needed of a `Report`, which has thousands of runs."""
        if out is not None:
            files.write(whole, out)
        return whole.brief(), None if page is None else whole.section(detailed=False)

    kept = reproducing.carry_out_all("reproduce", loaded, keep, draws, seeds, device)
    done, sections = zip(*kept, strict=True)
    if page is not None:
        from fastdense.reports.html import of_results
        from fastdense.reports.html.provenance import Provenance

        about = Provenance.here(arguments(), ("Device", device))
        of_results.write(page, list(sections), [one.to_dict() for one in done], about)
    if as_json:
        show_json([one.to_dict() for one in done])
    else:
        # Points of several theories are pages; `run` prints those of one.
        show(tables(done, points=len(done) == 1))


def check_draws(loaded, times, draws, seeds, as_json):
    """Print which verdicts change on other draws and seeds."""
    from fastdense.reports.tables import repeated
    from fastdense.scenarios.redraws import repeat
    from fastdense_cli import reproducing, subject
    from fastdense_cli.console import show, show_json

    drawn = [one for one in loaded if not subject.is_theory(one)]

    def work(scenario, on_progress):
        return repeat(scenario, times, draws, seeds, on_progress)

    found = reproducing.side_by_side("check draws", drawn, work)
    claims = [claim for of_scenario in found for claim in of_scenario]
    if as_json:
        show_json([claim.to_dict() for claim in claims])
    else:
        show(repeated(claims, times))
