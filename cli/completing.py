"""What a shell completes: names of scenarios, arms, theories, kinds, entries and settings.

A shell asks at every press of a key, so names are read from the files' names where that does.
"""

from pathlib import Path

from click.shell_completion import CompletionItem

import fastdense

PACKAGE = Path(fastdense.__file__).parent
CATALOGUE = PACKAGE / "scenarios" / "catalogue"
KINDS_OF_A_SETTING = {
    "optimizer": "optimizers", "loss": "losses", "schedule": "schedules", "activation":
    "activations", "output": "activations", "weights": "initializers", "bias": "initializers",
}  # fmt: skip


def _stems(folder, ending=".py"):
    return sorted(path.stem for path in folder.glob(f"*{ending}") if not path.name.startswith("_"))


def _items(names, incomplete):
    """Those that go on from what is typed; if none does, files."""
    found = [CompletionItem(name) for name in names if name.startswith(incomplete)]
    return found or files(None, None, incomplete)


def files(context, parameter, incomplete):
    """Files, which the shell knows itself."""
    return [CompletionItem(incomplete, type="file")]


def folders(context, parameter, incomplete):
    """Folders."""
    return [CompletionItem(incomplete, type="dir")]


def subjects(context, parameter, incomplete):
    """Scenarios and theories, or files."""
    theories = [name.replace("_", "-") for name in _stems(PACKAGE / "theory" / "results")]
    return _items([*_stems(CATALOGUE, ".toml"), *theories], incomplete)


def trainings(context, parameter, incomplete):
    """Scenarios, behind a slash their arms; or files."""
    name, slash, _ = incomplete.partition("/")
    if slash and name in _stems(CATALOGUE, ".toml"):
        return _items([f"{name}/{arm}" for arm in _arms(name)], incomplete)
    return _items(_stems(CATALOGUE, ".toml"), incomplete)


def _arms(name):
    import tomllib

    path = CATALOGUE / f"{name}.toml" if not name.endswith(".toml") else Path(name)
    try:
        return list(tomllib.loads(path.read_text("utf-8")).get("arms", {}))
    except (OSError, ValueError):
        return []


def arms(context, parameter, incomplete):
    """The arms of the scenario that is named."""
    # Where the arm itself is still missing, click has put the scenario among the rest.
    named = context.params.get("scenario") or context.params.get("base")
    name = named or next(iter(context.args), "")
    return [CompletionItem(arm) for arm in _arms(name) if arm.startswith(incomplete)]


def kinds(context, parameter, incomplete):
    """Kinds of entries."""
    from fastdense.catalogue import CONTRACTS

    return [CompletionItem(kind) for kind in CONTRACTS if kind.startswith(incomplete)]


def entries(kind):
    """Completes the names of the entries of a kind."""

    def names(context, parameter, incomplete):
        return [CompletionItem(one) for one in _stems(PACKAGE / kind) if one.startswith(incomplete)]

    return names


def settings(context, parameter, incomplete):
    """Dotted paths of settings; behind `=` the names of entries that may be chosen there."""
    path, equals, value = incomplete.partition("=")
    if equals:
        kind = KINDS_OF_A_SETTING.get(path.rpartition(".")[2])
        names = _stems(PACKAGE / kind) if kind else []
        return [CompletionItem(f"{path}={one}") for one in names if one.startswith(value)]
    from fastdense.settings.paths import FIELDS

    paths = [f"{part}.{field}" for part, fields in FIELDS.items() for field in fields]
    if incomplete:  # those of a recipe may also stand alone
        paths += FIELDS["recipe"]
    return [CompletionItem(f"{one}=") for one in paths if one.startswith(incomplete)]


def measures(context, parameter, incomplete):
    """Numbers of a run."""
    from fastdense.measures import MEASURES

    return [CompletionItem(one) for one in MEASURES if one.startswith(incomplete)]


def devices(context, parameter, incomplete):
    """Where networks are trained."""
    return [
        CompletionItem(one) for one in ("cpu", "cuda", "reference") if one.startswith(incomplete)
    ]
