"""The reference of `fastdense.keras`: what each of its modules serves."""

import importlib
import inspect

from repository_pages import GENERATED, write

import fastdense.keras

LEFT_OUT = "datasets", "wrappers"  # of the former keras.md tells all; the latter need scikit-learn
# In which functions are for programs; in the others they are for the module itself.
WITH_FUNCTIONS = "activations", "backend", "losses", "metrics", "ops", "saving", "utils"
WITH_METHODS = "Model", "Sequential"


def served(module):
    """Names of the classes and functions that a module has of its own, sorted."""
    functions = module.__name__.rpartition(".")[2] in WITH_FUNCTIONS
    return sorted(
        name
        for name, value in vars(module).items()
        if name[0] != "_"
        and (inspect.isclass(value) or (functions and inspect.isfunction(value)))
        and value.__module__.startswith(module.__name__)
        and value.__name__ == name
        and value.__doc__
    )


def module_section(name):
    """The section on one module."""
    full = f"fastdense.keras.{name}"
    module = importlib.import_module(full)
    lines = [f"## {full}", "", (module.__doc__ or "").strip(), "", "```{eval-rst}"]
    for one in served(module):
        kind = "class" if inspect.isclass(getattr(module, one)) else "function"
        lines.append(f".. auto{kind}:: {full}.{one}")
        if one in WITH_METHODS:
            lines.append("   :members:")
        lines.append("")
    return "\n".join([*lines, "```", ""])


def write_page(app):
    """Write it where the site finds it."""
    modules = [name for name in fastdense.keras._MODULES if name not in LEFT_OUT]
    parts = [
        "# fastdense.keras",
        "What [programs written for Keras](../keras.md) find under these names.",
        "```{eval-rst}\n.. autoclass:: fastdense.keras.StallMonitor\n```",
        *map(module_section, modules),
    ]
    write(GENERATED / "keras.md", "\n\n".join(parts))


def setup(app):
    """What Sphinx calls."""
    app.connect("builder-inited", write_page)
    return {"parallel_read_safe": True}
