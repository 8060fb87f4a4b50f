"""Ten thousand broken inputs: each gives a result or one sentence, soon, and leaves no file."""

import contextlib
import shutil
import time
import unicodedata
import warnings

import inputs
import numpy as np
import pytest
import stores
from terminal import call
from toml_text import literal

import fastdense
from fastdense import Data, Dense, FastdenseError, Network, Recipe, Thresholds, train, train_many
from fastdense.data import read

pytestmark = pytest.mark.fuzz

LONGEST_SECONDS = 2.0
LONGEST_SENTENCE = 400
NETWORK, ROWS = Network.of(2, 3, 1), (np.ones((4, 2)), np.ones(4))
CODES = {0, 2, 3, 4}  # done, refused, stalled, diverged


def check_sentence(text):
    assert len(text) <= LONGEST_SENTENCE, text
    strange = [c for c in text if unicodedata.category(c) == "Cc"]
    assert not strange, text


def check(answer, codes=CODES):
    """A result on standard output, or one sentence on the other."""
    assert answer.code in codes, answer
    assert "Traceback" not in answer.err, answer
    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in answer.out), answer
    if answer.code == 2:
        assert answer.err.endswith("\n"), answer
        lines = answer.err.splitlines()
        check_sentence(lines[-1].removeprefix("Error: "))


def soon(function, *arguments):
    """Call a function that must not take long, not by the clock alone: the machine may be busy.

    What takes long is called once more: kernels that it needs may have been compiled.
    """
    for _ in range(2):
        started, worked = time.monotonic(), time.process_time()
        result = function(*arguments)
        worked, passed = time.process_time() - worked, time.monotonic() - started
        if worked <= LONGEST_SECONDS and passed <= 10 * LONGEST_SECONDS:
            return result
    pytest.fail(f"took {passed:.1f} s, {worked:.1f} s of work: {arguments!r:.500}")


def listed(folder):
    return {p.name: p.stat().st_size for p in folder.iterdir()}


def generators(seed, count):
    return (np.random.default_rng([seed, number]) for number in range(count))


def test_scenarios(tmp_path):
    path = tmp_path / "broken.toml"
    commands = [("run", path, "--seeds", 1, "--set", "recipe.epochs=1", "--json"), ("show", path),
                ("run", path, "--seeds", 1, "--set", "recipe.epochs=1", "--strict"),
                ("show", path, "--toml"), ("show", path, "--json"),
                ("sweep", path, "--grid", "learning_rate=0.1,0.2", "--dry-run")]  # fmt: skip
    for rng in generators(1, 3000):
        path.write_bytes(inputs.scenario(rng))
        before = listed(tmp_path)
        check(soon(call, *inputs.pick(rng, commands)))
        assert listed(tmp_path) == before


