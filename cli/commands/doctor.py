"""`fastdense doctor`: what is found on this machine, and what would help where something lacks."""

import click

from fastdense_cli.options import examples


@click.command(
    short_help="Say what is found on this machine: CPU, kernels, GPU, extras.",
    epilog=examples(
        "fastdense doctor",
        "fastdense doctor --json",
    ),
)
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON.")
def command(as_json):
    """Say which versions, processor, compiled kernels, GPU and extras there are.

    Where something is missing that an option needs, it says what would help. Nothing is trained,
    compiled or changed.
    """
    from fastdense.doctor import findings
    from fastdense_cli.console import show_json, show_line

    found = findings()
    if as_json:
        show_json([one._asdict() for one in found])
        return
    width = max(len(one.topic) for one in found)
    for one in found:
        told = f"{one.text} ({one.help})" if one.help else one.text
        show_line(f"{one.topic:{width}}  {told}", hanging=width + 2)
