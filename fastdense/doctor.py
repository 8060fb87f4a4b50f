"""What fastdense finds on this machine: versions, devices, and which extras are installed."""

import platform
import re
from importlib.metadata import PackageNotFoundError, metadata, version

import fastdense
from fastdense import devices
from fastdense.entry import Finding

NAME = re.compile(r"[\w.-]+")
EXTRA = re.compile(r"extra == ['\"]([\w-]+)['\"]")
FOR_DEVELOPERS = "bench", "browser-test", "test"


def findings() -> list[Finding]:
    """Versions, then what each device finds, then the extras."""
    installed = ", ".join(f"{name} {_version(name)}" for name in ("numba", "llvmlite", "numpy"))
    found = [
        Finding("fastdense", f"{fastdense.__version__}, Python {platform.python_version()}"),
        Finding("packages", installed),
    ]
    for name in devices.names():
        found += devices.device_of(name).about()
    return found + [_extra(name, needed) for name, needed in sorted(extras().items())]


def extras() -> dict[str, list[str]]:
    """Names of the extras for users, and the packages that each asks for."""
    found: dict[str, list[str]] = {}
    try:
        lines = metadata("fastdense").get_all("Requires-Dist") or []
    except PackageNotFoundError:  # run from a folder, not installed
        lines = []
    for line in lines:
        named = EXTRA.search(line)
        if named and named[1] not in FOR_DEVELOPERS:
            found.setdefault(named[1], []).append(NAME.match(line)[0])
    return found


def _extra(name, needed):
    missing = [package for package in needed if _version(package) is None]
    if missing:
        return Finding(
            f"[{name}]", f"without {', '.join(missing)}", f"pip install 'fastdense[{name}]'"
        )
    return Finding(f"[{name}]", ", ".join(f"{package} {_version(package)}" for package in needed))


def _version(package):
    """The version of a package that is installed, or None."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