def refused_or(function, *arguments):
    """The result, or None where it is refused in one sentence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            return function(*arguments)
        except FastdenseError as error:
            check_sentence(str(error))
            return None


def test_diagnoses(tmp_path):
    """With a budget: what is left to find is the length of one training, which is short here."""
    quick = ("--effort", "quick", "--seeds", 2, "--budget", 0.5, "--set", "recipe.epochs=2")
    for rng in generators(5, 250):
        table = rng.random() < 0.5
        path = tmp_path / ("rows.csv" if table else "broken.toml")
        path.write_bytes(inputs.csv(rng)[0] if table else inputs.scenario(rng))
        options = inputs.pick(
            rng, [(), ("--json",), ("--observed", inputs.pick(rng, inputs.CELLS))]
        )
        answer = soon(call, "diagnose", path, *quick, *options)
        check(answer, codes={*CODES, 5})
        assert [p.name for p in tmp_path.iterdir()] == [path.name]
        path.unlink()


@pytest.mark.parametrize(("kind", "count"), [("csv", 2500), ("npz", 1000)])
def test_files_of_rows(kind, count, tmp_path):
    read_some = 0
    for number, rng in enumerate(generators(2, count)):
        content, settings = getattr(inputs, kind)(rng)
        path = tmp_path / f"rows.{kind}"
        path.write_bytes(content)
        table = {"name": kind, "file": path.name, **settings}
        data = soon(refused_or, read, table, tmp_path)
        if data is not None:
            read_some += 1
            for array in (data.inputs, data.targets):
                assert array.ndim == 2 and np.isfinite(array).all()
        if number % 10 == 0:
            text = "".join(f"{k} = {literal(v)}\n" for k, v in table.items())
            text = f"[data]\n{text}[network]\nhidden = [2]\n[recipe]\nepochs = 1\n"
            (tmp_path / "mine.toml").write_text(text, "utf-8")
            check(soon(call, "run", tmp_path / "mine.toml", "--seeds", 1))
            (tmp_path / "mine.toml").unlink()
        assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert read_some > count / 20


def test_stores(tmp_path):
    whole = tmp_path / "whole.db"
    stores.make(whole, {"learning_rate": [1e-3, 0.1], "network.hidden": [4, [8, 8]]}, measures=())
    folder = tmp_path / "damaged"
    folder.mkdir()
    path = folder / "runs.db"
    commands = [("show", path), ("show", path, "--json"), ("export", path, "--csv"),
                ("show", path, "--list"), ("show", path, "--where", "final_loss<1"),
                ("export", path, "--jsonl"),
                ("plot", path, "--out", folder / "map.svg")]  # fmt: skip
    for rng in generators(3, 800):
        content = whole.read_bytes()
        if rng.random() < 0.5:  # a page, or a part of one
            at = int(rng.integers(len(content) // 512)) * 512
            content = content[:at] + rng.bytes(int(rng.choice([8, 512]))) + content[at + 512 :]
        else:
            content = inputs.damaged(rng, content)
        path.write_bytes(content)
        check(soon(call, "sweep", *inputs.pick(rng, commands)))
        for file in folder.iterdir():
            assert file.name in ("runs.db", "runs.db-wal", "runs.db-shm", "map.svg"), file
            file.unlink()
    shutil.rmtree(folder)


def test_command_lines(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for rng in generators(4, 1700):
        words = inputs.words(rng)
        if {"bench", "reproduce"} & set(words[:2]) and "--help" not in words:
            words += ["--nonsense"]  # what takes minutes is only read
        if "--set" not in words and "run" in words[:1]:
            words += ["--set", "recipe.epochs=1", "--seeds", "1"]
        if "sweep" in words[:1] and "--help" not in words:
            words += ["--dry-run"]
        check(soon(call, *words))
        assert not list(tmp_path.iterdir()), words


def api(rng):
    """A call of the public names with one or two odd arguments."""
    odd = inputs.argument(rng)
    recipe = Recipe(epochs=1, batch_size=None)
    field = inputs.pick(rng, list(Recipe.__dataclass_fields__))
    option = inputs.pick(
        rng, ["parameters", "order", "evaluate_every", "observe_every", "thresholds", "on_progress",
              "device", "threads"])  # fmt: skip
    varied = inputs.pick(rng, ["seeds", "learning_rate", "l2", "momentum", "init_scale", "epochs"])
    layer = inputs.pick(rng, ["activation", "weights", "bias", "l1", "max_norm"])
    run = train(NETWORK, recipe, ROWS)
    return inputs.pick(
        rng,
        [
            lambda: train(NETWORK, Recipe(**{"epochs": 1, field: odd}), ROWS),
            lambda: train(NETWORK, recipe, ROWS, **{option: odd}),
            lambda: train_many(NETWORK, recipe, ROWS, **{option: odd}),
            lambda: train_many(NETWORK, recipe, ROWS, **{varied: odd}),
            lambda: train(NETWORK, recipe, odd),
            lambda: train(odd, recipe, ROWS),
            lambda: train(NETWORK, odd, ROWS),
            lambda: train(NETWORK, recipe, (odd, np.ones(4))),
            lambda: train(NETWORK, recipe, (np.ones((4, 2)), odd)),
            lambda: Data(*ROWS, weights=odd),
            lambda: Data(*ROWS, test=odd),
            lambda: Data(*ROWS, test=(odd, inputs.argument(rng))),
            lambda: Network.of(2, odd, 1),
            lambda: Network(odd, [Dense(1)]),
            lambda: Network(2, odd),
            lambda: Network.from_dict({"hidden": odd}, 2, 1),
            lambda: Network.from_dict({"layers": odd}, 2, 1),
            lambda: Dense(2, **{layer: odd}),
            lambda: Thresholds(swing=odd),
            lambda: run.predict(odd),
            lambda: fastdense.sweep("zero-rate", odd, seeds=1),
            lambda: fastdense.sweep("zero-rate", {"learning_rate": odd}, seeds=1),
            lambda: fastdense.sweep("zero-rate", {"epochs": [1]}, seeds=1, measures=odd),
        ],
    )  # fmt: skip


def test_arguments_of_the_interface():
    for rng in generators(5, 1000):
        with contextlib.suppress(MemoryError):
            soon(refused_or, api(rng))
