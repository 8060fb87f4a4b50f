"""Every file that cannot be used gets one sentence, quickly, and leaves nothing behind."""

import io
import os
import pickle
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from terminal import call, process

DATA = '[data]\nname = "inline"\nx = [1, 2, 3]\ny = [0, 1, 0]\n'
CLAIM = DATA + "[[claims]]\ntests = [{ %s }]\n"
TWO_ARMS = DATA + "[arms.a]\n[arms.b]\n[[claims]]\ntests = [%s]\n"


SHELL = 'data = {name = "inline", x = [1, 2, 3], y = [0, 1, 0]}'


def refused(path, *arguments):
    """The sentence about a file; nothing is written, and it takes less than a second."""
    out = Path(path).parent / "out"
    started = time.perf_counter()
    sentence = call("run", path, "--seeds", 1, "--out", out, *arguments).sentence
    assert time.perf_counter() - started < 1
    assert not out.exists()
    assert call("show", path).sentence == sentence
    assert call("reproduce", path).sentence == sentence
    return sentence


DEEP = 300


def after_quotes(quote, count, parts):
    """A text that ends in quotes of its own, which its line must not be hidden behind."""
    key = ".".join(["b"] * parts)
    return f"x = {{a = {quote * 3}x{quote * count}, {key} = 1}}"


NOT_TOML = {
    "words": ("this is not TOML", "not valid TOML"),
    "json": ('{"data": 1}', "not valid TOML"),
    "twice": ("a = 1\na = 2", "not valid TOML"),
    "unclosed": ("question = 'a", "not valid TOML"),
    "unclosed text": ('question = """a', "not valid TOML"),
    "nul": ("question = 'a\0b'", "not valid TOML"),
    "long integer": ("seeds = " + "9" * 5000, "not valid TOML"),
    "integer": ("seeds = 9223372036854775808", "64 bits"),
    "hex integer": ("seeds = 0x" + "f" * 10_000, "64 bits"),
    "integer in a list": ("[data]\nname = 'inline'\ny = [1]\nx = [-1" + "0" * 400 + "]", "64 bits"),
    "brackets": ("x = " + "[" * DEEP + "]" * DEEP, "nested"),
    "many brackets": ("x = " + "[" * 500_000, "nested"),
    "braces": ("x = " + "{ a = " * DEEP + "1" + " }" * DEEP, "nested"),
    "brackets after a text": ('x = ["""\n\'""", ' + "[" * DEEP + "]" * DEEP + "]", "nested"),
    "dotted key": (".".join(["a"] * 20_000) + " = 1", "nested"),
    "spaced key": (" . ".join(["a"] * 10_000) + " = 1", "nested"),
    "quoted key": (".".join(['"a"'] * 10_000) + " = 1", "nested"),
    "dotted header": ("[" + ".".join(["a"] * 20_000) + "]", "nested"),
    "dotted inline": ("x = { " + ".".join(["a"] * 20_000) + " = 1 }", "nested"),
    "four quotes": (after_quotes('"', 4, 3000), "nested"),
    "five quotes": (after_quotes('"', 5, 3000), "nested"),
    "four apostrophes": (after_quotes("'", 4, 3000), "nested"),
    "five apostrophes": (after_quotes("'", 5, 3000), "nested"),
    "four quotes, long": (after_quotes('"', 4, 400_000), "nested"),
    "five apostrophes, long": (after_quotes("'", 5, 400_000), "nested"),
    "brackets after quotes": ('x = ["""x"""", ' + "[" * DEEP + "]" * DEEP + "]", "nested"),
    "six quotes": (after_quotes('"', 6, 3), "not valid TOML"),
    "escaped quotes": ('question = "' + '\\"' * 500_000, "not valid TOML"),
    "one word": ("a" * 1_000_000, "not valid TOML"),
    "quotes": ('"' * 1_000_000, "not valid TOML"),
    "spaces": ("a" + " " * 1_000_000, "not valid TOML"),
    "too large": ("#" + "a" * (1 << 20), "larger than 1 MB"),
}


def test_a_pipe_by_name_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.toml")
    for command in ("run", "show", "reproduce", "sweep"):
        sentence = process(command, tmp_path / "a.toml").sentence
        place = tmp_path / "a.toml"
        assert sentence == f"{place} is a pipe; give a scenario file, or /dev/stdin"


