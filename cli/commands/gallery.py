"""`fastdense gallery`: all scenarios, theories and articles with their verdicts, as a site."""

import click

from fastdense_cli import completing
from fastdense_cli.options import (
    arguments,
    device_option,
    draws_option,
    examples,
    seeds_option,
)

SIGNALS = 12  # rows of signals in a run: they take half a minute, of three


@click.command(
    short_help="Make a site of all scenarios, theories and articles.",
    epilog=examples(
        "fastdense gallery --out site  # all, in four minutes",
        "fastdense gallery zero-rate depth --out some  # two of them",
    ),
)
@click.argument(
    "scenarios", nargs=-1, metavar="[ID|FILE.toml]...", shell_complete=completing.subjects
)
@click.option(
    "--out", "folder", required=True, metavar="DIR", shell_complete=completing.folders,
    help="The site's folder. What exists is replaced only if it is an earlier gallery, unchanged.",
)  # fmt: skip
@draws_option
@seeds_option
@device_option
@click.option("--json", "as_json", is_flag=True, default=False, help="Print what was written.")
def command(scenarios, folder, draws, seeds, device, as_json):
    """Run the given scenarios and theories, or all, and make a site of what was found.

    It has an index, a page for each scenario, theory and article, and links from the sentences of
    articles to what judges them. Its pages load nothing and run no script: DIR can be opened from a
    disk or served as it is. It appears when it is whole.
    """
    from fastdense.reports.html import gallery
    from fastdense.reports.html.provenance import Provenance
    from fastdense_cli import reproducing, subject
    from fastdense_cli.console import note, show_json, show_line

    typed = arguments()  # which the threads below cannot ask for
    names = scenarios or subject.names()
    loaded = [subject.find(name) for name in names]
    subject.check_device(device, loaded)
    gallery.check(folder, [one.id for one in loaded])
    note(one for scenario in loaded for one in subject.notes(scenario))

    def keep(whole):
        """Its page, for its runs take a thousand times the memory."""
        section = whole.section()
        about = Provenance.here(typed, *section["facts"], ("Device", device))
        return gallery.Result(whole.to_dict(), gallery.page_of(section, whole.to_dict(), about))

    with gallery.site(folder) as site:
        done = reproducing.carry_out_all("gallery", loaded, keep, draws, seeds, device, SIGNALS)
        site.add(done, Provenance.here(typed, ("Device", device)))
    if as_json:
        show_json({"folder": folder, "pages": site.pages})
    else:
        show_line(f"{len(site.pages)} pages in {folder}; open {site.index}")
