"""`fastdense list`: the built-in scenarios."""

import click


@click.command(short_help="List the scenarios.")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON.")
def command(as_json):
    """List the built-in scenarios with the question that each one asks."""
    from fastdense.scenarios.scenario import load, names
    from fastdense_cli.console import show, show_json

    scenarios = [load(name) for name in names()]
    if as_json:
        show_json(
            [
                {
                    "scenario": s.id,
                    "question": s.question,
                    "source": s.source,
                    "arms": [arm.name for arm in s.arms],
                    "claims": [claim.text for claim in s.claims],
                }
                for s in scenarios
            ]
        )
        return
    from fastdense.reports.tables import catalogue

    show(catalogue(scenarios))