def test_a_scenario_may_come_through_the_pipe_of_a_shell(tmp_path):
    for place in ("/dev/stdin < <(echo '{}')", "<(echo '{}')"):
        command = f"{sys.executable} -m fastdense_cli show {place.format(SHELL)}"
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("case", NOT_TOML)
def test_what_is_not_toml(case, tmp_path):
    text, expected = NOT_TOML[case]
    (tmp_path / "bad.toml").write_text(text, "utf-8")
    assert expected in refused(tmp_path / "bad.toml")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"question = '\xe9'", bytes(range(256)) * 64])
def test_what_is_not_utf8(content, tmp_path):
    (tmp_path / "bad.toml").write_bytes(content)
    assert "not UTF-8" in refused(tmp_path / "bad.toml")


def test_what_is_no_file(tmp_path, monkeypatch):
    assert "does not exist" in refused(tmp_path / "none.toml")
    (tmp_path / "folder.toml").mkdir()
    assert "is a folder" in refused(tmp_path / "folder.toml")
    assert "too long" in refused(tmp_path / ("x" * 300 + ".toml"))


def test_what_may_not_be_read(tmp_path, monkeypatch):
    """Simulated, for a superuser may read anything."""
    (tmp_path / "secret.toml").write_text(DATA)

    def refuse(self, *arguments):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    assert "Permission denied" in refused(tmp_path / "secret.toml")


def test_brackets_and_dots_in_texts_and_comments_do_no_harm(tmp_path):
    harmless = "# " + "[" * 100 + "a." * 100 + "\n"
    harmless += "question = '" + "[{" * 50 + "a." * 50 + "'\n"
    harmless += 'source = """\n' + "[" * 50 + "it's \\\" a.\n" * 50 + '"""\n'
    (tmp_path / "good.toml").write_text(harmless + DATA)
    assert call("run", tmp_path / "good.toml", "--seeds", 1).code == 0


