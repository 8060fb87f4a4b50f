"""`fastdense show ID`: what a scenario or a theory is made of."""

import click

from fastdense_cli import completing
from fastdense_cli.options import examples


@click.command(
    short_help="Show what a scenario or theory is made of.",
    epilog=examples(
        "fastdense show dead-relu  # its arms and claims",
        "fastdense show rate-adam --toml > mine.toml  # to start from",
        "fastdense show born-dead  # a theory",
    ),
)
@click.argument("scenario", metavar="ID|FILE.toml", shell_complete=completing.subjects)
@click.option("--toml", "as_toml", is_flag=True, default=False, help="Print the scenario's file.")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON.")
def command(scenario, as_toml, as_json):
    """Show a scenario's question, data, networks, recipes and claims, or what a theory measures.

    `show ID --toml > mine.toml` starts a scenario of your own for `fastdense run mine.toml`.
    """
    from fastdense.scenarios import scenario as scenarios
    from fastdense.settings import toml
    from fastdense_bench.diagnosis import found
    from fastdense_cli import subject
    from fastdense_cli.console import note, show, show_json, show_text

    loaded = subject.find(scenario)
    note(subject.notes(loaded))
    diagnosed = {} if scenarios.is_file(scenario) else found.of_scenario(loaded.id)
    if subject.is_theory(loaded):
        _show_theory(loaded, as_toml, as_json)
    elif as_toml:
        is_file = scenarios.is_file(scenario)
        text = toml.read_text(scenario) if is_file else scenarios.text_of(scenario)
        show_text(text)
    elif as_json:
        show_json(
            {
                "scenario": loaded.id,
                "question": loaded.question,
                "source": loaded.source,
                "arms": [
                    {
                        "name": arm.name,
                        "samples": len(arm.data),
                        "network": arm.network.to_dict(),
                        "recipe": arm.recipe.to_dict(),
                        **({"diagnosed": diagnosed[arm.name]} if diagnosed else {}),
                    }
                    for arm in loaded.arms
                ],
                "claims": [claim.to_dict() for claim in loaded.claims],
            }
        )
    else:
        from fastdense.reports.tables import describe

        show(describe(loaded, diagnosed))


def _show_theory(theory, as_toml, as_json):
    from fastdense.errors import FastdenseError
    from fastdense_cli.console import show, show_json

    if as_toml:
        raise FastdenseError(
            f"{theory.id} is a theory, written in Python; only scenarios have a TOML file"
        )
    if as_json:
        show_json(
            {
                "scenario": theory.id,
                "kind": "theory",
                "question": theory.question,
                "source": theory.source,
                "seeds": theory.seeds,
                "quantities": list(theory.quantities),
                "cases": [dict(case) for case in theory.cases],
                "claims": [claim.to_dict() for claim in theory.claims.values()],
            }
        )
    else:
        from fastdense.reports.theory import describe

        show(describe(theory))
