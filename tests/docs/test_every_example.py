"""Every example of the documentation runs, page by page, or stands below with why it cannot.

A page is a session in a folder of its own: files that it shows are written there, commands and
Python follow each other, and what it shows as printed is what comes out. Files that a reader is
supposed to have are given. Commands of which nothing is shown train less than they would.
"""

import contextlib
import importlib
import io
import re
import shlex
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from terminal import call

from fastdense import catalogue

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    str(path.relative_to(ROOT)) for path in DOCS.rglob("*.md") if "generated" not in path.parts
)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"# ([\w./-]+\.(?:toml|csv|py))\n")

# Executed by a test of its own, which looks at more of what comes out.
ELSEWHERE = {
    "docs/embedding.md": "test_documents.test_the_page_on_embedding_is_one_program",
    "docs/torch.md": "test_documents.test_the_page_on_pytorch_says_what_comes_out",
    "docs/sweeps.md": "test_documents.test_the_page_on_sweeps_is_one_session",
    "docs/stuck.md": "test_documents.test_a_stuck_loss_is_looked_into_as_its_page_says",
    "docs/theory.md": "test_documents.test_the_theory_of_the_documentation_is_one",
    "docs/sklearn.md": "test_page_on_sklearn.test_the_page_runs",
}
INSTALLS = "it installs something, or makes an environment"
CLUSTER = "it needs a cluster"
LONG = "it takes minutes"
GALLERY = "the test of the help's examples makes a site of all"
HARDWARE = "it needs a GPU"
# Page, what the line or the block holds, and why it is not executed.
NOT_RUN = [
    ("docs/tutorial.md", "python3 -m venv .venv", INSTALLS),
    ("docs/tutorial.md", ". .venv/bin/activate", INSTALLS),
    ("docs/cuda.md", "pip install", INSTALLS),
    ("docs/cuda.md", "--device cuda", HARDWARE),
    ("docs/cuda.md", "python bench/cuda.py", HARDWARE),
    ("docs/cuda.md", 'device="cuda"', HARDWARE),
    ("docs/terminal.md", "--device cuda", HARDWARE),
    ("docs/terminal.md", "fastdense reproduce  ", LONG),
    ("docs/terminal.md", "fastdense reproduce --dense", LONG),
    ("docs/terminal.md", "fastdense reproduce --check-draws", LONG),
    ("docs/terminal.md", "fastdense gallery --out site", GALLERY),
    ("docs/reports.md", "fastdense reproduce --report", LONG),
    ("docs/reports.md", "fastdense bench --quick", LONG),
    ("docs/reports.md", "fastdense gallery --out site", GALLERY),
    ("docs/cluster.md", "pip install", INSTALLS),
    ("docs/cluster.md", "dask scheduler", CLUSTER),
    ("docs/cluster.md", "dask worker", CLUSTER),
    ("docs/cluster.md", "dask ssh", CLUSTER),
    ("docs/cluster.md", "--dask tcp://", CLUSTER),
    ("docs/cluster.md", "--dask tls://", CLUSTER),
    ("docs/cluster.md", "--tls-ca-file", CLUSTER),
    ("docs/cluster.md", "SLURMCluster", CLUSTER),
    ("docs/cluster.md", "helm install", CLUSTER),
    ("docs/cluster.md", "dask-kubernetes-operator", CLUSTER),
    ("docs/cluster.md", "kubectl", CLUSTER),
    ("docs/keras.md", "python -m fastdense.keras", "tests/programs runs programs in this way"),
    ("docs/keras.md", "program.py, line 12: fit", "it is of a program that is not shown"),
]
# What a command is given if nothing is shown of what it prints, and it does not say itself.
LESS = {
    "run": {"--draws": "2", "--seeds": "2"},
    "reproduce": {"--draws": "2", "--seeds": "2"},
    "diagnose": {"--effort": "quick"},
    "sweep": {"--seeds": "2"},
}
DIAGNOSED = range(3, 6)  # exit codes that say what was found
STUCK = """\
data = { name = "sine", count = 40 }
network = { hidden = [8] }
recipe = { learning_rate = 1e-6, epochs = 30 }
"""
PROGRAM = """\
import numpy as np
from keras.models import Sequential
from keras.layers import Dense
x = np.linspace(-1, 1, 60).reshape(-1, 1)
model = Sequential([Dense(8, activation="tanh", input_shape=(1,)), Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, x, epochs=20, verbose=0)
"""


def give_files(folder):
    """What a reader has of their own."""
    (folder / "stuck.toml").write_text(STUCK)
    (folder / "program.py").write_text(PROGRAM)
    rows = "".join(f"{n},{n / 50},{n / 25 - 1}\n" for n in range(50))
    (folder / "rows.csv").write_text(f"id,size,price\n{rows}")
    passengers = "".join(
        f"{n},{n % 2},{n % 3},{'' if n % 9 == 4 else n % 60},T{n}\n" for n in range(60)
    )
    (folder / "titanic.csv").write_text(f"PassengerId,Survived,Pclass,Age,Ticket\n{passengers}")


def reason(page, text):
    """Why a line or a block of a page is not run, or None."""
    return next((why for of, part, why in NOT_RUN if of == page and part in text), None)


def commands(block):
    """The lines of a block of commands, those that go on at the end of a line as one."""
    for line in block.replace("\\\n", " ").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield line


