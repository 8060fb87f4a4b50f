"""`fastdense diagnose` at the terminal: the answer first, exit codes, and what can be given."""

import json
import shlex

import numpy as np
import pytest
from terminal import call

QUICK = ("--effort", "quick")
STUCK = """
data = { name = "sine", count = 64, low = -3.0, high = 3.0 }
network = { hidden = [16], activation = "tanh" }
recipe = { optimizer = "adam", learning_rate = 1e-7, epochs = 600 }
[arms.as-it-is]
[arms.faster]
recipe.learning_rate = 0.02
[arms.diverges]
recipe.optimizer = "sgd"
recipe.learning_rate = 50.0
"""
RNG = np.random.default_rng(0)


@pytest.fixture
def stuck(tmp_path):
    path = tmp_path / "stuck.toml"
    path.write_text(STUCK)
    return path


@pytest.fixture
def table(tmp_path):
    x = RNG.normal(size=(150, 3))
    y = x[:, 0] - 2 * x[:, 1]
    path = tmp_path / "rows.csv"
    header = "id,a,b,c,price\n"
    lines = [f"{i},{','.join(f'{v:.6f}' for v in (*row, t))}" for i, (row, t) in
             enumerate(zip(x, y, strict=True))]  # fmt: skip
    path.write_text(header + "\n".join(lines) + "\n")
    return path


def test_the_answer_comes_first_and_then_what_speaks_for_it(stuck):
    answer = call("diagnose", stuck, *QUICK)
    assert answer.code == 3
    assert answer.out.startswith("The learning rate is too low for the loss to move.")
    text = " ".join(answer.out.split())
    assert "rate_too_low" in text and "attainable" in text and "--set recipe.learning_rate=" in text
    assert "recipe = Recipe(" in text
    assert "the arm 'as-it-is' is diagnosed; others are 'faster', 'diverges'" in answer.err


@pytest.mark.parametrize(("changes", "code"), [
    (("recipe.learning_rate=0.02",), 0),
    (("recipe.optimizer=sgd", "recipe.learning_rate=50.0"), 4),
])  # fmt: skip
def test_exit_codes_say_what_came_of_it(stuck, changes, code):
    given = [part for change in changes for part in ("--set", change)]
    assert call("diagnose", stuck, *QUICK, *given).code == code


def test_json_is_the_same_answer(stuck):
    told = call("diagnose", stuck, *QUICK, "--json").json
    assert told["causes"][0]["cause"] == "rate_too_low" and told["answer"]
    assert set(told["attainable"]) >= {"explained", "linear", "limit"}
    assert {"outcome", "healthy", "ruled_out", "remedies", "baselines", "recipe"} <= set(told)


def test_out_writes_the_same_and_replaces_nothing_else(stuck, tmp_path):
    told = call("diagnose", stuck, *QUICK, "--json", "--out", tmp_path / "out").json
    file = tmp_path / "out" / "stuck-diagnosis.json"
    kept = json.loads(file.read_text())
    assert {**kept, "seconds": 0, "files": 0} == {**told, "seconds": 0, "files": 0}
    assert call("diagnose", stuck, *QUICK, "--out", tmp_path / "out").code == 3  # its own
    file.write_text("mine")
    answer = call("diagnose", stuck, *QUICK, "--out", tmp_path / "out")
    assert answer.code == 2 and file.read_text() == "mine" and "--force" in answer.err


def test_an_arm_of_a_scenario_is_named_behind_a_slash():
    answer = call("diagnose", "zero-rate", *QUICK)
    assert answer.code == 3 and answer.out.startswith("Nothing is updated")


def test_a_table_is_diagnosed_with_the_settings_of_the_options(table):
    answer = call("diagnose", table, "--target", "price", "--drop", "id", "--hidden", "16",
                  "--learning-rate", 0.01, *QUICK)  # fmt: skip
    assert answer.code == 0, answer.out
    assert answer.out.startswith("Nothing is wrong")
    assert "the loss is mse, the output identity" in answer.err
    frozen = call("diagnose", table, "--target", "price", "--drop", "id", "--hidden", "16",
                  "--learning-rate", 0, *QUICK)  # fmt: skip
    assert frozen.code == 3 and frozen.out.startswith("Nothing is updated")


