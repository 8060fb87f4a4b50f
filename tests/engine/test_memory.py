"""Data are used where they lie, or converted once; beside them a training needs little memory."""

import subprocess
import sys

import numpy as np
import probe
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from fastdense import Data, FastdenseError, Network, Recipe, train
from fastdense.arrays import duplicates
from fastdense.arrays.chunks import NUMBERS
from fastdense.arrays.duplicates import equal_rows
from fastdense.task import prepare


def trains_within(more, rows, *folder):
    """Train, predict and judge in a fresh process that may take `more` bytes beside the data."""
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    probe.warm_up()  # compiled here, the kernels are only loaded there
    command = [sys.executable, probe.__file__, str(rows), str(int(more)), *map(str, folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.stderr.startswith("skip: "):
        pytest.skip(done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)


def mapped(folder, rows):
    """Two files of float32 rows in a folder, written block by block."""
    for name, width in (("x", probe.FEATURES), ("y", 1)):
        path = folder / f"{name}.npy"
        probe.fill(np.lib.format.open_memmap(path, "w+", "f4", (rows, width))).flush()
    return folder


# An order of 8 bytes a row must fit, a byte for each of the numbers must not.
ROWS, MORE = 2_000_000, 48e6


def test_training_needs_no_copy_of_the_data():
    trains_within(MORE, ROWS)


def test_a_memory_map_is_not_loaded(tmp_path):
    trains_within(MORE, ROWS, mapped(tmp_path, ROWS))


@pytest.mark.large
def test_ten_million_rows_train_within_200_megabytes():
    trains_within(200e6, 10_000_000)


@pytest.mark.large
def test_ten_million_mapped_rows_train_within_200_megabytes(tmp_path):
    trains_within(200e6, 10_000_000, mapped(tmp_path, 10_000_000))


class Frame:
    """An array that is only to be had by `__array__`, as the tables of pandas are."""

    def __init__(self, values):
        self.values, self.asked = values, 0

    def __array__(self, dtype=None, copy=None):
        self.asked += 1
        return self.values


def unaligned(array):
    place = np.empty(array.nbytes + 1, np.uint8)[1:].view(array.dtype).reshape(array.shape)
    place[...] = array
    return place


def in_a_larger(array):
    larger = np.full((2 * array.shape[0], array.shape[1] + 3), 77, array.dtype)
    view = larger[::2, 1:-2]
    view[...] = array
    return view


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


LAYOUTS = {
    "rows": np.copy,
    "columns": np.asfortranarray,
    "backwards": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
    "in a larger": in_a_larger,
    "read-only": read_only,
    "unaligned": unaligned,
    "swapped bytes": lambda a: a.astype(a.dtype.newbyteorder("S")),
    "list": lambda a: a.tolist(),
    "frame": Frame,
    "frame of columns": lambda a: Frame(np.asfortranarray(a)),
    "matrix": np.asmatrix,
    "masked, without a mask": np.ma.asarray,
}
TYPES = ["f4", "f8", "f2", "g", "i1", "i4", "i8"]  # each holds the numbers drawn exactly


@st.composite
def stored(draw, numbers):
    """The same numbers in some type and layout."""
    array = numbers.astype(draw(st.sampled_from(TYPES)))
    return LAYOUTS[draw(st.sampled_from(sorted(LAYOUTS)))](array)


@given(st.data(), st.integers(1, 60), st.integers(1, 5), st.sampled_from(["float32", "float64"]))
@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@settings(max_examples=100)
def test_bits_do_not_depend_on_how_the_numbers_are_stored(data, rows, width, dtype):
    def draw(columns, low=-100):
        seed = data.draw(st.integers(0, 999))
        return np.random.default_rng(seed).integers(low, 100, (rows, columns)).astype(dtype)

    plain = [draw(width), draw(2), draw(1, low=1), draw(width), draw(2)]
    given = [data.draw(stored(array)) for array in plain]
    network = Network.of(width, 3, 2, activation="tanh")
    recipe = Recipe(batch_size=8 if rows > 8 else "full", epochs=2, dtype=dtype, learning_rate=1e-3)
    runs = [train(network, recipe, Data(x, y, w, (tx, ty))) for x, y, w, tx, ty in (plain, given)]
    for name in "parameters", "loss", "running_loss", "test_loss":
        first, second = (getattr(run, name).tobytes() for run in runs)
        assert first == second, name
    assert runs[0].outcome == runs[1].outcome
    first, second = (
        run.predict(x).tobytes() for run, x in zip(runs, (plain[3], given[3]), strict=True)
    )
    assert first == second


def test_repeated_rows_that_take_no_memory_are_rows():
    row = np.arange(3, dtype=np.float32)
    x, y = np.broadcast_to(row, (50, 3)), np.broadcast_to(np.float32(2), (50, 1))
    network, recipe = Network.of(3, 4, 1), Recipe(epochs=3)
    ours, theirs = train(network, recipe, (x, y)), train(network, recipe, (x.copy(), y.copy()))
    assert ours.parameters.tobytes() == theirs.parameters.tobytes()
    assert ours.predict(x).tobytes() == theirs.predict(x.copy()).tobytes()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rows_in_the_dtype_of_the_recipe_are_used_in_place(tmp_path, dtype):
    x, y, w = (strategies.numbers(i, 20, n).astype(dtype) for i, n in enumerate((3, 1, 1)))
    np.save(tmp_path / "x.npy", x)
    recipe = Recipe(dtype=dtype, epochs=1)
    for inputs in (x, read_only(x), np.load(tmp_path / "x.npy", mmap_mode="r")):
        data = Data(inputs, y, (w[:, 0] ** 2).astype(float), (inputs[:5], y[:5]))
        task = prepare(Network.of(3, 2, 1), recipe, data)
        train(task.network, recipe, data)
        for used in (data.inputs, task.inputs, task.test_inputs):
            assert np.shares_memory(used, inputs)
        for used in (data.targets, task.targets, task.test_targets):
            assert np.shares_memory(used, y)
        assert task.weights is data.weights
    vector = Data(x[:, 0].copy(), y[:, 0])
    assert vector.inputs.shape == vector.targets.shape == (20, 1)
    assert np.shares_memory(vector.targets, y)


def test_what_needs_conversion_is_asked_for_once():
    x, y = Frame(strategies.numbers(0, 9, 3)), Frame(strategies.numbers(1, 9, 1))
    run = train(Network.of(3, 1), Recipe(epochs=1), (x, y))
    assert run.outcome and x.asked == y.asked == 1


@pytest.mark.parametrize("clash", [False, True])
@given(st.integers(1, 300), st.integers(1, 4), st.integers(1, 6), st.integers(0, 99))
def test_groups_of_equal_rows(clash, rows, width, values, seed):
    """Also where rows that differ have the same hash."""
    with pytest.MonkeyPatch.context() as patch:
        if clash:
            hashes = duplicates._hashes
            patch.setattr(duplicates, "_hashes", lambda *a: hashes(*a) % np.uint64(3))
        check_groups(rows, width, values, seed)


def check_groups(rows, width, values, seed):
    x = np.random.default_rng(seed).integers(-values, values, (rows, width)) / 4.0
    x[np.random.default_rng(seed).random(x.shape) < 0.2] *= -0.0
    groups, lone = equal_rows(x, "float32")
    _, which, counts = np.unique(x + 0.0, axis=0, return_inverse=True, return_counts=True)
    which = which.ravel()
    assert (lone == (counts[which] == 1)).all()
    expected = [np.flatnonzero(which == i) for i in np.flatnonzero(counts > 1)]
    assert sorted(map(tuple, groups)) == sorted(map(tuple, expected))


# What is wrong lies in the second block, or in the last row.


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", ["f4", "f8", ">f4", "f2"])
@pytest.mark.parametrize("order", "CF")
def test_the_row_that_is_not_finite_is_named(wrong, dtype, order):
    x = np.zeros((NUMBERS // 3 + 9, 3), dtype, order)
    for row in (NUMBERS // 3 + 1, len(x) - 1, 0):
        x[row, 1] = wrong
        with pytest.raises(FastdenseError, match=f"NaN or infinity in row {row},"):
            Data(x, x[:, :1] * 0)
        x[row, 1] = 0


def test_faults_far_down_are_found():
    rows = NUMBERS + 9
    x = np.zeros((rows, 1))
    large = x.copy()
    large[-1] = 1e300
    with pytest.raises(FastdenseError, match="beyond the range of float32"):
        train(Network.of(1, 1), Recipe(), (large, x))
    labels = np.zeros(rows)
    labels[-1] = 0.5
    sparse = Recipe(loss="sparse_softmax_cross_entropy")
    with pytest.raises(FastdenseError, match="whole numbers"):
        train(Network.of(1, 2), sparse, (x, labels))
    labels[-1] = 1
    with pytest.raises(FastdenseError, match="have class 1 but there are 1 class weights"):
        train(Network.of(1, 2), sparse.replace(class_weights=[2.0]), (x, labels))
    soft = np.full((rows, 2), 0.5)
    soft[-1] = 0.25
    with pytest.raises(FastdenseError, match="do not sum to 1 .off by up to 0.5"):
        train(Network.of(1, 2), Recipe(loss="softmax_cross_entropy"), (x, soft))


def test_masked_entries_are_refused():
    x = np.ma.masked_less(strategies.numbers(0, 9, 2), 0)
    with pytest.raises(FastdenseError, match="masked"):
        Data(x, np.zeros(9))
