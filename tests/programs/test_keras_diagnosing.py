"""The diagnosis of a program's fits, and which of its lines it names."""

import json
import textwrap

import pytest
from terminal import call

import fastdense.keras as keras
from fastdense.keras.diagnosing import Diagnoses

# Six hidden layers of sigmoids, of which the first has its activation to itself.
STUCK = """
import numpy as np
from keras.models import Sequential
from keras.layers import Activation, Dense
x = np.random.RandomState(0).normal(size=(200, 5))
y = (x[:, 0] > 0).astype(int)
model = Sequential()
model.add(Dense(16, input_dim=5))
model.add(Activation("sigmoid"))
for _ in range(5):
    model.add(Dense(16, activation="sigmoid"))
model.add(Dense(1, activation="sigmoid"))
model.compile(loss="binary_crossentropy", optimizer="sgd")
model.fit(x, y, nb_epoch=10, verbose=0)
print("done")
"""


def diagnosed(text, tmp_path, *options):
    path = tmp_path / "program.py"
    path.write_text(textwrap.dedent(text))
    return call("diagnose", str(path), "--effort", "quick", *options)


def test_the_answer_names_the_lines_to_change(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = diagnosed(STUCK, tmp_path)
    assert "done" in result.out and "program.py, line 14: fit, loss 0." in result.out
    assert "gradient vanishes" in result.out
    changed = [line for line in result.out.splitlines() if "Change program.py, line " in line]
    numbers = {int(line.split("line ")[1].split(":")[0]) for line in changed}
    assert numbers and numbers <= {9, 11, 8, 13, 14}
    if any("activation=" in line for line in changed):
        assert {9, 11} <= numbers


def test_it_is_told_as_json_beside_what_the_program_prints(tmp_path):
    result = diagnosed(STUCK, tmp_path, "--json")
    told = json.loads(result.out)
    (fit,) = told["fits"]
    assert "done" in result.err and fit["line"] == 14
    assert fit["diagnosis"]["causes"][0]["cause"] == "vanishing_depth"
    assert all(change["keras"] for change in fit["changes"])


def test_a_healthy_fit_is_no_reason_to_worry(tmp_path):
    text = """
    import numpy as np, keras
    x = np.linspace(-1, 1, 100)
    model = keras.Sequential([keras.layers.Dense(1, input_dim=1)])
    model.compile(keras.optimizers.Adam(0.05), "mse")
    model.fit(x, 2 * x + 1, epochs=100, verbose=0)
    """
    result = diagnosed(text, tmp_path)
    assert result.code == 0 and "Nothing is wrong" in result.out


@pytest.mark.parametrize(
    "text, options, code, word",
    [
        ("import keras", [], 2, "no fit ended"),
        ("import keras\nraise SystemExit(4)", [], 4, ""),
        ("import keras", ["--set", "recipe.epochs=3"], 2, "--set"),
        ("import keras", ["--target", "y"], 2, "--target"),
        ("import keras", ["--observed", "2.3"], 2, "--observed"),
        ("import keras\nkeras.layers.LSTM(3)", [], 2, "LSTM"),
    ],
)
def test_what_cannot_be_diagnosed_is_said(text, options, code, word, tmp_path):
    result = diagnosed(text, tmp_path, *options)
    assert result.code == code and word in result.err
    assert "Traceback" not in result.err


def test_fits_alike_are_diagnosed_once():
    told = []
    keras.utils.set_random_seed(1)
    x, y = [[0.0], [1.0], [2.0], [3.0]] * 5, [0.0, 1.0, 2.0, 3.0] * 5
    with Diagnoses(told.append) as found:
        for _ in range(2):
            model = keras.Sequential([keras.layers.Dense(1, input_dim=1)])
            model.compile(keras.optimizers.SGD(0.0), "mse")
            model.fit(x, y, epochs=30, verbose=0)
        assert len(told) == 1  # the second model may be trained on
        found.end()
    assert found.every[0].found is found.every[1].found and len(told) == 2
    assert found.every[1].known == found.every[0].place
    assert found.every[0].found.causes[0].name == "rate_zero"
    place, words = found.every[0].changes[0]
    assert place[0] == __file__ and "learning_rate" in words
    model.fit(x, y, epochs=3, verbose=0)
    assert len(told) == 2  # nobody looks any more


def test_a_monitor_says_it_while_a_model_is_trained(capsys):
    model = keras.Sequential([keras.layers.Dense(1, input_dim=1)])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    x = [[0.0], [1.0]]
    model.fit(x, [0.0, 1.0], epochs=30, verbose=0, callbacks=[keras.StallMonitor(patience=5)])
    assert capsys.readouterr().err.count("has not fallen below") == 1
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(x, [0.0, 1.0], epochs=30, verbose=0, callbacks=[keras.StallMonitor(patience=5)])
    assert capsys.readouterr().err == ""


def test_what_the_diagnosis_leaves_out_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = """
    import numpy as np, keras
    from keras.layers import Dense
    x = np.random.RandomState(0).normal(size=(60, 3))
    model = keras.Sequential([keras.Input((3,)), Dense(1, kernel_constraint="non_neg", name="one")])
    model.compile("sgd", "mse")
    callbacks = [keras.callbacks.EarlyStopping("loss"), keras.callbacks.CSVLogger("log.csv")]
    model.fit(x, x[:, :1], verbose=0, callbacks=callbacks)
    """
    result = diagnosed(text, tmp_path, "--json")
    (fit,) = json.loads(result.out)["fits"]
    assert fit["without"] == ["the constraints of one", "EarlyStopping"]


def test_a_frozen_layer_is_found_where_it_was_frozen(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = """
    import numpy as np, keras
    from keras.layers import Dense
    x = np.random.RandomState(0).normal(size=(300, 4))
    y = np.sin(2 * x[:, :1]) + x[:, 1:2] * x[:, 2:3]
    model = keras.Sequential([keras.Input((4,)), Dense(5, "relu"), Dense(12, "relu"), Dense(1)])
    for layer in model.layers[:-1]:
        layer.trainable = False
    model.compile("adam", "mse")
    model.fit(x, y, epochs=200, verbose=0)
    """
    result = diagnosed(text, tmp_path)
    assert "Layers are frozen" in result.out
    assert "Change program.py, line 8: trainable = True" in result.out


HELD = """
import numpy as np, keras
from keras.layers import Dense
x = np.random.RandomState(0).normal(size=(100, 3))
y = x[:, :1] + 2 * x[:, 1:2]
keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((3,)), Dense(1CONSTRAINT)])
SET
model.compile(keras.optimizers.SGD(0.01), "mse")
model.fit(x, y, epochs=500, verbose=0, callbacks=[CALLBACKS])
"""


@pytest.mark.parametrize(
    "parts, word",
    [
        ({"CALLBACKS": "keras.callbacks.EarlyStopping('loss', min_delta=9)"}, "EarlyStopping"),
        ({"CALLBACKS": "keras.callbacks.LearningRateScheduler(lambda epoch: 1e-9)"}, "Scheduler"),
        ({"CONSTRAINT": ", kernel_constraint=keras.constraints.MinMaxNorm(0, 0.1)"}, "constraints"),
    ],
)
def test_a_fit_that_something_holds_back_is_not_called_healthy(parts, word, tmp_path):
    text = HELD
    for name in ("CONSTRAINT", "SET", "CALLBACKS"):
        text = text.replace(name, parts.get(name, ""))
    result = diagnosed(text, tmp_path)
    assert "It is none of its settings" in result.out and word in result.out
    assert "Nothing is wrong" not in result.out and result.code == 3


def test_fits_of_a_model_one_after_the_other_are_one_training(tmp_path):
    text = """
    import numpy as np, keras
    x = np.random.RandomState(0).normal(size=(100, 3))
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    for epoch in range(60):
        model.fit(x, x[:, :1], verbose=0)
    """
    result = diagnosed(text, tmp_path, "--json")
    (fit,) = json.loads(result.out)["fits"]
    assert fit["times"] == 60 and fit["diagnosis"]["healthy"] and not fit["held_back"]


def test_a_loss_beyond_numbers_is_json_too(tmp_path):
    text = """
    import numpy as np, keras
    x = 1e3 * np.random.RandomState(0).normal(size=(60, 3))
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(x, 1e3 * x[:, :1], epochs=3, verbose=0)
    """
    result = diagnosed(text, tmp_path, "--json")
    (fit,) = json.loads(result.out)["fits"]
    assert fit["loss"] in ("inf", "nan")


def test_changes_are_keywords_of_the_layers_that_are_to_change(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = """
    import numpy as np, keras
    from keras.layers import Dense, Dropout
    x = np.random.RandomState(0).normal(size=(300, 3))
    y = np.sin(3 * x[:, 0]) + x[:, 1]
    model = keras.Sequential([Dense(16, activation="relu", input_dim=3)])
    model.add(Dropout(0.9))
    model.add(Dense(16, activation="relu"))
    model.add(Dropout(0.9))
    model.add(Dense(1))
    model.compile("adam", "mse")
    model.fit(x, y, epochs=100, verbose=0)
    """
    result = diagnosed(text, tmp_path)
    for line in (7, 9):
        assert f"Change program.py, line {line}: leave out dropout" in result.out


def test_the_line_is_the_program_s_where_a_library_fits(tmp_path):
    library = tmp_path / "site-packages"
    library.mkdir()
    (library / "fits.py").write_text("def fit(model, *given):\n    model.fit(*given, verbose=0)\n")
    text = f"""
    import sys, numpy as np, keras
    sys.path.insert(0, {str(library)!r})
    import fastdense.keras.names as names
    names.LIBRARIES = (*names.LIBRARIES, {str(library)!r})
    import fits
    x = np.random.RandomState(0).normal(size=(60, 3))
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    fits.fit(model, x, x[:, :1])
    """
    result = diagnosed(text, tmp_path, "--json")
    (fit,) = json.loads(result.out)["fits"]
    assert fit["file"].endswith("program.py") and fit["line"] == 10


def test_an_interrupted_diagnosis_tells_what_is_known(monkeypatch):
    from fastdense.diagnosis.search import Search

    told = []
    monkeypatch.setattr(Search, "try_singles", lambda self, settled: _interrupt())
    model = keras.Sequential([keras.layers.Dense(1, input_dim=1)])
    model.compile(keras.optimizers.SGD(1e-9), "mse")
    with Diagnoses(told.append, effort="quick") as found:
        model.fit([[0.0], [1.0], [2.0], [3.0]] * 5, [0.0, 1.0, 2.0, 3.0] * 5, verbose=0)
        with pytest.raises(KeyboardInterrupt):
            found.end()
    assert len(told) == 1 and not told[0].found.is_whole


def _interrupt():
    raise KeyboardInterrupt
