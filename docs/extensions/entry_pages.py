"""A page for each kind of the catalogue, each scenario and each theory, from their own files."""

import importlib
import inspect
import json

from repository_pages import DOCS, GENERATED, write

from fastdense import catalogue, theory
from fastdense.catalogue import PACKAGES, interval
from fastdense.errors import plain
from fastdense.scenarios import scenario as scenarios

KINDS = {
    "activations": "Activations",
    "losses": "Losses",
    "optimizers": "Optimizers",
    "schedules": "Schedules",
    "initializers": "Initializers",
    "augmentations": "Augmentations",
    "layers": "Layers",
    "data": "Sources of data",
    "signals": "Signals",
    "causes": "Causes",
    "mistakes": "Mistakes of programs",
}
ABOUT = {
    "activations": "Names for `activation` of a layer, and `activation` and `output` of a network.",
    "losses": "Names for `loss` of a recipe.",
    "optimizers": "Names for `optimizer` of a recipe; hyper-parameters are given in a table.",
    "schedules": "Names for `schedule` of a recipe: factors on the learning rate.",
    "initializers": "Names for `weights` and `bias` of a network or a layer.",
    "augmentations": "Names for the list `augmentation` of a recipe.",
    "layers": "Layers of a network; a scenario file names a layer by the first key of its table.",
    "data": "Names for `name` under `[data]` of a scenario file.",
    "signals": "What a run has of every dense layer, each time that it was observed.",
    "causes": "What a diagnosis knows that may keep a training from what its data allow.",
    "mistakes": "What a program around a sound training may do wrong (`--observed`).",
}
FOLDER = GENERATED / "catalogue"


def literal(value):
    """A value as a scenario file has it."""
    if value is None:
        return "to be given"
    return f"`{value:g}`" if isinstance(value, float) else f"`{json.dumps(value)}`"


def escaped(text):
    """Words as Markdown shows them, in which nothing is markup but code between backticks."""
    parts = plain(" ".join(text.split())).split("`")
    for index in range(0, len(parts), 2):
        for mark in "\\*_|<>[]$":
            parts[index] = parts[index].replace(mark, f"\\{mark}")
    return "`".join(parts) if len(parts) % 2 else "".join(parts)


def table(header, rows):
    """A table in Markdown."""
    rule = ["---"] * len(header)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (header, rule, *rows))


def about(module):
    """What the docstring of a file says below its first line, paragraph by paragraph."""
    _, _, rest = (inspect.getdoc(module) or "").partition("\n")
    return "\n\n".join(escaped(part) for part in rest.strip().split("\n\n") if part)


def entry(kind, name):
    """The section on one entry."""
    found = catalogue.get(kind, name)
    package = f"fastdense.{PACKAGES.get(kind, kind)}"
    module = importlib.import_module(f"{package}.{name}")
    parts = [f"({kind}-{name})=\n## {escaped(name)}", f"{escaped(found.summary)}."]
    parts += [about(module)]
    for field in ("why", "look"):
        parts.append(escaped(getattr(found, field, "")))
    if getattr(found, "explains", ()):
        effects = ", ".join(f"[{escaped(one)}](#causes-{one})" for one in found.explains)
        parts.append(f"Where it is shown, these are its effects: {effects}.")
    if kind == "layers":
        parts.append(f"In Python: {{py:obj}}`fastdense.{found.layer.__name__}`.")
    if found.hyper:
        rows = []
        for key, value in found.hyper.items():
            low, high = found.ranges.get(key, (None, None))
            within = "" if low is None else f"`{interval(key, low, high)}`"
            rows.append([f"`{key}`", literal(value), within])
        parts.append(table(["hyper-parameter", "usually", "where it may lie"], rows))
    if kind == "optimizers":
        parts.append(f"Usual learning rate: `{found.rate:g}`.")
    if found.aliases:
        parts.append("Also called: " + ", ".join(f"`{one}`" for one in found.aliases) + ".")
    parts.append(f"Source: {escaped(found.source)}")
    parts.append(f"File: `{package.replace('.', '/')}/{name}.py`")
    return "\n\n".join(part for part in parts if part)