BAD_TABLES = {
    # unknown keys at every level
    "[dta]\n": "did you mean 'data'",
    "sead = 1\n" + DATA: "did you mean 'seeds'",
    DATA + "ys = [1]\n": "unknown key of inline data 'ys'",
    DATA + "[network]\nhiden = [3]\n": "did you mean 'hidden'",
    DATA + "[recipe]\nepoch = 3\n": "did you mean 'epochs'",
    DATA + "[arms.a]\nrecip.epochs = 3\n": "did you mean 'recipe'",
    DATA + "[outcome]\ntale = 0.1\n": "did you mean 'tail'",
    DATA + "[[claims]]\ntextt = 'a'\n": "did you mean 'text'",
    DATA + "[network]\nlayers = [{ dense = 1, activaton = 'relu' }]\n": "did you mean 'activation'",
    DATA + "[network]\nlayers = [{ dens = 1 }]\n": "did you mean 'dense'",
    DATA + "[network]\nhidden = [3]\nlayers = [{ dense = 1 }]\n": "unknown key in [network]",
    DATA + "[network]\noutputs = 1\nlayers = [{ dense = 1 }]\n": "beside layers 'outputs'",
    DATA + "[network]\nweights = { name = 'constant', valu = 1 }\n": "did you mean 'value'",
    DATA + "[recipe]\nloss = { name = 'huber', dleta = 1 }\n": "did you mean 'delta'",
    CLAIM % "measure = 'final_loss', beloww = 1": "exactly one of",
    CLAIM % "measure = 'final_loss', below = 1, extra = 1": "unknown key of a test",
    CLAIM % "outcome = 'stalled', below = 1": "unknown key of a test",
    # wrong types at every place
    "question = 3\n" + DATA: "question is 3; expected text",
    "source = ['a']\n" + DATA: "expected text",
    "seeds = 0\n" + DATA: "seeds is 0",
    "seeds = 1.5\n" + DATA: "seeds is 1.5",
    "seeds = 1000000000000\n" + DATA: "from 1 to 1000000",
    "observe = -1\n" + DATA: "observe is -1",
    "data = 3\n": "data is 3; expected a table",
    "network = []\n" + DATA: "network is []; expected a table",
    "recipe = 'sgd'\n" + DATA: "recipe is 'sgd'; expected a table",
    "arms = 3\n" + DATA: "arms must be tables",
    "arms = {}\n" + DATA: "at least one",
    "arms.a = 3\n" + DATA: "arms.a is 3; expected a table",
    "arms.'' = {}\n" + DATA: "names no arm",
    'arms."a\\u001b" = {}\n' + DATA: "names no arm",
    "claims = 3\n" + DATA: "claims are tables",
    "claims = [3]\n" + DATA: "expected a table",
    "outcome = 3\n" + DATA: "outcome is 3; expected a table",
    DATA + "[[claims]]\ntext = 3\ntests = [{ outcome = 'stalled' }]\n": "expected text",
    DATA + "[[claims]]\nhow_often = ['always']\n": "how_often",
    DATA + "[[claims]]\nhow_often = 'alway'\n": "did you mean 'always'",
    DATA + "[[claims]]\ntext = 'a'\n": "needs 'tests'",
    DATA + "[[claims]]\ntests = []\n": "needs 'tests'",
    DATA + "[[claims]]\ntests = [3]\n": "expected a table",
    DATA + "[[claims]]\ntests = [{}]\n": "unknown measure",
    CLAIM % "measure = ['final_loss'], below = 1": "unknown measure",
    CLAIM % "measure = 'finl_loss', below = 1": "did you mean 'final_loss'",
    CLAIM % "measure = 'final_loss'": "exactly one of",
    CLAIM % "measure = 'final_loss', below = 1, above = 0": "exactly one of",
    CLAIM % "measure = 'final_loss', below = true": "expected a number or an arm",
    CLAIM % "measure = 'final_loss', below = nan": "expected a number or an arm",
    CLAIM % "measure = 'final_loss', below = []": "expected a number or an arm",
    CLAIM % "measure = 'final_loss', below = 'other'": "unknown arm",
    CLAIM % "arm = 'other', measure = 'final_loss', below = 1": "unknown arm",
    CLAIM % "arm = ['only'], measure = 'final_loss', below = 1": "unknown arm",
    CLAIM % "measure = 'test_loss_range', below = 1": "needs test rows",
    TWO_ARMS % "{ measure = 'final_loss', below = 'b' }" + "how_often = 'often'\n": "leave it out",
    TWO_ARMS % "{ measure = 'final_loss', below = 'b' }" + "how_often = 'always'\n": "leave it out",
    TWO_ARMS % "{ measure = 'final_loss', below = 'b' }, { outcome = 'slow' }": "stands alone",
    TWO_ARMS % "{ outcome = 'slow' }, { measure = 'final_loss', below = 'b' }": "stands alone",
    TWO_ARMS % ("{ measure = 'final_loss', below = 'b' }, " * 2): "stands alone",
    CLAIM % "outcome = 'stoled'": "did you mean 'stalled'",
    CLAIM % "outcome = []": "expected a list of outcomes",
    CLAIM % "outcome = [['stalled']]": "unknown outcome",
    CLAIM % "outcome = 3": "expected a list of outcomes",
    # numbers that are none, or out of range
    DATA + "[outcome]\ntail = nan\n": "outcome.tail is nan",
    DATA + "[outcome]\ntail = 2.0\n": "outcome.tail is 2.0",
    DATA + "[outcome]\ntrend = inf\n": "outcome.trend is inf",
    DATA + "[outcome]\ntrend = true\n": "outcome.trend is True",
    DATA + "[outcome]\nswing = -1\n": "outcome.swing is -1",
    DATA + "[recipe]\nlearning_rate = nan\n": "learning_rate is nan",
    DATA + "[recipe]\nlearning_rate = inf\n": "learning_rate is inf",
    DATA + "[recipe]\nlearning_rate = -0.1\n": "learning_rate is -0.1",
    DATA + "[recipe]\nlearning_rate = '0.1'\n": "learning_rate is '0.1'",
    DATA + "[recipe]\nlearning_rate = true\n": "learning_rate is True",
    DATA + "[recipe]\nepochs = -1\n": "epochs is -1",
    DATA + "[recipe]\nepochs = 1e3\n": "epochs is 1000.0",
    DATA + "[recipe]\nbatch_size = 4\n": "larger than the 3 samples",
    DATA + "[recipe]\nbatch_size = -1\n": "batch_size is -1",
    DATA + "[recipe]\nbatch_size = 'all'\n": "batch_size is 'all'",
    DATA + "[recipe]\nl2 = -1\n": "l2 is -1",
    DATA + "[recipe]\nclass_weights = 1\n": "expected a list",
    DATA + "[recipe]\nclass_weights = [-1, 1]\n": "a class weight is -1",
    DATA + "[recipe]\nloss = 3\n": "3 does not choose",
    DATA + "[recipe]\nloss = 'msee'\n": "did you mean 'mse'",
    DATA + "[recipe]\nloss = { name = 'huber', delta = nan }\n": "nan is not finite",
    DATA + "[recipe]\nloss = { name = 'huber', delta = 'a' }\n": "'a' is not a number",
    DATA + "[recipe]\noptimizer = { name = 'adam', beta1 = 1.5 }\n": "beta1 of adam is 1.5",
    DATA + "[recipe]\nschedule = 'cosin'\n": "did you mean 'cosine'",
    DATA + "[recipe]\nseed = 1\n": "--seed",
    DATA + "[network]\nhidden = 'a'\n": "network.hidden is 'a'",
    DATA + "[network]\nhidden = [-1]\n": "units is -1",
    DATA + "[network]\nhidden = [2.0]\n": "units is 2.0",
    DATA + "[network]\nactivation = 'rlu'\nhidden = [2]\n": "did you mean 'relu'",
    DATA + "[network]\nlayers = []\n": "must end in a dense layer",
    DATA + "[network]\nlayers = [{ dropout = 0.5 }]\n": "must end in a dense layer",
    DATA + "[network]\nlayers = [{ dense = 2 }]\n": "2 outputs",
    DATA + "[network]\nhidden = [2]\ndropout = 1.0\n": "dropout is 1.0",
    DATA + "[network]\nhidden = [2]\ndropout = 'a'\n": "dropout is 'a'",
    # what other files of the engine refuse
    DATA + "[recipe]\noptimizer = { name = 'adam', epsilon = [1] }\n": "expected one number",
    DATA.replace("[0, 1, 0]", "[0, 0, 0]")
    + "[recipe]\nclass_weights = [0, 1]\nloss = 'binary_crossentropy'\n": "no row that counts",
    DATA + "[recipe]\nclass_weights = [0, 0]\n": "class_weights are all zero",
    DATA + "[recipe]\nclass_weights = [1]\nloss = 'binary_crossentropy'\n": "class weights",
    DATA + "[recipe]\nepochs = 1000000000000000\n": "points of a curve",
    DATA + "[network]\nactivation = ['relu']\nhidden = [2]\n": "activation is ['relu']",
    DATA + "[network]\nlayers = 5\n": "expected a list",
    DATA + "[network]\nhidden = [4611686018427387904]\n": "parameters",
    DATA + "[network]\nweights = { name = 'constant', value = 1e300 }\n": "range of float32",
    DATA + "[network]\nweights = { name = 'explicit', values = [[1], [2, 3]] }\n": "equal length",
    DATA + "[network]\nweights = { name = 'explicit', values = [[1, 2]] }\n": "shape",
    # data
    "[data]\nname = 'inlin'\n": "did you mean 'inline'",
    "[data]\nname = 3\n": "needs a 'name'",
    "[data]\nx = [1]\ny = [1]\n": "needs a 'name'",
    "[network]\nhidden = [2]\n": "needs a 'name'",
    "[data]\nname = 'inline'\nx = [1]\n": "need 'y'",
    "[data]\nname = 'inline'\nx = 1\ny = [1]\n": "need 'x'",
    "[data]\nname = 'inline'\nx = []\ny = []\n": "empty",
    "[data]\nname = 'inline'\nx = [[], []]\ny = [1, 2]\n": "empty",
    "[data]\nname = 'inline'\nx = [1, 2]\ny = [1]\n": "2 rows of inputs but 1 of targets",
    "[data]\nname = 'inline'\nx = [[1, 2], [3]]\ny = [1, 2]\n": "equal length",
    "[data]\nname = 'inline'\nx = [[1], 2]\ny = [1, 2]\n": "equal length",
    "[data]\nname = 'inline'\nx = [[[1]], [[2]]]\ny = [1, 2]\n": "Flatten() before it",
    "[data]\nname = 'inline'\nx = ['1', '2']\ny = [1, 2]\n": "not a list of numbers",
    "[data]\nname = 'inline'\nx = [true, false]\ny = [1, 2]\n": "not a list of numbers",
    "[data]\nname = 'inline'\nx = [1979-05-27]\ny = [1]\n": "not a list of numbers",
    "[data]\nname = 'inline'\nx = [{ a = 1 }]\ny = [1]\n": "not a list of numbers",
    "[data]\nname = 'inline'\nx = [1, nan]\ny = [1, 2]\n": "NaN or infinity in row 1",
    "[data]\nname = 'inline'\nx = [1, 2]\ny = [inf, 2]\n": "NaN or infinity in row 0",
    "[data]\nname = 'inline'\nx = [1, 1e300]\ny = [1, 2]\n": "range of float32",
    DATA + "test = 3\n": "leave some to train on",
    DATA + "test = -1\n": "data.test is -1",
    DATA + "test = true\n": "data.test is True",
    DATA + "count = 3\n": "unknown key of inline data",
    "[data]\nname = 'sine'\ncount = -1\n": "data.count is -1",
    "[data]\nname = 'sine'\ncount = 4611686018427387904\n": "at most",
    "[data]\nname = 'sine'\nseed = -1\n": "data.seed is -1",
    "[data]\nname = 'sine'\namplitude = nan\n": "data.amplitude is nan",
    "[data]\nname = 'sine'\namplitude = 'a'\n": "data.amplitude is 'a'",
    "[data]\nname = 'sine'\nspacing = 3\n": "data.spacing",
    "[data]\nname = 'polynomial'\ncoefficients = 3\n": "data.coefficients is a list",
    "[data]\nname = 'polynomial'\ncoefficients = ['a']\n": "'a' is not a number",
    "[data]\nname = 'polynomial'\ncoefficients = [[1]]\n": "data.coefficients is a list",
    "[data]\nname = 'polynomial'\ncoefficients = [1e308, 1e308]\n": "NaN or infinity",
    "[data]\nname = 'random_labels'\nfeatures = 2.5\n": "whole number",
    "[data]\nname = 'random_labels'\ncount = 10000000\nfeatures = 9999\n": "too large",
    # targets and their loss
    DATA.replace("[0, 1, 0]", "[0, 2, 0]") + "[recipe]\nloss = 'binary_crossentropy'\n":
        "between 0 and 1",
    DATA.replace("[0, 1, 0]", "[-1, 1, 0]") + "[recipe]\nloss = 'sparse_softmax_cross_entropy'\n":
        "labels run from -1",
    DATA.replace("[0, 1, 0]", "[0, 1.5, 0]") + "[recipe]\nloss = 'sparse_softmax_cross_entropy'\n":
        "whole numbers",
    DATA + "[network]\noutputs = 1\n[recipe]\nloss = 'sparse_softmax_cross_entropy'\n":
        "labels run from 0 to 1",
    DATA.replace("[0, 1, 0]", "[[0, 1], [1, 1], [1, 0]]")
    + "[recipe]\nloss = 'softmax_cross_entropy'\n": "sum to 1",
}  # fmt: skip


