"""`fastdense reproduce`: run every scenario and theory, and print all results and verdicts."""

from collections import Counter

import click


@click.command(short_help="Run every scenario and theory, and judge every claim.")
@click.argument("scenarios", nargs=-1, metavar="[ID|FILE.toml]...")
@click.option(
    "--seeds", type=click.IntRange(1, 1_000_000), help="Seeds an arm or point, where any are drawn."
)
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON (docs/json.md).")
@click.option("--out", metavar="DIR", help="Also write results and curves as JSON and CSV.")
def command(scenarios, seeds, as_json, out):
    """Run the given scenarios, or all; print what was measured and the verdict on each claim."""
    from fastdense_cli import found
    from fastdense_cli.console import progress, show, show_json

    loaded = [found.find(name) for name in scenarios or found.names()]
    if out is not None:
        from fastdense.errors import FastdenseError
        from fastdense.reports.files import check_folder

        for identifier, count in Counter(scenario.id for scenario in loaded).items():
            if count > 1:
                raise FastdenseError(
                    f"{count} of the scenarios are called {identifier!r}; give each once to --out"
                )
        check_folder(out)
    done = []
    for index, scenario in enumerate(loaded, start=1):
        with progress(f"{scenario.id} ({index} of {len(loaded)})") as report:
            whole = found.carry_out(scenario, seeds, 0, report)
        if out is not None:
            found.write(whole, out)
        done.append(found.brief(whole))
        del whole  # thousands of runs
    if as_json:
        show_json([found.to_dict(one) for one in done])
    else:
        # Points of several theories are pages; `run` prints those of one.
        show(found.tables(done, points=len(done) == 1))