def kind_page(kind):
    """The page on all entries of a kind."""
    parts = [f"# {KINDS[kind]}", ABOUT[kind]]
    parts.append(f"At the terminal `fastdense list {kind}` prints the same.")
    return "\n\n".join([*parts, *(entry(kind, name) for name in catalogue.names(kind))]) + "\n"


def verdicts(identifier, last):
    """The claims of a scenario or a theory with the verdicts of the last run."""
    rows = [
        [
            escaped(claim["text"]) + (" (own control)" if claim.get("own") else ""),
            claim["verdict"],
            escaped(claim["evidence"]),
        ]
        for claim in last.get(identifier, [])
    ]
    if not rows:
        return ""
    heading = "## Claims\n\nWith the verdicts of the last run ([how they are found]"
    return f"{heading}(../../../verdicts.md)):\n\n" + table(["claim", "verdict", "measured"], rows)


def scenario_page(name, last):
    """The page on a scenario: its question, its claims and its file."""
    found = scenarios.load(name)
    parts = [f"# {name}", f"**{escaped(found.question)}**"]
    parts.append(f"Source: {escaped(found.source)}" if found.source else "")
    parts.append(f"```sh\nfastdense run {name}\n```")
    parts.append(verdicts(name, last))
    parts.append(f"## Its file\n\n````toml\n{scenarios.text_of(name).strip()}\n````")
    return "\n\n".join(part for part in parts if part) + "\n"


def theory_page(name, last):
    """The page on a result of theory."""
    found = theory.load(name)
    parts = [f"# {name}", f"**{escaped(found.question)}**", f"Source: {escaped(found.source)}"]
    parts += [f"{escaped(found.summary)}.", escaped(found.about)]
    parts.append("Measured: " + ", ".join(map(escaped, found.quantities)) + ".")
    parts += [f"```sh\nfastdense run {name}\n```", verdicts(name, last)]
    return "\n\n".join(part for part in parts if part) + "\n"


def index(title, text, folder, found):
    """A page that lists others, with the question of each."""
    rows = [[f"[{name}]({folder}/{name}.md)", escaped(question)] for name, question in found]
    tree = "\n".join(f"{folder}/{name}" for name, _ in found)
    listed = table(["name", "question"], rows)
    return f"# {title}\n\n{text}\n\n{listed}\n\n```{{toctree}}\n:hidden:\n\n{tree}\n```\n"


def pages():
    """Every generated page: places in `generated/catalogue` to texts."""
    last = json.loads((DOCS / "verdicts.json").read_text("utf-8"))["scenarios"]
    found = {f"{kind}.md": kind_page(kind) for kind in catalogue.CONTRACTS}
    found |= {f"scenarios/{name}.md": scenario_page(name, last) for name in scenarios.names()}
    found |= {f"theories/{name}.md": theory_page(name, last) for name in theory.names()}
    found["scenarios.md"] = index(
        "Scenarios",
        "Published claims, each with data, arms and a source.",
        "scenarios",
        [(name, scenarios.load(name).question) for name in scenarios.names()],
    )
    found["theories.md"] = index(
        "Theories",
        "Results of theory, measured on the engine ([what they are](../../theory.md)).",
        "theories",
        [(name, theory.load(name).question) for name in theory.names()],
    )
    return found


def write_pages(app):
    """Write them where the site finds them, and remove those of entries that are gone."""
    found = {FOLDER / name: text for name, text in pages().items()}
    for path in FOLDER.rglob("*.md"):
        if path not in found:
            path.unlink()
    for path, text in found.items():
        write(path, text)


def setup(app):
    """What Sphinx calls."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}
