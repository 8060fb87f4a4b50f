"""A page of each kind as its command writes it, and pages read by Python's own parser."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest
from stores import make
from terminal import call

from fastdense_bench import suite
from fastdense_bench.diagnosis import score
from fastdense_bench.estimators import calibration, compare

MEASURED = Path(__file__).parent / "data" / "bench_results.json"

STUCK = """
data = { name = "sine", count = 64 }
network = { hidden = [16, 16, 16, 16, 16], activation = "sigmoid" }
recipe = { optimizer = "sgd", learning_rate = 0.01, epochs = 100 }
"""
PROGRAM = """
import numpy as np
import keras
x = np.linspace(-1, 1, 40).reshape(-1, 1)
model = keras.Sequential([keras.layers.Dense(8, activation="tanh"), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.0), loss="mse")
model.fit(x, np.sin(3 * x), epochs=20, verbose=0)
"""
GRID = {"learning_rate": [1e-5, 0.003, 0.01, 1], "init_scale": [0.5, 1.0, 2.0]}
ONE_AXIS = {"learning_rate": [1e-5, 0.003, 0.01, 1]}
OF_NAMES = {"network.activation": ["relu", "tanh"], "network.hidden": [4, [8, 8], []]}
FEW = "--draws", 3, "--seeds", 2


def run(folder):
    return _made(folder, "run", "zero-rate", *FEW)


def run_with_signals(folder):
    return _made(folder, "run", "vanishing-sigmoid", "--seeds", 4, "--set", "epochs=40",
                 "--attainable")  # fmt: skip


def run_of_theory(folder):
    return _made(folder, "run", "linear-plateau")


def reproduction(folder):
    return _made(folder, "reproduce", "zero-rate", "positive-rate", "linear-plateau", *FEW)


def sweep(folder, grid=GRID):
    make(folder / "a.db", grid, seeds=20, missing=0.1)
    return _made(folder, "sweep", "show", folder / "a.db")


def sweep_along_one_axis(folder):
    return sweep(folder, ONE_AXIS)


def sweep_of_names(folder):
    return sweep(folder, OF_NAMES)


def diagnosis(folder):
    (folder / "stuck.toml").write_text(STUCK)
    return _made(folder, "diagnose", folder / "stuck.toml", "--effort", "quick", code=3)


def diagnosis_of_program(folder):
    (folder / "program.py").write_text(PROGRAM)
    return _made(folder, "diagnose", folder / "program.py", "--effort", "quick", code=3)


def benchmark(folder):
    """What was measured once, in `data/bench_results.json`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(suite, "run", lambda *given: json.loads(MEASURED.read_text("utf-8")))
        return _made(folder, "bench", "1-16-8-1 relu sgd b32", "--peers", "numpy")


def fit(seconds, epochs=40):
    return {"seconds": seconds, "epochs": epochs, "score": 0.9667, "microseconds_of_a_row": 12.0}


FITS = {
    "scikit_learn_version": "1.9.1",
    "machine": {"cpu": "a processor", "vector_bits": 256},
    "repeats": 5,
    "cases": {
        "iris": {"scikit-learn": fit(0.08), "fastdense": fit(0.008), "float32": fit(0.007)},
        "a longer name, of digits": {
            "scikit-learn": fit(1.5), "fastdense": fit(0.75), "float32": fit(0.5),
        },
    },
    "calibration": {
        "sine": {
            name: {"coverage": 0.88, "log_likelihood": 0.4} for name in calibration.METHODS
        },
    },
}  # fmt: skip


def benchmark_of_estimators(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compare, "run", lambda *given: FITS)
        return _made(folder, "bench", "sklearn")


def diagnosed(kind, name, labels, causes, remedy="", **more):
    given = {"high": True, "verdict": "fault" if causes else "healthy", "chance": None} | more
    return score.Diagnosed(
        kind, name, name, labels, names=causes, causes=causes, remedy=remedy, seconds=1.5,
        cured=1.0 if remedy else None, **given,
    )  # fmt: skip


CASES = [
    diagnosed(score.PUBLISHED, "first", ["lr"], ["lr"], "raise the learning rate 10 times"),
    diagnosed(score.PUBLISHED, "second", ["act"], ["lr"]),
    diagnosed(score.PUBLISHED, "sound", ["NONE"], []),
    diagnosed(score.PUT_IN, "put in", ["act"], ["act"], chance=[0.5, 1.0]),
    diagnosed(score.ARM, "a/sigmoid", [], ["plateau"], claim="It <stalls> at once."),
]


def benchmark_of_diagnosis(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(score, "run", lambda *given: (CASES, {"third": "needs rows"}))
        return _made(folder, "bench", "diagnosis")


KINDS = {
    made.__name__: made
    for made in (
        run, run_with_signals, run_of_theory, reproduction, sweep, sweep_along_one_axis,
        sweep_of_names, diagnosis, diagnosis_of_program, benchmark, benchmark_of_estimators,
        benchmark_of_diagnosis,
    )
}  # fmt: skip


def _made(folder, *line, code=0):
    path = folder / "page.html"
    answer = call(*line, "--report", path)
    assert answer.code == code, answer
    return path


@dataclass
class Read(HTMLParser):
    """The elements of a page with their attributes, and its text, as a parser finds them."""

    text: str
    elements: list = field(default_factory=list)
    words: list = field(default_factory=list)
    unclosed: list = field(default_factory=list)

    VOID = {"meta", "link", "br", "hr"}

    def __post_init__(self):
        super().__init__(convert_charrefs=True)
        self.feed(self.text)
        self.close()
        assert not self.unclosed, self.unclosed

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        assert len(dict(attributes)) == len(attributes), f"{tag} has an attribute twice"
        if tag not in self.VOID:
            self.unclosed.append(tag)

    def handle_endtag(self, tag):
        assert self.unclosed.pop() == tag

    def handle_data(self, data):
        if self.unclosed and self.unclosed[-1] not in ("style", "title"):
            self.words.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def handle_pi(self, data):
        raise AssertionError(f"an instruction: {data}")

    @property
    def plain(self):
        """All words, in one line."""
        return " ".join(" ".join(self.words).split())

    def named(self, *tags):
        """The attributes of the elements with these names."""
        return [attributes for tag, attributes in self.elements if tag in tags]
