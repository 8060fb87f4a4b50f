"""Dependencies run one way, the code is clean, and no file is without its one idea."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("fastdense", "cli", "tests", "bench", "docs")
FILES = sorted(path for name in FOLDERS for path in (ROOT / name).rglob("*.py"))


def tool(*command):
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_dependencies_run_one_way():
    lint = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports({}))"
    done = subprocess.run(
        [sys.executable, "-c", lint.format("config_filename='setup.cfg', no_cache=True")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "9 kept, 0 broken" in done.stdout


def test_ruff_finds_nothing():
    assert "All checks passed" in tool("ruff", "check", "--no-cache", ".")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_first_line_of_a_file_says_its_idea(path):
    text = path.read_text("utf-8")
    if path.name == "__init__.py" and not text.strip():
        return
    idea = (ast.get_docstring(ast.parse(text)) or "").split("\n")[0]
    assert idea.endswith((".", ":", "?")), f"{path} begins with {idea!r}"


def test_no_property_has_a_lock_for_all_instances():
    """As `cached_property` of Python 3.11 does, for `fork` to find taken; `once` has none."""
    for path in (ROOT / "fastdense").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            assert "cached_property" not in {getattr(node, "id", ""), getattr(node, "attr", "")}, (
                path
            )


def modules(node):
    """Names of the modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_a_package_for_cuda_is_imported_by_the_device_alone():
    for folder in ("fastdense", "cli"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.parent == ROOT / "fastdense" / "devices" / "cuda":
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                found = [name for name in modules(node) if name.startswith("numba.cuda")]
                found += [n for n in modules(node) if n.split(".")[0] in ("cuda", "numba_cuda")]
                if isinstance(node, ast.ImportFrom) and node.module == "numba":
                    found += [alias.name for alias in node.names if alias.name == "cuda"]
                assert not found, f"{path} imports {found}"


def test_what_is_private_in_numba_is_used_where_kernels_are_compiled():
    """Import contracts see packages of others as one module each, so they cannot say this."""
    for path in (ROOT / "fastdense").rglob("*.py"):
        if path.parent == ROOT / "fastdense" / "kernels" / "compile":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = modules(node)
            private = [n for n in names if n.startswith(("numba.core", "numba.np"))]
            assert not private, f"{path} imports {private}"
