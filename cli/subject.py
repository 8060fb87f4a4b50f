"""What a name on the command line stands for, a scenario or a theory: the subject of a command."""

from fastdense import theory as theories
from fastdense.errors import FastdenseError
from fastdense.scenarios import scenario as scenarios


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


def is_theory(subject):
    """Whether a subject is a theory, not a scenario."""
    return subject.kind == theories.Theory.kind


def is_on_images(subject):
    """Whether some network of a scenario takes images."""
    return not is_theory(subject) and any(len(arm.network.shape) > 1 for arm in subject.arms)


def inputs(name, subject):
    """The files that a subject was read from."""
    if is_theory(subject):
        return []
    return [*subject.files, *([name] if scenarios.is_file(name) else [])]


def check_out(subject, folder, inputs, force):
    """Check what a command will write about a subject; see `reports.files.check`."""
    from fastdense.reports import files
    from fastdense.reports.report import of_kind

    files.check(subject.id, of_kind(subject.kind).endings, folder, inputs, force)


def doubts(subject, draws, seeds):
    """Sentences on the claims of a scenario that so many draws and seeds cannot show to hold."""
    if is_theory(subject):
        return []
    from fastdense.scenarios.verdict import too_few_to_hold

    return [
        f"so few {kind} cannot show that the claim {' '.join(claim.text.split())[:200]!r} holds "
        f"(needs --{kind} {least} or more)"
        for claim, kind, least in too_few_to_hold(subject, draws, seeds)
    ]


def notes(subject):
    """What the user should know about how the data of a scenario were read: sentences."""
    if is_theory(subject):
        return []
    return [note for arm in subject.arms for note in arm.data.notes]


def check_device(device, subjects):
    """Check that there is such a device, before anything is trained or written.

    Theories are measured on the CPU whatever it is; so some of `subjects` must be a scenario.
    """
    from fastdense import devices

    module = devices.device_of(device)
    if device != "cpu" and all(map(is_theory, subjects)):
        raise FastdenseError(
            f"{subjects[0].id} is a theory, which is measured on the CPU; leave out --device"
        )
    module.demand()


def carry_out(
    subject,
    seeds,
    first_seed,
    on_progress,
    draws=None,
    first_draw=0,
    attainable=None,
    device="cpu",
    observe=0,
):
    """The `Study` of a theory, which draws no data, or the `Experiment` of a scenario.

    `observe` rows of signals are measured of every arm, for their pictures.
    """
    if is_theory(subject):
        from fastdense.theory.study import study

        return study(subject, seeds, first_seed, on_progress)
    from fastdense.scenarios.experiment import experiment

    return experiment(
        subject, seeds, first_seed, on_progress, draws, first_draw, attainable, device, observe
    )
