"""The names under which programs import what is served here, old ones too."""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys

# Packages that are served, and by what.
SERVED = {
    "keras": "fastdense.keras",
    "tf_keras": "fastdense.keras",
    "tensorflow": "fastdense.tf",
    "tensorflow_core": "fastdense.tf",
}
# Paths of earlier versions behind `keras`, and where their contents are.
MOVED = {
    "api": "",
    "src": "",
    "engine": "models",
    "engine.training": "models",
    "engine.sequential": "models",
    "engine.topology": "layers",
    "engine.base_layer": "layers",
    "initializations": "initializers",
    "objectives": "losses",
    "optimizers.legacy": "optimizers",
    "optimizers.optimizer_v2": "optimizers",
    "optimizers.adam_v2": "optimizers",
    "optimizer_v2": "optimizers",
    "optimizer_v2.adam": "optimizers",
    "optimizer_v2.gradient_descent": "optimizers",
    "optimizers.learning_rate_schedule": "optimizers.schedules",
    "utils.np_utils": "utils",
    "utils.vis_utils": "utils",
    "utils.generic_utils": "utils",
    "utils.all_utils": "utils",
    "utils.data_utils": "utils",
    "layers.core": "layers",
    "layers.convolutional": "layers",
    "layers.pooling": "layers",
    "layers.normalization": "layers",
    "layers.advanced_activations": "layers",
    "layers.noise": "layers",
    "layers.merge": "layers",
    "layers.recurrent": "layers",
    "layers.embeddings": "layers",
    "layers.preprocessing": "layers",
    "layers.experimental": "layers",
    "layers.experimental.preprocessing": "layers",
    "preprocessing.image_dataset": "preprocessing.image",
    "legacy": "",
    "legacy.preprocessing": "preprocessing",
    "legacy.preprocessing.image": "preprocessing.image",
    "datasets.mnist": "datasets",
    "datasets.fashion_mnist": "datasets",
    "datasets.cifar10": "datasets",
    "datasets.boston_housing": "datasets",
}


def home_of(name):
    """The module of ours that a name stands for, or None; the name itself if it is one of ours."""
    package, _, rest = name.partition(".")
    base = SERVED.get(package)
    if base is None:
        return None
    if base == "fastdense.tf":
        for lead in (
            "python.keras",
            "keras",
            "compat.v1.keras",
            "compat.v2.keras",
            "_api.v2.v2.keras",
        ):
            if rest == lead or rest.startswith(f"{lead}."):
                return _ours("fastdense.keras", rest.removeprefix(lead).removeprefix("."))
        for lead in ("compat.v1", "compat.v2", "python"):
            if rest == lead or rest.startswith(f"{lead}."):
                rest = rest.removeprefix(lead).removeprefix(".")
    return _ours(base, rest)


def _ours(base, rest):
    if base == "fastdense.keras":
        lead, _, behind = rest.partition(".")
        if lead in ("api", "src", "_tf_keras") and rest not in MOVED:
            rest = behind.removeprefix("keras.")
        rest = MOVED.get(rest, rest)
    return f"{base}.{rest}" if rest else base


class _Loader(importlib.abc.Loader):
    """Hands out a module that is there under another name."""

    def __init__(self, home):
        self._home = home

    def create_module(self, spec):
        module = importlib.import_module(self._home)
        self._spec = module.__spec__
        if not hasattr(module, "__path__"):
            module.__path__ = []  # for what its old name has behind it
        return module

    def exec_module(self, module):
        module.__spec__ = self._spec


class _Finder(importlib.abc.MetaPathFinder):
    """Finds modules by the names that they have elsewhere."""

    def __init__(self, home):
        self._home = home

    def find_spec(self, name, path=None, target=None):
        home = self._home(name)
        if home is None or home == name:
            return None
        try:
            if importlib.util.find_spec(home) is None:
                return None
        except ModuleNotFoundError:
            return None
        spec = importlib.machinery.ModuleSpec(name, _Loader(home))
        spec.submodule_search_locations = []
        return spec


def serve(base, package):
    """Serve the old paths of a package of ours."""

    def home(name):
        if not name.startswith(f"{base}."):
            return None
        rest = MOVED.get(name.removeprefix(f"{base}."))
        return None if rest is None else _ours(base, rest)

    _install(_Finder(home), f"old paths of {package}")


def take_over():
    """Serve Keras and TensorFlow to all imports that follow."""
    for name in [*sys.modules]:
        if name.partition(".")[0] in SERVED:
            del sys.modules[name]
    _install(_Finder(home_of), "Keras and TensorFlow")


def _install(finder, what):
    finder.what = what
    if not any(getattr(one, "what", None) == what for one in sys.meta_path):
        sys.meta_path.insert(0, finder)
