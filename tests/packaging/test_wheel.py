"""What is installed: the packages and scenario files, and nothing else, with sound metadata."""

import ast
import configparser
import email
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import fastdense
from fastdense.scenarios import article
from fastdense.scenarios.scenario import names

ROOT = Path(__file__).parents[2]
CONFIG = configparser.ConfigParser()
CONFIG.read(ROOT / "setup.cfg")
SOURCES = {
    "fastdense": ROOT / "fastdense",
    "fastdense_bench": ROOT / "bench",
    "fastdense_cli": ROOT / "cli",
}


def on_disk(pattern):
    """Files of the packages as they are called in the wheel."""
    return {
        f"{name}/{path.relative_to(folder).as_posix()}"
        for name, folder in SOURCES.items()
        for path in folder.rglob(pattern)
        if not any(part.startswith((".", "__pycache__")) for part in path.parts)
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy so that the tree stays as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    ignored = shutil.ignore_patterns("__pycache__", ".*", "*.egg-info")
    for name in ("fastdense", "cli", "tests", "bench"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=ignored)
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", folder, source],
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def metadata(wheel):
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(wheel.read(name))


def test_the_wheel_holds_the_packages_and_the_scenarios_and_nothing_else(wheel):
    installed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    typed = on_disk("*.pyi") | on_disk("py.typed")
    pages = on_disk("*.html") | on_disk("*.css")
    # Images, what diagnoses are measured on, what was said of that, and what Keras gives.
    measured = (
        "fault_cases.json",
        "_digits.npz",
        "auto-mpg.csv",
        "iris.csv",
        "found.json",
        "peers.json",
        "expected.json",
    )
    faults = set().union(*map(on_disk, measured))
    assert installed == on_disk("*.py") | on_disk("*.toml") | typed | faults | pages
    assert "fastdense/py.typed" in installed
    assert "fastdense/reports/html/templates/base.html" in pages
    assert "fastdense/markup/style.css" in pages
    assert {name.split("/")[0] for name in installed} == set(SOURCES)
    found = {}
    for name in (name for name in installed if name.endswith(".toml")):
        found.setdefault(Path(name).parent.as_posix(), set()).add(Path(name).stem)
    assert found == {
        "fastdense/scenarios/articles": set(article.names()),
        "fastdense/scenarios/catalogue": set(names()),
    }


def test_the_metadata_are_what_setup_cfg_says(metadata):
    assert metadata["Name"] == "fastdense" and metadata["Version"] == fastdense.__version__
    assert metadata["Requires-Python"] == ">=3.11"
    assert "MIT" in (metadata["License"], metadata["License-Expression"])
    assert metadata["License-File"] == "LICENSE"
    required = [line for line in metadata.get_all("Requires-Dist") if "extra ==" not in line]
    names = {re.match(r"[\w-]+", line)[0] for line in required}
    assert names == {"click", "numba", "numpy", "platformdirs", "rich"}
    (numba,) = (line for line in required if line.startswith("numba"))
    # Older ones miscompile; of newer ones nobody knows that they have the private parts in use.
    assert set(numba.removeprefix("numba").split(",")) == {">=0.67", "<0.69"}
    assert "test" in metadata.get_all("Provides-Extra")


def test_the_command_is_installed(wheel):
    (name,) = (name for name in wheel.namelist() if name.endswith("/entry_points.txt"))
    entries = configparser.ConfigParser()
    entries.read_string(wheel.read(name).decode())
    assert dict(entries["console_scripts"]) == {"fastdense": "fastdense_cli.app:main"}


PLOTS = ROOT / "fastdense" / "reports" / "plots"
EXPORTS = ROOT / "fastdense" / "reports" / "exports"
PAGES = ROOT / "fastdense" / "reports" / "html"
# Where something is imported that is not installed with the package.
CLUSTER = ROOT / "fastdense" / "sweeps" / "workers" / "dask.py"
WATCHING = ROOT / "bench" / "diagnosis" / "peers"
PARQUET = ROOT / "fastdense" / "data" / "parquet.py"
SERVED = ROOT / "fastdense" / "keras"  # pictures and estimators, where they are asked for
ESTIMATORS = ROOT / "fastdense" / "sklearn"
TORCH, ONNX = ROOT / "fastdense" / "torch", ROOT / "fastdense" / "onnx.py"
CUDA = ROOT / "fastdense" / "devices" / "cuda"
APART = {ROOT / "bench" / "peers", WATCHING, PLOTS, EXPORTS, PAGES, CLUSTER, PARQUET, TORCH, ONNX}
FRAMES = ROOT / "fastdense" / "frames.py"  # of whatever library is installed
APART |= {CUDA, ESTIMATORS, FRAMES}
APART |= {SERVED / "picture.py", SERVED / "program.py", SERVED / "wrappers", SERVED / "hdf5.py"}
APART |= {SERVED / "hdf5_contents.py", SERVED / "figures.py"}
APART.add(ROOT / "bench" / "cuda.py")
# What Keras itself runs, too.
APART |= {ROOT / "bench" / "keras" / name for name in ("programs", "timed", "recorded.py")}
APART.add(ROOT / "bench" / "estimators")


def imported(paths):
    """Third-party packages that some files import."""
    found = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module.split(".")[0])
    return found - {*SOURCES, *sys.stdlib_module_names}


