"""`fastdense list`: the built-in scenarios and theories."""

import click


@click.command(short_help="List the scenarios and theories.")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON.")
def command(as_json):
    """List the built-in scenarios and theories with the question that each one asks."""
    from fastdense import theory
    from fastdense.scenarios.scenario import load, names
    from fastdense_cli.console import show, show_json

    scenarios = [load(name) for name in names()]
    theories = [theory.load(name) for name in theory.names()]
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
            + [
                {
                    "scenario": t.id,
                    "kind": "theory",
                    "question": t.question,
                    "source": t.source,
                    "quantities": list(t.quantities),
                    "claims": [claim.text for claim in t.claims.values()],
                }
                for t in theories
            ]
        )
        return
    from fastdense.reports import tables
    from fastdense.reports import theory as theory_tables

    show(tables.catalogue(scenarios))
    show(theory_tables.catalogue(theories))
