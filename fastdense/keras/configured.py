"""Objects that are known by their class and the arguments they were made with."""

import inspect

from fastdense.keras.names import snake

COMMON = "name", "input_shape", "batch_shape", "decay", "clipnorm", "clipvalue", "global_clipnorm"
# Of newer versions: they say nothing where the argument that goes with them is not given.
IGNORED = "renorm_momentum", "ema_momentum", "dtype", "trainable", "build_config", "jit_compile"


class Configured:
    """An object whose arguments are its attributes, by the same names."""

    module = ""  # where Keras has it

    @classmethod
    def arguments(cls):
        """The names of its arguments."""
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        return [
            one.name
            for one in parameters
            if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
        ]

    def get_config(self):
        """What it was made with, as plain values."""
        return {
            name: plain(getattr(self, name)) for name in self.arguments() if hasattr(self, name)
        }

    @classmethod
    def from_config(cls, config):
        """An object of a configuration; what is not known and says nothing is left out.

        Raises
        ------
        ValueError
            It says something that is not known.
        """
        known, given = {*cls.arguments(), *COMMON}, {}
        for name, value in config.items():
            if name in known:
                given[name] = value
            elif name not in IGNORED and value not in (None, False, "float32", [], {}):
                raise ValueError(f"{name} of {cls.__name__} is {value!r}, which is not known here")
        return cls(**given)

    def __repr__(self):
        return f"<{type(self).__name__} {self.get_config()}>"


def plain(value):
    """A value as JSON has it."""
    if isinstance(value, Configured):
        return serialize(value)
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if hasattr(value, "tolist"):
        return value.tolist()
    if callable(value) and hasattr(value, "__name__"):
        return value.__name__
    return value


def serialize(value):
    """An object as Keras writes it into files."""
    return {
        "module": f"keras.{value.module}" if value.module else "keras",
        "class_name": type(value).__name__,
        "config": value.get_config(),
        "registered_name": None,
    }


class Directory:
    """Classes of a kind by each of their names: `Adam`, `adam`, and their old ones.

    Parameters
    ----------
    kind : str
        In words.
    base : type
        Whose objects are of the kind.
    """

    def __init__(self, kind, base):
        self.kind, self.base, self.classes = kind, base, {}

    def add(self, cls, *aliases):
        for name in (cls.__name__, snake(cls.__name__), cls.__name__.lower(), *aliases):
            self.classes[name] = cls
        return cls

    def get(self, given):
        """An object from a name, a serialized one, a class, or itself."""
        if given is None or isinstance(given, self.base):
            return given
        if isinstance(given, dict) and "class_name" in given:
            name, config = given["class_name"], given.get("config") or {}
        elif isinstance(given, type) and issubclass(given, self.base):
            return given()
        else:
            name, config = given, {}
        if not isinstance(name, str) or name not in self.classes:
            known = ", ".join(sorted({cls.__name__ for cls in self.classes.values()}))
            raise ValueError(f"unknown {self.kind} {name!r}; known: {known}")
        cls = self.classes[name]
        return cls.from_config(dict(config)) if config else cls()
