"""How a page came about, so that others can repeat it: command, versions and processor."""

import platform
import shlex
from dataclasses import dataclass
from importlib.metadata import version

from fastdense import __version__
from fastdense.numerics.version import VERSION


@dataclass(frozen=True)
class Provenance:
    """What a page says of how it came about.

    Attributes
    ----------
    command : str
        As a shell takes it.
    facts : tuple of (str, str)
        Names and values.
    """

    command: str
    facts: tuple

    @classmethod
    def here(cls, arguments, *facts):
        """Of a command with arguments, on this machine; `facts` that are empty are left out."""
        command = shlex.join(["fastdense", *map(str, arguments)])
        packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba"))
        return cls(
            command,
            (
                *((name, value) for name, value in facts if value),
                ("fastdense", f"{__version__}, version {VERSION} of the numbers"),
                ("Python", f"{platform.python_version()}, {packages}"),
                ("Processor", f"{processor()}, {platform.system()} {platform.machine()}"),
            ),
        )


def processor():
    """The name of the processor, as the system has it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            return next(line.split(":", 1)[1].strip() for line in file if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