def run(line, less):
    """Run a command in this process; returns what it prints."""
    words = shlex.split(line, comments=True)
    redirected = words[words.index(">") + 1] if ">" in words else None
    words = words[1 : words.index(">") if redirected else None]
    if less:
        for option, value in LESS.get(words[0], {}).items():
            is_other = words[0] == "sweep" and words[1] in ("show", "export", "plot")
            if option not in words and not is_other:
                words += [option, value]
    answer = call(*words)
    expected = answer.code == 0 or (words[0] == "diagnose" and answer.code in DIAGNOSED)
    expected |= "--strict" in words and answer.code in DIAGNOSED
    assert expected, (line, answer)
    if redirected:
        Path(redirected).write_text(answer.out)
    return answer.out


def place(name, text):
    """Write a file that a page shows; one of the package is put where the package finds it."""
    if not name.startswith("fastdense/"):
        Path(name).write_text(text)
        return
    package = importlib.import_module(str(Path(name).parent).replace("/", "."))
    Path("own").mkdir(exist_ok=True)
    (Path("own") / Path(name).name).write_text(text)
    package.__path__.append(str(Path("own").absolute()))
    catalogue.names.cache_clear()


@pytest.fixture
def session(tmp_path, monkeypatch):
    """A folder to be in, and a package that is afterwards as it was."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "90")
    give_files(tmp_path)
    packages = [
        importlib.import_module(f"fastdense.{name}") for name in ("activations", "diagnosis.causes")
    ]
    before = [list(package.__path__) for package in packages]
    modules = set(sys.modules)
    yield {}
    for package, path in zip(packages, before, strict=True):
        package.__path__[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith(tuple(package.__name__ for package in packages)):
            del sys.modules[name]
    catalogue.names.cache_clear()
    catalogue.get.cache_clear()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_a_session(page, session):
    text = (ROOT / page).read_text("utf-8")
    found = list(BLOCK.finditer(text))
    printed, names = "", {"__name__": "__main__"}
    shutil.rmtree("own", ignore_errors=True)
    for index, block in enumerate(found):
        language, content = block.groups()
        following = found[index + 1] if index + 1 < len(found) else None
        is_shown = (
            following is not None
            and following[1] == "text"
            and not text[block.end() : following.start()].strip()
        )
        named = FILE.match(content)
        if language in ("toml", "text", "python") and named and not reason(page, content):
            place(named[1], content[named.end() :] if named[1].endswith(".csv") else content)
        elif page in ELSEWHERE or language not in ("python", "sh", "console", "text"):
            continue
        elif language in ("sh", "console"):
            lines = [line for line in commands(content) if not reason(page, line)]
            assert all(line.startswith("fastdense ") for line in lines), lines
            printed = "".join(run(line, not is_shown) for line in lines)
        elif language == "python" and not reason(page, content):
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(content, page, "exec"), names)
            printed = out.getvalue()
        elif language == "text" and printed and not reason(page, content):
            shown = {line.rstrip() for line in printed.splitlines()}
            assert [line for line in content.splitlines() if line.rstrip() not in shown] == []


def test_what_is_not_run_is_there():
    for page, part, why in NOT_RUN:
        assert part in (ROOT / page).read_text("utf-8") and why, (page, part)
    for page, name in ELSEWHERE.items():
        module, test = name.split(".")
        (path,) = (ROOT / "tests").rglob(f"{module}.py")
        assert page in PAGES and f"def {test}(" in path.read_text("utf-8"), name


def test_the_activation_of_the_documentation_is_one(session):
    from fastdense import Network, Recipe, train

    (content,) = (
        block[2] for block in BLOCK.finditer((DOCS / "howto" / "activation.md").read_text())
    )
    place(FILE.match(content)[1], content)
    entry = catalogue.get("activations", "bent_line")
    z = np.linspace(-2, 2, 9)
    values, slopes = entry.spec(z, np.ones(9))
    assert [entry.value(one) for one in z] == values.tolist()
    assert [entry.slope(one, None) for one in z] == slopes.tolist()
    x = np.linspace(-1, 1, 30)[:, np.newaxis]
    network, recipe = Network.of(1, 8, 1, activation="bent_line"), Recipe(epochs=5)
    ours, reference = (train(network, recipe, (x, x), device=d) for d in ("cpu", "reference"))
    np.testing.assert_allclose(ours.loss, reference.loss, rtol=1e-5)


def test_the_cause_of_the_documentation_is_suspected(session):
    from fastdense import Network, Recipe, diagnose

    (content,) = (block[2] for block in BLOCK.finditer((DOCS / "howto" / "cause.md").read_text()))
    place(FILE.match(content)[1], content)
    x = np.linspace(-1, 1, 64)[:, np.newaxis]
    recipe = Recipe(epochs=20, batch_size=1, learning_rate=1.0)
    found = diagnose(Network.of(1, 4, 1), recipe, (x, np.sin(9 * x)), effort="quick")
    cause = catalogue.get("causes", "tiny_batches")
    assert cause.suspect(found.evidence).evidence == ("a step sees 1 of 64 rows",)
    (change,) = cause.changes(found.evidence)
    assert change.make(found.evidence.case).recipe.batch_size == 32
    assert "tiny_batches" in catalogue.names("causes")
