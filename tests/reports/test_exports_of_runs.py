"""A run goes into data frames and into TensorBoard with every number that it has."""

import importlib.util
import json
import struct
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from strategies import trainings

import fastdense
from fastdense import Data, FastdenseError, Network, Recipe, to_tensorboard, train, train_many
from fastdense.run import CURVES

X = np.linspace(-1, 1, 24, dtype=np.float32)
Y = (X > 0).astype(np.float32)


def a_run(**options):
    recipe = Recipe(loss="binary_crossentropy", epochs=6, batch_size=8)
    rows = Data(X, Y, test=(X[:5], Y[:5]))
    return train(Network.of(1, 4, 1, output="sigmoid"), recipe, rows, **options)


def without(monkeypatch, *libraries):
    """As if some libraries were not installed."""
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in libraries else real(name)
    )


@given(trainings())
def test_a_frame_has_every_number_of_a_run_where_it_was_measured(training):
    arguments, options = training
    run = train(*arguments, **options)
    with pytest.MonkeyPatch.context() as patch:
        without(patch, "pandas", "polars")
        columns = run.to_frame()
    epochs = columns.pop("epoch")
    assert (np.diff(epochs) > 0).all()
    assert set(epochs) == {*run.epochs, *run.observed_epochs}
    given_curves = {name: getattr(run, name) for name in CURVES}
    expected = {n: (run.epochs, v) for n, v in given_curves.items() if v is not None}
    expected |= {
        f"{name}_{layer}": (run.observed_epochs, values[:, layer])
        for name, values in run.signals.items()
        for layer in range(values.shape[1])
    }
    assert set(columns) == set(expected)
    for name, (at, values) in expected.items():
        there = np.isin(epochs, at)
        np.testing.assert_array_equal(columns[name][there], values)
        assert np.isnan(columns[name][~there]).all()


def test_a_frame_is_of_the_library_that_is_installed(monkeypatch):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    run = a_run(observe_every=2)
    frame = run.to_frame()
    assert isinstance(frame, pandas.DataFrame) and list(frame.columns)[:2] == ["epoch", "loss"]
    assert frame["test_accuracy"].tolist() == run.test_accuracy.tolist()


def test_without_pandas_a_frame_is_one_of_polars(monkeypatch):
    polars = pytest.importorskip("polars", reason="polars is not installed")
    without(monkeypatch, "pandas")
    run = a_run()
    frame = run.to_frame()
    assert isinstance(frame, polars.DataFrame)
    assert frame["loss"].to_list() == run.loss.tolist()


def records(path):
    """The contents of an event file's records, their checksums checked bit by bit."""
    content, at = path.read_bytes(), 0
    while at < len(content):
        (length,) = struct.unpack_from("<Q", content, at)
        data = content[at + 12 : at + 12 + length]
        sums = (
            struct.unpack_from("<I", content, at + 8)[0],
            struct.unpack_from("<I", content, at + 12 + length)[0],
        )
        assert sums == (masked(content[at : at + 8]), masked(data))
        yield data
        at += 16 + length


def masked(data):
    """CRC-32C by its polynomial, bit by bit: independent of the table that writes it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x82F63B78 * (crc & 1)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17 & 0xFFFFFFFF) + 0xA282EAD8) % 2**32


def test_the_checksum_is_the_published_one():
    """RFC 3720, appendix B.4: 32 bytes of zeros have 0x8a9136aa."""
    unmasked = (masked(bytes(32)) - 0xA282EAD8) % 2**32
    assert (unmasked >> 17 | unmasked << 15) % 2**32 == 0x8A9136AA


def test_an_event_file_is_records_with_right_checksums(tmp_path):
    run = a_run(observe_every=3)
    to_tensorboard(run, tmp_path / "new" / "folder")
    (path,) = (tmp_path / "new" / "folder").glob("events.out.tfevents.*")
    found = list(records(path))
    curves = sum(getattr(run, name) is not None for name in CURVES)
    numbers = curves * len(run.epochs) - 1  # the running loss begins after the first epoch
    numbers += sum(values.size for values in run.signals.values())
    assert len(found) == 1 + numbers and b"brain.Event:2" in found[0]
    assert any(b"gradient_norm/layer_1" in one for one in found)


# In a process of its own: TensorBoard takes what stands in for TensorFlow in other tests for it.
READ = """
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
read = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0}).Reload()
print(json.dumps({tag: [(one.step, one.value) for one in read.Scalars(tag)]
                  for tag in read.Tags()["scalars"]}))
"""


@pytest.mark.skipif(
    not importlib.util.find_spec("tensorboard"), reason="tensorboard is not installed"
)
def test_tensorboard_reads_what_is_written(tmp_path):
    run = a_run(observe_every=2)
    to_tensorboard(run, tmp_path)
    done = subprocess.run([sys.executable, "-c", READ, tmp_path], capture_output=True, text=True)
    read = json.loads(done.stdout)
    signals = {f"{name}/layer_{layer}" for name in run.signals for layer in range(2)}
    assert set(read) == {*CURVES, *signals}
    for name, at, values in (
        ("loss", run.epochs, run.loss),
        ("running_loss", run.epochs[1:], run.running_loss[1:]),
        ("mean_slope/layer_0", run.observed_epochs, run.signals["mean_slope"][:, 0]),
    ):
        steps, found = zip(*read[name], strict=True)
        assert list(steps) == at.tolist()
        np.testing.assert_array_equal(np.float32(found), values.astype(np.float32))


def test_what_is_no_run_or_no_folder_is_refused(tmp_path):
    runs = train_many(Network.of(1, 2, 1), Recipe(epochs=1), (X, Y), seeds=2)
    with pytest.raises(FastdenseError, match="give what train returns, or runs"):
        to_tensorboard(runs, tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(FastdenseError, match="cannot write into"):
        to_tensorboard(runs[0], tmp_path / "file")
    assert fastdense.to_tensorboard is to_tensorboard
