"""`fastdense list`: the built-in scenarios and theories, or the entries of a kind."""

import click

from fastdense_cli import completing
from fastdense_cli.options import examples


@click.command(
    short_help="List the scenarios and theories, or optimizers, losses ...",
    epilog=examples(
        "fastdense list  # scenarios and theories",
        "fastdense list optimizers  # with hyper-parameters and sources",
        "fastdense list causes --json",
    ),
)
@click.argument("kind", required=False, shell_complete=completing.kinds)
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON.")
def command(kind, as_json):
    """List the built-in scenarios and theories with the question that each one asks.

    With a KIND, list the names that a scenario file, --set, --grid, Network and Recipe take, with
    their hyper-parameters and sources, and what frameworks call them: activations, losses,
    optimizers, schedules, initializers, augmentations, data or layers; or the signals that a run
    has of every layer; or the causes that `diagnose` knows, and the mistakes of programs.
    """
    if kind is None:
        _scenarios(as_json)
    else:
        _entries(kind, as_json)


def _entries(kind, as_json):
    from fastdense import catalogue
    from fastdense.errors import unknown
    from fastdense.reports import tables
    from fastdense_cli.console import show, show_json

    if kind not in catalogue.CONTRACTS:
        raise unknown("kind", kind, catalogue.CONTRACTS)
    entries = [catalogue.get(kind, name) for name in catalogue.names(kind)]
    if as_json:
        fields = ("name", "aliases", "summary", "hyper", "source")
        show_json([{field: getattr(entry, field) for field in fields} for entry in entries])
    else:
        show(tables.entries(entries))


def _scenarios(as_json):
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