@pytest.mark.parametrize("text", BAD_TABLES)
def test_tables_that_cannot_be_used(text, tmp_path):
    (tmp_path / "bad.toml").write_text(text, "utf-8")
    assert BAD_TABLES[text] in refused(tmp_path / "bad.toml")


CSV = "[data]\nname = 'csv'\nfile = 'rows.csv'\n"
BAD_CSV = {
    "ragged": ("1,2\n3\n", "", "1 column instead of 2 on line 2"),
    "ragged below a header": ("x,y\n\n1,2\n3,4,5\n", "", "3 columns instead of 2 on line 4"),
    "text": ("1,2\n3,four\n", "", "no number on line 2 of column 2 ('four')"),
    "missing": ("1,2\n3,\n", "", "no number on line 2 of column 2 (nothing)"),
    "empty": ("", "", "is empty"),
    "blank": ("\n\n", "", "is empty"),
    "header alone": ("x,y\n", "", "no rows"),
    "nan": ("1,2\nnan,2\n", "", "line 2 of column 1 (nothing)"),
    "infinity": ("1,2\n1,inf\n", "", "line 2 of column 2 ('inf')"),
    "one column": ("1\n2\n", "", "has 1 column to read, by its line 1, '1'"),
    "too many targets": ("1,2\n", "targets = 2", "expected 1 to 1"),
    "no targets": ("1,2\n", "targets = 0", "expected 1 to 1"),
    "true targets": ("1,2\n", "targets = true", "data.targets is a number"),
    "unknown target": ("x,label\n1,2\n", "targets = 'lable'", "did you mean 'label'"),
    "all targets": ("x,y\n1,2\n", "targets = ['x', 'y']", "every column is a target"),
    "names without a header": ("1,2\n", "targets = 'y'", "a header"),
    "two of a name": ("x,y,y\n1,2,3\n", "targets = 'y'", "2 columns 'y'"),
    "separator": ("1,2\n", "separator = 'ab'", "data.separator is 'ab'"),
    "no separator": ("1,2\n", "separator = ''", "data.separator is ''"),
    "line separator": ("1,2\n", "separator = '''\n\n'''", "data.separator"),
    "numeric separator": ("1,2\n", "separator = 3", "data.separator is 3"),
    "long field": ("1," + "2" * 200_000 + "\n", "", "field larger"),
    "unknown key": ("1,2\n", "heder = true", "did you mean 'header'"),
    "decimal": ("1,2\n", "decimal = ','", 'data.decimal is ",", which separates columns'),
    "header": ("1,2\n", "header = 'yes'", "data.header is 'yes'"),
    "drop": ("1,2\n", "drop = 1", "data.drop is 1"),
    "drop of nothing": ("x,y\n1,2\n", "drop = ['z']", "unknown column 'z'"),
    "drop beyond": ("x,y\n1,2\n", "drop = [3]", "from 1 to 2"),
    "drop true": ("x,y\n1,2\n", "drop = [true]", "data.drop names True"),
    "drop all but one": ("x,y\n1,2\n", "drop = ['x']", "has 1 column to read"),
    "drop by name without names": ("1,2\n", "drop = ['x']", "data.drop names 'x'"),
    "drop of a target": ("x,y\n1,2\n", "targets = 'y'\ndrop = ['y']", "has 1 column"),
    "drop of one of two targets": ("x,y,z\n1,2,3\n", "targets = 'y'\ndrop = ['y']", "choose one"),
    "count": ("1,2\n", "count = 3", "unknown key of csv data"),
    "rows to test on": ("1,2\n", "test = 1", "leave some to train on"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_CSV)
def test_csv_files_that_cannot_be_used(case, tmp_path):
    rows, keys, expected = BAD_CSV[case]
    (tmp_path / "rows.csv").write_text(rows, "utf-8")
    (tmp_path / "bad.toml").write_text(CSV + keys)
    assert expected in refused(tmp_path / "bad.toml")


def test_csv_files_that_are_none(tmp_path):
    (tmp_path / "bad.toml").write_text(CSV)
    assert "does not exist" in refused(tmp_path / "bad.toml")
    (tmp_path / "rows.csv").write_bytes(b"\xff\xfe1,2\n")
    assert "not a CSV file" in refused(tmp_path / "bad.toml")
    (tmp_path / "rows.csv").unlink()
    (tmp_path / "rows.csv").mkdir()
    assert "is not a file" in refused(tmp_path / "bad.toml")
    (tmp_path / "bad.toml").write_text("[data]\nname = 'csv'\n")
    assert "data.file is missing" in refused(tmp_path / "bad.toml")


@pytest.mark.parametrize("file", ["''", "'.'", "3", "[]", "'" + "x" * 300 + "'", '"a\\u0000b"'])
@pytest.mark.parametrize("source", ["csv", "npz"])
def test_paths_that_are_none(source, file, tmp_path):
    (tmp_path / "bad.toml").write_text(f"[data]\nname = '{source}'\nfile = {file}\n")
    assert "file" in refused(tmp_path / "bad.toml").lower()


def test_data_files_that_may_not_be_read(tmp_path, monkeypatch):
    """Simulated, for a superuser may read anything."""
    (tmp_path / "rows.csv").write_text("1,2\n")
    (tmp_path / "bad.toml").write_text(CSV)
    opened = Path.open

    def refuse(self, *arguments):
        if self.suffix == ".csv":
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, *arguments)

    monkeypatch.setattr(Path, "open", refuse)
    assert "Permission denied" in refused(tmp_path / "bad.toml")


