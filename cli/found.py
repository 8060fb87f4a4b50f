"""What a name on the command line stands for, a scenario or a theory, and how it is carried out."""

from fastdense import theory as theories
from fastdense.errors import FastdenseError
from fastdense.scenarios import scenario as scenarios
from fastdense.theory import Theory


def names():
    """Identifiers of all scenarios, then of all theories."""
    return [*scenarios.names(), *theories.names()]


def find(name, changes=None, arms=()):
    """The `Theory` or `Scenario` with an identifier, or the `Scenario` in a file."""
    if name in theories.names():
        if changes or arms:
            raise FastdenseError(
                f"{name} is a theory, without arms or recipe; leave out --set, --arm and --dtype"
            )
        return theories.load(name)
    if not scenarios.is_file(name) and name not in scenarios.names():
        raise scenarios.no_scenario(name, names())
    return scenarios.load(name, changes, arms)


def inputs(name, found):
    """The files that something was read from."""
    if isinstance(found, Theory):
        return []
    return [*found.files, *([name] if scenarios.is_file(name) else [])]


def check_out(found, folder, inputs, force):
    """Check what `write` will write; see `reports.files.check`."""
    from fastdense.reports import files

    endings = files.OF_A_STUDY if isinstance(found, Theory) else files.OF_AN_EXPERIMENT
    files.check(found.id, endings, folder, inputs, force)


def doubts(found, seeds):
    """Sentences on the claims of a scenario that so many seeds cannot decide."""
    if isinstance(found, Theory):
        return []
    from fastdense.scenarios.verdict import undecidable

    given = seeds or found.seeds
    return [
        f"{given} seed{'s' if given > 1 else ''} cannot decide, whatever they show, the claim "
        f"{' '.join(claim.text.split())[:200]!r} (needs --seeds {least} or more)"
        for claim, least in undecidable(found, seeds)
    ]


def notes(found):
    """What the user should know about how the data of a scenario were read: sentences."""
    return [note for arm in getattr(found, "arms", ()) for note in arm.data.notes]


def carry_out(found, seeds, first_seed, on_progress):
    """The `Study` of a theory, or the `Experiment` of a scenario."""
    if isinstance(found, Theory):
        from fastdense.theory.study import study

        return study(found, seeds, first_seed, on_progress)
    from fastdense.scenarios.experiment import experiment

    return experiment(found, seeds, first_seed, on_progress)


def is_study(done):
    """Whether something carried out is the study of a theory."""
    return hasattr(done, "theory")


def brief(done):
    """What is printed of something carried out: a `Study`, or the `Summary` of an `Experiment`."""
    from fastdense.scenarios.experiment import summarize

    return done if is_study(done) else summarize(done)


def to_dict(done):
    """What `--json` prints of something brief."""
    if is_study(done):
        from fastdense.theory.study import to_dict as plain

        return plain(done)
    return done.plain


def write(done, folder):
    """Write what `--out` asks for."""
    from fastdense.reports import files

    (files.write_study if is_study(done) else files.write)(done, folder)


def tables(done, points=True):
    """What is printed of several brief things; `points` for those of theories, too."""
    from rich.console import Group

    studies = [one for one in done if is_study(one)]
    summaries = [one for one in done if not is_study(one)]
    parts = []
    if summaries:
        from fastdense.reports.tables import results

        parts.append(results(summaries))
    if studies:
        from fastdense.reports import theory

        parts.append(theory.results(studies, points))
    return Group(*parts)
