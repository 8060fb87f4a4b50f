"""What the documents show is true: the README's example runs, its commands exist."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


ISSUES = ".github/ISSUE_TEMPLATE/stuck-loss.md", ".github/ISSUE_TEMPLATE/wrong-number.md"


def page(name):
    return (ROOT / name).read_text()


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def execute(name):
    """The examples of a page, of which each goes on from the one before."""
    names = {}
    for example in blocks(page(name), "python"):
        exec(compile(example, name, "exec"), names)


def test_the_readme_fits_a_strangers_patience():
    assert len(README.splitlines()) <= 120


def test_example_runs_and_fits_in_twelve_lines(capsys):
    (example,) = blocks(README, "python")
    assert len([line for line in example.splitlines() if line.strip()]) <= 12
    execute("README.md")
    one, *_ = capsys.readouterr().out.splitlines()
    assert one.startswith("converged")


def test_the_page_on_embedding_is_one_program(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    execute("docs/embedding.md")
    one, *reports, model, scaled, largest, many, swept = capsys.readouterr().out.splitlines()
    assert one.startswith("converged") and many.startswith("(3, 256)")
    assert [report.split()[0] for report in reports if report[0].isdigit()][:2] == ["100", "200"]
    assert float(model.split()[-1]) < 1e-3 and 0.9 < float(largest) < 1.1
    assert re.fullmatch(r"in its own units:( \d+\.0){3}", scaled)
    assert re.fullmatch(r"\(\d+,\) [\d.e-]+", swept)


def test_the_page_on_diagnosis_says_what_comes_out(capsys):
    execute("docs/diagnosis.md")
    answer, cause = capsys.readouterr().out.splitlines()
    assert answer.startswith("The learning rate is too low") and cause.endswith("True")


def test_the_page_on_pytorch_says_what_comes_out(capsys):
    pytest.importorskip("torch.nn", reason="PyTorch is not installed")
    execute("docs/torch.md")
    alike, steps, answer, lines = capsys.readouterr().out.splitlines()
    assert alike == "predicted alike: True" and steps == "steps: 53"
    assert answer.startswith("The learning rate is too low") and "torch.optim" in lines


@pytest.mark.parametrize("name", ISSUES)
def test_what_an_issue_asks_for_can_be_given(name, capsys):
    execute(name)
    assert bool(capsys.readouterr().out) == bool(blocks(page(name), "python"))


@pytest.mark.parametrize(
    "line",
    [
        line
        for name in ("README.md", "docs/terminal.md", "docs/reports.md", "bench/README.md", *ISSUES)
        for block in blocks(page(name), "sh")
        for line in block.splitlines()
        if "fastdense " in line
    ],
)
def test_commands_are_accepted(line, tmp_path, monkeypatch, capsys):
    from fastdense_cli.app import invoke
    from fastdense_cli.group import app

    command = line.partition("#")[0].rpartition("&&")[2].partition(">")[0].strip()
    if command.startswith("python"):
        pytest.skip("installs or measures; run by hand and by .ci/run")
    arguments = shlex.split(command)[1:]
    monkeypatch.chdir(tmp_path)
    invoke(["show", "rate-adam", "--toml"])
    (tmp_path / "mine.toml").write_text(capsys.readouterr().out)
    (tmp_path / "stuck.toml").write_text(*blocks(README, "toml"))
    # Parsed in full, but not run: the scenarios' own tests do that.
    name, *rest = arguments
    context = app.make_context("fastdense", [name, *rest], resilient_parsing=False)
    app.get_command(context, name).make_context(name, rest, parent=context)


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.toml")), ids=lambda p: p.stem)
def test_the_commands_of_an_example_are_accepted(path, monkeypatch, capsys):
    """Its sweep is planned to the end; its picture is there, and the README shows it."""
    from fastdense_cli.app import invoke
    from fastdense_cli.group import app

    comments = [line[1:].strip() for line in path.read_text().splitlines() if line[:1] == "#"]
    comments = " ".join(line.removesuffix("\\") for line in comments)
    sweep, plot = re.findall(r"fastdense (sweep .*?)(?= fastdense|$)", comments)
    monkeypatch.chdir(ROOT)
    assert invoke([*shlex.split(sweep), "--dry-run", "--json"]) == 0
    assert '"runs"' in capsys.readouterr().out
    name, *rest = shlex.split(plot)
    context = app.make_context("fastdense", [name, *rest])
    app.get_command(context, name).make_context(name, rest, parent=context)
    picture = rest[rest.index("--out") + 1]
    assert (ROOT / picture).is_file()
    assert Path(picture).name in (ROOT / "examples" / "README.md").read_text()


def test_scenario_of_the_documentation_is_read(tmp_path):
    from fastdense import Network, Recipe
    from fastdense.scenarios.scenario import load

    text, layers, recipe = blocks((ROOT / "docs" / "scenarios.md").read_text(), "toml")
    assert len(Recipe.from_dict(tomllib.loads(recipe)).augmentation) == 8
    table = {"inputs": [28, 28, 1], **tomllib.loads(layers)}
    assert len(Network.from_dict(table).layers) == len(table["layers"])
    (tmp_path / "mine.toml").write_text(text)
    rows = "\n".join(f"{i},{i * i}" for i in range(60))
    (tmp_path / "mine.csv").write_text(f"x,y\n{rows}\n")
    scenario = load(tmp_path / "mine.toml")
    assert [arm.name for arm in scenario.arms] == ["as-it-is", "smaller-rate"]
    assert len(scenario.claims) == 3
    assert len(scenario.arms[0].data.test[0]) == 20


def test_a_stuck_loss_is_looked_into_as_the_readme_says(tmp_path, monkeypatch, capsys):
    """Its file is read, and its command prints what it shows."""
    from fastdense_cli.app import STALLED, invoke

    text = README.partition("## My loss is stuck")[2].partition("\n## ")[0]
    monkeypatch.chdir(tmp_path)
    Path("stuck.toml").write_text(*blocks(text, "toml"))
    (session,) = blocks(text, "sh")
    assert invoke(shlex.split(session)[1:]) == STALLED, capsys.readouterr().err
    printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    (shown,) = blocks(text, "text")
    assert set(shown.splitlines()) <= set(printed)


def test_a_stuck_loss_is_looked_into_as_its_page_says(tmp_path, monkeypatch, capsys):
    """Its file is read, its commands run, and each name in its table is one of ours."""
    from fastdense.measures import MEASURES
    from fastdense.outcome import OUTCOMES
    from fastdense.scenarios.scenario import names
    from fastdense_cli.app import invoke

    text = page("docs/stuck.md")
    monkeypatch.chdir(tmp_path)
    Path("stuck.toml").write_text(*blocks(text, "toml"))
    Path("rows.csv").write_text("".join(f"{i / 60},{i / 30}\n" for i in range(60)))
    (session,) = blocks(text, "sh")
    for line in session.replace("--seeds 32", "--seeds 2").splitlines():
        assert invoke(shlex.split(line, comments=True)[1:]) == 0, capsys.readouterr().err
    assert "best constant" in capsys.readouterr().out
    table = set(re.findall(r"`([\w-]+)`", text.partition("|---|")[2]))
    outcomes = set(OUTCOMES)
    assert outcomes < table <= {*names(), *MEASURES, *outcomes}


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def test_the_speeds_of_the_readme_are_those_of_the_table():
    from fastdense_bench.workloads import WORKLOADS

    text = page("bench/README.md")
    images = sum(bool(workload.stack) for workload in WORKLOADS)
    classes = sum(workload.classifies for workload in WORKLOADS)
    assert f"The table: {len(WORKLOADS) - images - classes} workloads" in text
    assert f"{images} workloads on images" in text
    assert f"{classes} workloads that classify" in text
    assert f"all {len(WORKLOADS)} workloads" in README
    rows = [cells(line) for line in text.splitlines() if line.startswith("| ")]
    _, columns, again = (row for row in rows if row[:2] == ["workload", "threads"])
    assert columns == again  # of classifiers, and of the others
    measured = {
        row[0]: dict(zip(columns, row, strict=True))
        for row in rows
        if len(row) == len(columns) and row[1] == "1"
    }
    told = [cells(line) for line in README.partition("## How fast")[2].splitlines()]
    told = [row for row in told if row[0] in measured]
    assert 5 <= len(told) <= 8
    for workload, ours, fastest, ratio in told:
        row = measured[workload]
        time, peer = re.fullmatch(r"([\d,.]+) \(([\w-]+)\)", fastest).groups()
        assert (ours, time) == (row["fastdense us/step"], row[peer])
        assert f"{ratio}x" == row["best/ours"]


def test_the_examples_in_the_help_of_sweep_are_accepted(capsys):
    from fastdense.measures import MEASURES
    from fastdense_cli.app import invoke
    from fastdense_cli.commands.sweep.run import command

    help_of = {option.name: getattr(option, "help", None) for option in command.params}
    axes = re.findall(r"[\w.]+=[\w.:,-]*\w", help_of["grid"])
    assert len(axes) == 3
    for axis in axes:
        line = ["sweep", "rate-adam", "--grid", axis, "--dry-run"]
        assert invoke(line) == 0, capsys.readouterr().err
    assert re.search(r"such as (\w+)", help_of["measures"])[1] in MEASURES


def test_every_measure_is_documented():
    from fastdense.measures import MEASURES

    text = (ROOT / "docs" / "scenarios.md").read_text()
    assert set(MEASURES) <= set(re.findall(r"`(\w+)`", text))


def test_every_json_field_is_documented():
    from fastdense.scenarios.experiment import experiment
    from fastdense.scenarios.scenario import load

    plain = experiment(load("zero-rate", {"recipe.epochs": 2}), seeds=2).to_dict()
    named = set(re.findall(r"[`\"](\w+)[`\"]", (ROOT / "docs" / "json.md").read_text()))
    fields = set(plain) | set(plain["arms"][0]) | set(plain["claims"][0])
    fields |= set(plain["arms"][0]["runs"][0])
    assert fields <= named


def test_every_json_field_of_a_theory_is_documented():
    from fastdense import theory
    from fastdense.theory.study import study

    plain = study(theory.load("linear-plateau")).to_dict()
    text = (ROOT / "docs" / "json.md").read_text()
    text = text[text.index("# The JSON of a theory") : text.index("# The JSON of `bench`")]
    assert {*plain, *plain["points"][0], *plain["claims"][0]} <= set(re.findall(r"`(\w+)`", text))


def test_every_theory_is_described_with_its_command():
    from fastdense import theory

    text = (ROOT / "docs" / "theory.md").read_text()
    assert set(re.findall(r"fastdense run ([\w-]+)", text)) == set(theory.names())


def test_the_theory_of_the_documentation_is_one(tmp_path, monkeypatch):
    """The example is a whole file: it is found, measured and judged."""
    from fastdense import theory
    from fastdense.theory import results
    from fastdense.theory.study import study

    (text,) = blocks((ROOT / "docs" / "theory.md").read_text(), "python")
    (tmp_path / "linear_mean.py").write_text(text)
    monkeypatch.setattr(results, "__path__", [*results.__path__, str(tmp_path)])
    theory.names.cache_clear()
    try:
        assert "linear-mean" in theory.names()
        done = study(theory.load("linear-mean"), seeds=4000)
    finally:
        theory.names.cache_clear()
    assert [verdict.verdict for verdict in done.verdicts.values()] == ["holds"]


def test_the_page_on_sweeps_is_one_session(tmp_path, monkeypatch, capsys):
    """Its commands run one after another, and its query counts what they trained."""
    import sqlite3

    from fastdense_cli.app import invoke

    text = (ROOT / "docs" / "sweeps.md").read_text()
    monkeypatch.chdir(tmp_path)
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
    for line in lines:
        assert invoke(shlex.split(line)[1:]) == 0, capsys.readouterr().err
    assert {name for name in re.findall(r"(?:--out|--store) (\S+)", "\n".join(lines))} == {
        path.name for path in tmp_path.iterdir()
    }
    (query,) = blocks(text, "sql")
    db = sqlite3.connect("runs.db")
    counts = db.execute(query).fetchall()
    db.close()
    assert {point for point, _, _ in counts} == set(range(9 * 4 * 2))
    assert sum(count for _, _, count in counts) == 9 * 4 * 2 * 8


def test_the_schema_of_a_store_is_documented():
    import sqlite3

    from fastdense.sweeps.store import writer

    text = (ROOT / "docs" / "sweeps.md").read_text()
    text = text[text.index("## The file itself") :]
    db = sqlite3.connect(":memory:")
    db.executescript(writer.SCHEMA)
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    for table in tables:
        (row,) = [line for line in text.splitlines() if line.startswith(f"| `{table}` |")]
        columns = [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")]
        assert set(columns) <= set(re.findall(r"`(\w+)`", row))
    db.close()
    assert f"{writer.APPLICATION:#x}" in text and f"version, {writer.VERSION}," in text


def test_every_place_that_the_design_names_exists():
    """Paths are relative to the package, or to the top of the repository."""
    text = page("docs/design.md")
    named = re.findall(r"`([\w./-]+(?:/|\.(?:py|md|cfg|toml)))`", text)
    assert len(named) > 60
    for place in named:
        assert any((folder / place).exists() for folder in (ROOT / "fastdense", ROOT)), place


def test_every_folder_is_on_the_map():
    text = page("docs/design.md").partition("## The map")[2].partition("\n## ")[0]
    package = ROOT / "fastdense"
    folders = {path.parent for path in package.rglob("*.py") if path.parent != package}
    assert {f"{path.relative_to(package)}/" for path in folders} <= set(
        re.findall(r"`(.*?)`", text)
    )


OWN = [path for path in (ROOT / "docs").rglob("*.md") if "generated" not in path.parts]
PAGES = sorted([*OWN, *(ROOT / "bench").glob("*.md")])


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_has_one_title_as_the_sidebar_shows_each(path):
    listing, titles = False, []
    for line in path.read_text("utf-8").splitlines():
        listing ^= line.startswith("```")
        if not listing and line.startswith("# "):
            titles.append(line)
    assert len(titles) == 1