NPZ = "[data]\nname = 'npz'\nfile = 'rows.npz'\n"
X, Y = np.arange(6.0).reshape(3, 2), np.arange(3.0)
BAD_NPZ = {
    "objects": (dict(x=np.array([{}, [], "a"], object), y=Y), "", "an array of Python objects"),
    "no targets": (dict(x=X), "", "unknown array in rows.npz 'y'"),
    "other names": (
        dict(a=X, b=Y), "", 'holds a, b: name the inputs by x = "a" and the targets by y = "b"'
    ),
    "another name": (dict(x=X, label=Y), "", "name the targets by y = \"label\""),
    "a near name": (dict(input=X, y=Y), "x = 'inputs'", "did you mean 'input'"),
    "a name that is none": (dict(x=X, y=Y), "x = ['x']", "unknown array"),
    "text": (dict(x=np.array(["a", "b", "c"]), y=Y), "", "are text, such as 'a'"),
    "records": (dict(x=np.zeros(3, "f8,f8"), y=Y), "", "are records"),
    "complex": (dict(x=X * 1j, y=Y), "", "complex"),
    "rows": (dict(x=X, y=Y[:2]), "", "3 rows of inputs but 2"),
    "no rows": (dict(x=X[:0], y=Y[:0]), "", "empty"),
    "a number": (dict(x=np.array(1.0), y=np.array(1.0)), "test = 1", "dimensions"),
    "dimensions": (dict(x=X.reshape(3, 2, 1, 1, 1), y=Y), "", "5 dimensions"),
    "images": (dict(x=X.reshape(3, 2, 1), y=Y), "", "Flatten() before it"),
    "nan": (dict(x=X * np.nan, y=Y), "", "NaN or infinity in row 0"),
    "test rows": (dict(x=X, y=Y), "test = 3", "leave some to train on"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_NPZ)
def test_npz_files_that_cannot_be_used(case, tmp_path):
    arrays, keys, expected = BAD_NPZ[case]
    np.savez(tmp_path / "rows.npz", **arrays)
    (tmp_path / "bad.toml").write_text(NPZ + keys)
    assert expected in refused(tmp_path / "bad.toml")


NO_NPZ = ("text", "empty", "npy", "pickle", "zip of text", "cut", "flipped")


@pytest.mark.parametrize("case", NO_NPZ)
def test_npz_files_that_are_none(case, tmp_path):
    file = io.BytesIO()
    np.savez_compressed(file, x=X, y=Y)
    whole = file.getvalue()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("x", "text")
        members.writestr("y.npy", b"\x93NUMPY\x01\x00\xff\xff{")
    plain = io.BytesIO()
    np.save(plain, X)
    content = {
        "text": b"1,2,3",
        "empty": b"",
        "npy": plain.getvalue(),
        "pickle": pickle.dumps([1, 2]),
        "zip of text": archive.getvalue(),
        "cut": whole[: len(whole) // 2],
        "flipped": whole[:60] + bytes(b ^ 255 for b in whole[60:90]) + whole[90:],
    }[case]
    (tmp_path / "rows.npz").write_bytes(content)
    (tmp_path / "bad.toml").write_text(NPZ)
    sentence = refused(tmp_path / "bad.toml")
    assert "is not an .npz file" in sentence
    assert ("numpy.savez(FILE, x=inputs, y=targets)" in sentence) == (
        case in ("text", "empty", "npy", "pickle", "cut")
    )


CLAIMED = {
    "a terabyte": ((1 << 40, 1), "f8", (1, 0)),
    "a product of 64 bits": ((1 << 62, 4), "f8", (1, 0)),
    "a product that is zero": ((1 << 62, 1 << 62), "f8", (2, 0)),
    "one row more": ((7, 1), "f8", (1, 0)),
    "objects": ((1 << 40, 1), "O", (1, 0)),
    "records": ((1 << 40, 1), "f8", (3, 0)),
    "less than nothing": ((-1, 1), "f8", (1, 0)),
}


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("case", CLAIMED)
def test_npz_files_that_claim_more_than_they_hold(case, compression, tmp_path):
    """No memory is asked for that a header only promises."""
    shape, dtype, version = CLAIMED[case]
    member = io.BytesIO()
    header = {"descr": "<f8" if dtype == "f8" else "|O", "fortran_order": False, "shape": shape}
    if version == (1, 0):
        np.lib.format.write_array_header_1_0(member, header)
    else:
        np.lib.format.write_array_header_2_0(member, header)
    member.write(np.arange(6.0).tobytes())
    member.getbuffer()[6] = version[0]  # behind the six bytes that say what the file is
    with zipfile.ZipFile(tmp_path / "rows.npz", "w", compression) as archive:
        archive.writestr("x.npy", member.getvalue())
        archive.writestr("y.npy", member.getvalue())
    (tmp_path / "bad.toml").write_text(NPZ)
    sentence = refused(tmp_path / "bad.toml")
    expected = (
        "an array of Python objects" if case == "objects" else "rows.npz is not an .npz file: "
    )
    assert expected in sentence
