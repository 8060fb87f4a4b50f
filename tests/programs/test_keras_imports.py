"""Programs import Keras and TensorFlow under many names; what is not there says so."""

import subprocess
import sys
import textwrap

import pytest

from fastdense.keras import names_of_modules
from fastdense.keras.names import PACKAGE
from fastdense.keras.refused import NotServed


def run(text, *options, path=None, folder=None):
    """A program's exit code, and what it prints."""
    path = folder / "program.py"
    path.write_text(textwrap.dedent(text))
    done = subprocess.run(
        [sys.executable, "-m", "fastdense.keras", *options, path],
        capture_output=True,
        text=True,
        cwd=folder,
    )
    return done.returncode, done.stdout, done.stderr


def test_every_name_is_served(tmp_path):
    code, out, err = run(
        """
        import tensorflow as tf
        import keras
        from tensorflow import keras as kt
        from keras.models import Sequential, Model
        from keras.layers.core import Dense, Dropout, Activation
        from keras.layers.convolutional import Convolution2D, MaxPooling2D
        from keras.layers.normalization import BatchNormalization
        from keras.layers.advanced_activations import LeakyReLU
        from keras.layers import LSTM, Embedding, Lambda, concatenate
        from keras.optimizers import SGD
        from keras.optimizers.legacy import Adam
        from tensorflow.keras.optimizers.schedules import ExponentialDecay
        from keras.utils import np_utils
        from keras.utils.np_utils import to_categorical
        from keras.wrappers.scikit_learn import KerasClassifier
        from tensorflow.keras.preprocessing.image import ImageDataGenerator
        from tensorflow.python.keras.layers import Dense as Old
        from keras.initializers import he_normal, RandomNormal
        from keras.regularizers import l2
        from keras.datasets import mnist
        from keras import backend as K
        import keras.layers.core
        assert tf.keras is keras is kt and Old is Dense is keras.layers.Dense
        assert tf.keras.layers.Dense is Dense and tf.nn.relu is keras.activations.relu
        print(keras.__name__, tf.__version__, K.floatx())
        """,
        folder=tmp_path,
    )
    assert code == 0, err
    assert out.split()[0] == "fastdense.keras" and out.split()[-1] == "float32"


@pytest.mark.parametrize(
    "line, word",
    [
        ("keras.layers.LSTM(3)", "LSTM"),
        ("keras.layers.Lambda(lambda x: x)", "Lambda"),
        ("tf.GradientTape()", "GradientTape"),
        ("tf.data.Dataset.from_tensor_slices(({'a': [1.0], 'b': [2.0]}, [1.0]))", "2 inputs"),
        ("keras.layers.concatenate([1, 2])", "concatenate"),
        ("keras.optimizers.Ftrl()", "Ftrl"),
        ("keras.backend.gradients([1.0], [1.0])", "gradients"),
        ("keras.ops.mean(keras.Input((3,)))", "mean"),
        ("keras.layers.Dense(3, activation=lambda x: x)", "lambda"),
        ("keras.layers.Dense(3, activity_regularizer='l2')", "activity_regularizer"),
        ("keras.Sequential([keras.layers.Dense(1)]).compile('sgd', lambda a, b: a)", "loss"),
        ("keras.layers.Dense(2)(keras.Input((3, 4)))", "Flatten"),
        ("type('Own', (keras.layers.Layer,), {'call': lambda self, x: x})", "call"),
        ("type('Own', (keras.Model,), {'call': lambda self, x: x})", "call"),
    ],
)
def test_what_is_out_of_reach_is_refused_at_its_line_by_name(line, word, tmp_path):
    text = f"import keras\nimport tensorflow as tf\n{line}\n"
    code, _, err = run(text, folder=tmp_path)
    assert code == 2 and "line 3" in err and word in err and "Traceback" not in err


def test_a_program_ends_as_it_would_with_python(tmp_path):
    code, _, err = run("import keras\nraise SystemExit(7)\n", folder=tmp_path)
    assert code == 7
    code, _, err = run("import keras\n\n1 / 0\n", folder=tmp_path)
    assert code == 1 and "ZeroDivisionError" in err and "line 3" in err and "exec" not in err
    code, out, _ = run("import sys, keras\nprint(sys.argv[1:], __name__)\n", folder=tmp_path)
    assert (code, out) == (0, "[] __main__\n")


def test_a_notebook_may_load_it_as_an_extension(tmp_path):
    pytest.importorskip("IPython")
    path = tmp_path / "cells.ipy"
    path.write_text(
        "%load_ext fastdense.keras\nimport tensorflow as tf, keras\nprint(tf.__name__)\n"
    )
    command = [sys.executable, "-m", "IPython", "--colors=NoColor", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.split() == ["fastdense.tf"], done.stdout + done.stderr


def test_figures_that_are_shown_are_kept_beside_others(tmp_path):
    (tmp_path / "figure_1.png").write_text("mine")
    text = """
    import matplotlib.pyplot as plt
    plt.plot([1, 2])
    plt.savefig("own.png")
    plt.close()
    SHOW
    """
    code, _, err = run(text.replace("SHOW", ""), folder=tmp_path)
    assert code == 0 and not err
    assert {path.name for path in tmp_path.glob("*.png")} == {"figure_1.png", "own.png"}
    code, _, err = run(text.replace("SHOW", "plt.plot([1]); plt.show()"), folder=tmp_path)
    assert code == 0 and "figure_2.png" in err
    assert (tmp_path / "figure_1.png").read_text() == "mine"


def test_an_error_is_shown_with_the_lines_of_the_program_alone(tmp_path):
    code, _, err = run("import keras\nkeras.layers.Dense(1, activation='rleu')\n", folder=tmp_path)
    assert code == 1 and "line 2" in err and "known: elu" in err and PACKAGE not in err
    code, _, err = run("def f(:\n", folder=tmp_path)
    assert code == 1 and "SyntaxError" in err and PACKAGE not in err


def test_the_command_says_what_it_wants(tmp_path):
    call = [sys.executable, "-m", "fastdense.keras"]
    for arguments, word in (
        ([], "no program"),
        (["--speed", "x.py"], "--speed"),
        ([tmp_path / "none.py"], "none.py"),
        ([tmp_path], "cannot be read"),
    ):
        done = subprocess.run([*call, *arguments], capture_output=True, text=True)
        assert done.returncode == 2 and word in done.stderr and "Traceback" not in done.stderr
    done = subprocess.run([*call, "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith("Usage:")


def test_a_notebook_is_its_code_cells(tmp_path):
    import json

    cells = [
        {"cell_type": "markdown", "source": ["# not code"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "import keras\n"]},
        {"cell_type": "code", "source": "!pip install keras\nprint(keras.layers.Dense(2).units)"},
    ]
    path = tmp_path / "notebook.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    done = subprocess.run(
        [sys.executable, "-m", "fastdense.keras", path], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "2\n"), done.stderr
    path.write_text("{}")
    done = subprocess.run(
        [sys.executable, "-m", "fastdense.keras", path], capture_output=True, text=True
    )
    assert done.returncode == 2 and "no notebook" in done.stderr


def test_fastdense_itself_imports_none_of_this():
    text = "import sys, fastdense; fastdense.Network; print('fastdense.keras' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    assert done.stdout == "False\n"


def test_old_paths_lead_to_what_is_there():
    import importlib

    for old in names_of_modules.MOVED:
        module = importlib.import_module(f"fastdense.keras.{old}")
        assert module.__name__.startswith("fastdense.keras")
    assert issubclass(NotServed, NotImplementedError)