def packages(lines):
    return {re.match(r"[\w-]+", line)[0] for line in lines.split("\n") if line}


def test_what_is_imported_is_required():
    """But for peers and programs of benchmarks, pictures, clusters, and other libraries' files."""
    paths = [path for folder in SOURCES.values() for path in folder.rglob("*.py")]
    third = imported(path for path in paths if not {path, path.parent} & APART)
    required = packages(CONFIG["options"]["install_requires"])
    assert third - {"llvmlite"} == required  # llvmlite is a part of numba


@pytest.mark.parametrize("name, paths", [("torch", [*TORCH.glob("*.py")]), ("onnx", [ONNX])])
def test_what_is_converted_is_an_extra(name, paths):
    extra = packages(CONFIG["options.extras_require"][name])
    assert imported(paths) - {"numpy"} == extra == {name}


def test_what_is_for_scikit_learn_is_an_extra():
    extra = packages(CONFIG["options.extras_require"]["sklearn"])
    assert imported(ESTIMATORS.glob("*.py")) - {"numpy"} == {"sklearn", "scipy"}
    assert extra == {"scikit-learn", "scipy"}


def test_what_makes_data_frames_is_imported_in_one_place():
    assert imported([FRAMES]) == {"pandas", "polars"}


def test_what_builds_the_site_is_an_extra():
    extra = packages(CONFIG["options.extras_require"]["docs"])
    estimators = packages(CONFIG["options.extras_require"]["sklearn"])
    assert extra - estimators == {"furo", "myst-parser", "sphinx", "sphinx-click"}
    assert estimators <= extra
    assert imported([ROOT / "docs" / "conf.py", *(ROOT / "docs" / "extensions").glob("*.py")]) == {
        "docutils",  # which Sphinx is made of
        "repository_pages",
    }


def test_what_draws_pictures_is_an_extra():
    extra = packages(CONFIG["options.extras_require"]["plot"])
    assert imported(PLOTS.rglob("*.py")) - {"numpy"} == extra == {"matplotlib"}


def test_what_makes_pages_is_an_extra():
    """Pieces, which notebooks show, need nothing but NumPy."""
    extra = packages(CONFIG["options.extras_require"]["report"])
    assert imported(PAGES.glob("*.py")) - {"numpy"} == extra == {"jinja2"}
    assert imported((ROOT / "fastdense" / "markup").glob("*.py")) == {"numpy"}


def test_what_opens_pages_in_a_browser_is_an_extra():
    extra = packages(CONFIG["options.extras_require"]["browser-test"])
    assert extra == {"playwright", "axe-playwright-python"}


def test_what_reads_keras_files_is_an_extra():
    extra = packages(CONFIG["options.extras_require"]["keras"])
    assert imported([SERVED / "hdf5.py"]) - {"numpy"} == extra == {"h5py"}


def test_what_watches_trainings_is_an_extra():
    extra = packages(CONFIG["options.extras_require"]["bench"])
    names = {name.replace("-", "_") for name in extra}
    assert imported(WATCHING.rglob("*.py")) - {"numpy"} == names


def test_what_writes_parquet_is_an_extra():
    extra = packages(CONFIG["options.extras_require"]["parquet"])
    assert imported(EXPORTS.rglob("*.py")) == extra == {"pyarrow"}


def test_what_speaks_to_a_cluster_is_an_extra():
    extra = packages(CONFIG["options.extras_require"]["dask"])
    assert imported([CLUSTER]) == {"distributed"}
    assert extra == {"distributed", "cryptography"}  # which the former makes certificates with


def test_what_compiles_for_a_gpu_is_an_extra():
    """`numba.cuda` is what it puts into the place of Numba's own; `cuda` comes with it."""
    extra = packages(CONFIG["options.extras_require"]["cuda"])
    assert extra == {"numba-cuda"}
    assert imported(CUDA.glob("*.py")) == {"cuda", "numba", "numpy"}


def test_every_dependency_has_an_oldest_version():
    """Which `tests/lowest` installs."""
    lists = CONFIG["options"]["install_requires"], *CONFIG["options.extras_require"].values()
    oldest = {}
    for line in filter(None, "\n".join(lists).split("\n")):
        name, version = re.match(r"([\w-]+) >= ([\d.]+)(?:, < [\d.]+)?$", line).groups()
        assert oldest.setdefault(name, version) == version, f"{name} is listed with two"


def test_every_folder_with_code_is_a_listed_package():
    listed = set(CONFIG["options"]["packages"].split())
    assert {str(Path(name).parent).replace("/", ".") for name in on_disk("*.py")} == listed
    assert {name for name in on_disk("*.py") if name.endswith("__init__.py")} == {
        f"{package.replace('.', '/')}/__init__.py" for package in listed
    }


def test_pyproject_has_what_pip_needs():
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert pyproject["build-system"]["build-backend"] == "setuptools.build_meta"
    assert set(pyproject) == {"build-system", "tool"} and set(pyproject["tool"]) == {"ruff"}
