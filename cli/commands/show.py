"""`fastdense show ID`: what a scenario is made of."""

import click


@click.command(short_help="Show what a scenario is made of.")
@click.argument("scenario", metavar="ID|FILE.toml")
@click.option("--toml", "as_toml", is_flag=True, default=False, help="Print the scenario's file.")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON.")
def command(scenario, as_toml, as_json):
    """Show a scenario's question, data, networks, recipes and claims.

    `show ID --toml > mine.toml` starts a scenario of your own for `fastdense run mine.toml`.
    """
    from fastdense.scenarios import scenario as scenarios
    from fastdense.scenarios import toml
    from fastdense_cli.console import show, show_json

    loaded = scenarios.load(scenario)
    if as_toml:
        is_file = scenarios.is_file(scenario)
        text = toml.read_text(scenario) if is_file else scenarios.text_of(scenario)
        click.echo(text, nl=False)
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
                    }
                    for arm in loaded.arms
                ],
                "claims": [
                    {
                        "text": claim.text,
                        "source": claim.source,
                        "how_often": claim.how_often,
                        "tests": [str(test) for test in claim.tests],
                    }
                    for claim in loaded.claims
                ],
            }
        )
    else:
        from fastdense.reports.tables import describe

        show(describe(loaded))