def test_an_observed_loss_names_a_mistake(table):
    y = np.loadtxt(table, delimiter=",", skiprows=1)[:, -1]
    answer = call("diagnose", table, "--drop", "id", "--learning-rate", 0.01, *QUICK,
                  "--observed", f"{y.var():.4f}")  # fmt: skip
    assert answer.code == 3 and answer.out.startswith("It learns here")
    assert "Targets of shape" in answer.out and "unsqueeze" in " ".join(answer.out.split())


@pytest.mark.parametrize(("words", "part"), [
    (("nothing.toml",), "nothing.toml"),
    (("zero-rat",), "zero-rate"),
    (("zero-rate/onyl",), "arm"),
    (("rows.csv",), "rows.csv"),
    (("zero-rate", "--effort", "much"), "quick"),
    (("zero-rate", "--observed", "high"), "observed"),
    (("zero-rate", "--set", "recipe.learing_rate=1"), "learning_rate"),
    (("zero-rate", "--budget", "0"), "--budget"),
    (("zero-rate", "--hidden", "3"), "--hidden goes with a table"),
    (("zero-rate", "--target", "y"), "--target goes with a table"),
    (("born-dead",), "theory"),
])  # fmt: skip
def test_wrong_usage_is_one_sentence(words, part, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = call("diagnose", *words)
    assert (answer.code, answer.out) == (2, "")
    assert part in answer.err and "Traceback" not in answer.err


def test_widths_that_are_none_are_refused(table):
    answer = call("diagnose", table, "--hidden", "64;64")
    assert answer.code == 2 and "64,64" in answer.err


SPECIES = "setosa", "versicolor", "virginica"
PEOPLE = {
    "iris.csv": (
        "sepal,petal,species\n" + "".join(
            f"{5 + k + RNG.normal() / 5:.2f},{2 * k + RNG.normal() / 5:.2f},{SPECIES[k]}\n"
            for k in RNG.permutation(np.arange(90) % 3)
        ),
        (),
        ["0 = setosa, 1 = versicolor, 2 = virginica", "sparse_categorical_crossentropy",
         "softmax"],
    ),
    "wine.csv": (
        '"fixed acidity";"pH";"quality"\n' + "".join(
            f"{7 + i % 5};{3 + i % 7 / 10};{i % 5}\n" for i in range(60)
        ),
        ("--target", "quality"),
        ["wine.csv is read with ';' between columns", "the loss is mse"],
    ),
    "wohnungen.csv": (
        "Ort;Fl\u00e4che;Preis\n" + "".join(
            f"K\u00f6ln;{i},5;{i}.{i:03},00\n" for i in range(40, 99)
        ),
        ("--target", "Preis", "--scale", "both"),
        ["';' between columns, a decimal comma, points between thousands and the encoding cp1252",
         "Ort=K\u00f6ln"],
    ),
    "titanic.csv": (
        "Id,Survived,Name,Sex,Age\n" + "".join(
            f'{i},{i % 2},"Person{i}, Mr.",{"fm"[i % 2]},{"" if i % 9 == 0 else i}\n'
            for i in range(1, 60)
        ),
        ("--target", "Survived", "--missing", "mean", "--drop", "Id"),
        ["'Name' (text such as 'Person1, Mr.', 59 different)", "Sex=f, Sex=m", "'Age' (6)",
         "binary_crossentropy"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PEOPLE)
def test_tables_as_people_have_them(name, tmp_path):
    text, words, said = PEOPLE[name]
    (tmp_path / name).write_bytes(text.encode("cp1252"))
    answer = call("diagnose", tmp_path / name, *words, "--hidden", "8", "--learning-rate", 0.01,
                  "--epochs", 50, *QUICK)  # fmt: skip
    assert answer.code in (0, 3, 5), answer.err
    told = " ".join(answer.err.split())
    assert all(part in told for part in said), told


def test_what_is_said_of_a_table_is_used(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("2019\t2020\n" + "".join(f"{i}\t{2 * i}\n" for i in range(40)))
    frozen = "--learning-rate", 0, "--hidden", 4, *QUICK
    assert "from 1 to 2" in call("diagnose", path, "--target", 2020, *frozen).sentence
    for words in ((), ("--header",), ("--no-header", "--target", 1), ("--separator", "tab")):
        assert call("diagnose", path, *words, *frozen).code == 3
    answer = call("diagnose", path, "--separator", ";", "--no-header", *frozen)
    assert "has 1 column to read" in answer.sentence and "--separator tab" in answer.sentence


def test_missing_cells_are_refused_until_it_is_said_what_to_do(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("x,y\n" + "".join(f"{i},{2 * i}\n" for i in range(40)) + ",3\n")
    frozen = "--learning-rate", 0, "--hidden", 4, *QUICK
    assert "no number on line 42 of 'x' (nothing)" in call("diagnose", path, *frozen).sentence
    for missing, said in (("drop", "1 of 41 rows"), ("mean", "the mean of the column is taken")):
        answer = call("diagnose", path, "--missing", missing, *frozen)
        assert answer.code == 3 and said in " ".join(answer.err.split())


@pytest.mark.parametrize(
    "rows, said",
    [
        ("a b,b,c\n,2,3\n4,5,6\n", "say --missing drop or --missing mean"),
        ("a b,b,c\n,2,3\n4,5,6\n", "columns out with --drop 'a b'"),
        ("1.5,2,a\n1,b,c\n6,7,8\n", "columns out with --drop 2"),
        ("2\xfe1,z\x01,3\n", "say --header or --no-header"),
    ],
)
def test_errors_of_tables_name_options_of_the_command(rows, said, tmp_path):
    (tmp_path / "rows.csv").write_text(rows)
    answer = call("diagnose", tmp_path / "rows.csv")
    assert answer.code == 2 and said in answer.sentence
    assert "= " not in answer.sentence


def test_a_program_that_is_not_there(tmp_path):
    answer = call("diagnose", tmp_path / "mine.ipynb")
    assert answer.code == 2 and "does not exist" in answer.sentence and "Errno" not in answer.err


ZEROS = """
data = { name = "sine", count = 64 }
network = { hidden = [16], activation = "tanh", weights = "zeros" }
recipe = { optimizer = "adam", learning_rate = 0.01, epochs = 1000 }
"""


@pytest.mark.parametrize("scale", ["none", "inputs"])
def test_what_is_printed_to_paste_cures_where_it_is_pasted(scale, tmp_path):
    path = tmp_path / "zeros.toml"
    path.write_text(ZEROS, "utf-8")
    base = ("diagnose", path, "--set", f"data.scale={scale}")
    stuck = call(*base)
    assert stuck.code == 3
    lines = stuck.out.partition("Behind the same command:\n")[2].partition("\n\n")[0]
    pasted = [word for line in lines.splitlines() for word in shlex.split(line)]
    good, starts = call(*base, *pasted, "--json").json["starts"]["good"]
    assert pasted and good >= starts / 2


def test_scaling_that_is_there_is_kept(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2)) * [1e3, 1] + [5e3, 0]
    y = 4e4 * np.sin(x[:, 1]) + 3e5
    path = tmp_path / "far.csv"
    lines = [f"{a:.6g},{b:.6g},{c:.6g}" for (a, b), c in zip(x, y, strict=True)]
    path.write_text("a,b,price\n" + "\n".join(lines), "utf-8")
    told = call("diagnose", path, "--hidden", "32", "--scale", "inputs", "--json").json
    assert told["causes"][0]["cause"] == "unscaled_targets"
    assert told["remedies"][0]["change"]["data.scale"] == "both"
    assert told["recipe"]["data.scale"] == "both"


def test_signs_and_words_get_the_loss_that_suits_them(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 2))
    signs, words = tmp_path / "signs.csv", tmp_path / "words.csv"
    kinds = np.digitize(x[:, 0], [-0.4, 0.4])
    signs.write_text("".join(f"{a},{b},{1 if a > b else -1}\n" for a, b in x), "utf-8")
    words.write_text(
        "".join(f"{a},{b},{'abc'[k]}\n" for (a, b), k in zip(x, kinds, strict=False)), "utf-8"
    )
    told = call("diagnose", signs)
    assert told.code == 0 and "targets of -1 and 1 are taken as 0 and 1" in told.err
    wrong = call("diagnose", words, "--loss", "categorical_crossentropy", "--json").json
    assert wrong["remedies"][0]["change"]["recipe.loss"]["name"] == (
        "sparse_categorical_crossentropy"
    )
