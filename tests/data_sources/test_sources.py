"""Generators and loaders of data: what they promise for any rows, and the same rows every time."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fastdense import catalogue
from fastdense.data import npz, read
from fastdense.errors import FastdenseError

GENERATORS = [n for n in catalogue.names("data") if catalogue.get("data", n).load is None]
LOADERS = [n for n in catalogue.names("data") if catalogue.get("data", n).load is not None]
TABLES = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 8), st.integers(2, 5)),
    elements=st.floats(-1e300, 1e300),
)


def same(one, other):
    return one.inputs.tobytes() == other.inputs.tobytes() and (
        one.targets.tobytes() == other.targets.tobytes()
    )


def test_every_source_is_a_generator_or_a_loader():
    assert set(GENERATORS) == {"blobs", "polynomial", "random_labels", "shapes", "sine"}
    assert set(LOADERS) == {
        "cifar10",
        "csv",
        "digits",
        "fashion_mnist",
        "inline",
        "mnist",
        "npz",
        "parquet",
    }
    for name in catalogue.names("data"):
        source = catalogue.get("data", name)
        assert (source.make is None) != (source.load is None)
        assert source.summary and source.source


@pytest.mark.parametrize("name", GENERATORS)
@given(count=st.integers(1, 50), test=st.integers(0, 9), seed=st.integers(0, 2**63 - 1))
def test_a_generator_makes_what_is_asked_for(name, count, test, seed):
    table = {"name": name, "count": count, "test": test, "seed": seed}
    data = read(table)
    assert len(data) == count and same(data, read(table))
    assert (data.test is None) == (test == 0)
    if test:
        assert len(data.test[0]) == len(data.test[1]) == test
        without = read({**table, "test": 0})
        assert same(data, without)


@pytest.mark.parametrize("name", ["polynomial", "sine"])
@given(low=st.floats(-100, 100), width=st.floats(0.1, 100), seed=st.integers(0, 99))
def test_inputs_lie_on_their_interval(name, low, width, seed):
    table = {"name": name, "low": low, "high": low + width, "count": 20, "seed": seed}
    even = read(table).inputs[:, 0]
    assert np.array_equal(even, np.linspace(low, low + width, 20))
    drawn = read({**table, "spacing": "random"}).inputs[:, 0]
    assert (low <= drawn).all() and (drawn <= low + width).all() and len(set(drawn)) == 20
    assert not np.array_equal(drawn, np.sort(drawn))


def test_inputs_of_a_listing_are_those_of_numpy_and_count_as_given():
    table = {"name": "sine", "low": -1, "high": 4, "spacing": {"numpy_seed": 42}, "count": 3}
    data = read(table)
    expected = [[0.3745401188473625], [0.9507143064099162], [0.7319939418114051]]
    assert np.array_equal(data.inputs, -1 + 5 * np.array(expected))
    assert not data.drawn and same(data, read(table, number=7))
    assert read({**table, "spacing": "random"}).drawn


@pytest.mark.parametrize("name", ["polynomial", "sine"])
def test_a_spacing_that_is_none(name):
    for spacing, sentence in (
        ("evn", "did you mean 'even'"),
        ({}, "unknown data.spacing"),
        ({"numpy_seed": 1, "other": 2}, "unknown data.spacing"),
        ({"numpy_seed": 2**32}, "numpy_seed is 4294967296; expected an integer from 0"),
        ({"numpy_seed": 1.5}, "expected an integer"),
    ):
        with pytest.raises(FastdenseError, match=sentence):
            read({"name": name, "spacing": spacing})


@pytest.mark.parametrize("name", GENERATORS)
def test_seeds_and_test_rows_differ(name):
    table = {"name": name, "count": 30, "test": 30}
    table |= {"spacing": "random"} if name in ("polynomial", "sine") else {}
    one, other = read(table), read({**table, "seed": 1})
    assert not set(one.inputs.ravel()) & set(other.inputs.ravel())
    assert not set(one.inputs.ravel()) & set(one.test[0].ravel())


@given(coefficients=st.lists(st.integers(-9, 9), max_size=5))
def test_a_polynomial_has_its_coefficients(coefficients):
    data = read({"name": "polynomial", "low": -2, "high": 2, "coefficients": coefficients})
    expected = np.polynomial.polynomial.polyval(data.inputs[:, 0], coefficients or [0])
    assert data.targets[:, 0] == pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(
    amplitude=st.floats(-10, 10),
    frequency=st.floats(-50, 50),
    offset=st.floats(-10, 10),
)
def test_a_sine_is_a_sine(amplitude, frequency, offset):
    data = read({"name": "sine", "amplitude": amplitude, "frequency": frequency, "offset": offset})
    expected = offset + amplitude * np.sin(frequency * data.inputs)
    assert data.targets == pytest.approx(expected, rel=0, abs=1e-13)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.9])
def test_labels_have_their_share_and_nothing_to_do_with_the_inputs(share):
    data = read({"name": "random_labels", "features": 3, "share": share, "count": 20_000})
    assert data.inputs.shape == (20_000, 3)
    assert set(np.unique(data.targets)) <= {0.0, 1.0}
    assert abs(data.targets.mean() - share) < 0.02
    if share:
        together = np.corrcoef(np.hstack([data.inputs, data.targets]).T)
        assert np.abs(together - np.eye(4)).max() < 0.04


SHARES = st.lists(st.integers(1, 20), min_size=2, max_size=5).map(
    lambda parts: [part / sum(parts) for part in parts]
)


@given(shares=SHARES, count=st.integers(1, 200), seed=st.integers(0, 99))
def test_every_class_has_its_share_of_the_rows(shares, count, seed):
    labels = read({"name": "blobs", "shares": shares, "count": count, "seed": seed}).targets[:, 0]
    rows = np.bincount(labels.astype(int), minlength=len(shares))
    assert len(rows) == len(shares) and (np.abs(rows - np.multiply(shares, count)) <= 1).all()


@given(classes=st.integers(2, 6), spread=st.floats(0, 2), seed=st.integers(0, 99))
def test_blobs_lie_around_points_on_a_circle(classes, spread, seed):
    table = {"name": "blobs", "shares": [1 / classes] * classes, "count": 100 * classes}
    data = read({**table, "spread": spread, "seed": seed})
    angles = 2 * np.pi * data.targets / classes
    apart = data.inputs - np.hstack([np.cos(angles), np.sin(angles)])
    assert np.abs(apart.mean(axis=0)).max() <= spread * 5 / np.sqrt(len(apart)) + 1e-15
    assert apart.std() == pytest.approx(spread, rel=0.25, abs=1e-15)


@pytest.mark.parametrize("noise", [0.0, 0.3, 1.0])
def test_noise_replaces_labels_by_any_class_and_leaves_the_points(noise):
    table = {"name": "blobs", "shares": [0.5, 0.3, 0.2], "count": 20_000}
    clean, noisy = read(table), read({**table, "noise": noise})
    assert np.array_equal(clean.inputs, noisy.inputs)
    for one in range(3):
        kept = noisy.targets[clean.targets == one] == one
        assert kept.mean() == pytest.approx(1 - noise * 2 / 3, abs=0.03)


@pytest.mark.parametrize("shares", [0.5, [], [1], [0.5, 0.6], [1.5, -0.5], [[0.5], [0.5]], "ab"])
def test_shares_that_are_none(shares):
    with pytest.raises(FastdenseError, match="shares|number"):
        read({"name": "blobs", "shares": shares})


@given(seed=st.integers(0, 99))
def test_test_rows_may_be_made_in_another_way(seed):
    table = {"name": "sine", "spacing": "random", "count": 20, "test": 20, "seed": seed}
    plain, other = read(table), read({**table, "on_test": {"low": 20, "high": 30.0}})
    assert same(plain, other)
    assert (other.test[0] >= 20).all() and (plain.test[0] < 10).all()
    noisy = {"name": "blobs", "noise": 1.0, "count": 20, "test": 20, "seed": seed}
    clean = read({**noisy, "on_test": {"noise": 0}})
    assert np.array_equal(clean.targets, read(noisy).targets)
    assert clean.test[1][:, 0].tolist() == [0] * 10 + [1] * 10


def test_other_test_rows_are_refused_where_there_is_nothing_to_change():
    for on_test, sentence in (
        (3, "expected a table"),
        ({"spred": 1}, "unknown key of blobs data.on_test 'spred'.*spread"),
        ({"count": 3}, "unknown key of blobs data.on_test"),
        ({"spread": -1}, "0 <= spread"),
    ):
        with pytest.raises(FastdenseError, match=sentence):
            read({"name": "blobs", "on_test": on_test})
    with pytest.raises(FastdenseError, match="on_test"):
        read({"name": "inline", "x": [1, 2], "y": [1, 2], "test": 1, "on_test": {}})


@given(table=TABLES, targets=st.integers(1, 4), separator=st.sampled_from(",;\t |"))
def test_a_csv_file_gives_the_numbers_that_were_written(
    table, targets, separator, tmp_path_factory
):
    targets = min(targets, table.shape[1] - 1)
    path = tmp_path_factory.getbasetemp() / "numbers.csv"
    path.write_text("\n".join(separator.join(map(repr, row.tolist())) for row in table))
    data = read(
        {"name": "csv", "file": path.name, "targets": targets, "separator": separator}, path.parent
    )
    assert np.array_equal(data.inputs, table[:, :-targets])
    assert np.array_equal(data.targets, table[:, -targets:])


def test_targets_of_a_csv_file_come_in_the_order_of_their_names(tmp_path):
    (tmp_path / "a.csv").write_text("a,b,c,d\n1,2,3,4\n5,6,7,8\n")
    data = read({"name": "csv", "file": "a.csv", "targets": ["d", "b"]}, tmp_path)
    assert data.inputs.tolist() == [[1, 3], [5, 7]]
    assert data.targets.tolist() == [[4, 2], [8, 6]]


@given(table=TABLES, dtype=st.sampled_from(["f8", ">f8", "i4", "u1", "?"]))
def test_an_npz_file_gives_the_numbers_that_were_saved(table, dtype, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "numbers.npz"
    x = np.abs(table) > 1 if dtype == "?" else np.clip(table, 0, 200).astype(dtype)
    np.savez(path, x=np.asfortranarray(x), y=table[:, 0])
    data = read({"name": "npz", "file": path.name}, path.parent)
    assert np.array_equal(data.inputs, x) and np.array_equal(data.targets[:, 0], table[:, 0])


@given(table=TABLES, test=st.integers(0, 9))
def test_the_last_rows_are_the_test_rows(table, test):
    rows = {"name": "inline", "x": table[:, 1:].tolist(), "y": table[:, 0].tolist(), "test": test}
    if test >= len(table) and test:
        with pytest.raises(FastdenseError, match="leave some to train on"):
            read(rows)
        return
    data = read(rows)
    kept = len(table) - test
    assert np.array_equal(data.inputs, table[:kept, 1:])
    assert (data.test is None) == (test == 0)
    if test:
        assert np.array_equal(data.test[0], table[kept:, 1:])
        assert np.array_equal(data.test[1][:, 0], table[kept:, 0])


def test_a_label_file_is_trained_on_as_classes(tmp_path):
    (tmp_path / "a.csv").write_text("size,kind\n0.5,2\n0.1,0\n0.2,1\n")
    data = read({"name": "csv", "file": "a.csv"}, tmp_path)
    assert data.outputs_for("sparse_softmax_cross_entropy") == 3


@pytest.mark.parametrize("name", GENERATORS)
def test_a_seed_has_63_bits(name):
    for seed in (2**63, 2**64, 10**30):
        with pytest.raises(FastdenseError, match=r"data.seed is \d+; expected less than 2\^63"):
            read({"name": name, "seed": seed})


@pytest.mark.parametrize("rows", [4, 2**40, 2**62, 2**63])
def test_an_array_that_claims_more_than_its_file_holds(rows, tmp_path):
    member = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": (rows, 2)}
    np.lib.format.write_array_header_1_0(member, header)
    member.write(bytes(3 * 2 * 8))
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", member.getvalue())
        archive.writestr("y.npy", member.getvalue())
    with pytest.raises(FastdenseError, match=f"claims {rows * 16} bytes of numbers but holds 48"):
        read({"name": "npz", "file": "a.npz"}, tmp_path)


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_small_file_that_unpacks_to_gigabytes(compression, tmp_path, monkeypatch):
    """It is refused before any memory is taken; what is stored as it is may be large."""
    monkeypatch.setattr(npz, "LARGE", 1 << 20)
    zeros = np.zeros(1 << 18)
    member = io.BytesIO()
    np.save(member, zeros)
    monkeypatch.setattr(npz, "_read", lambda archive, name: pytest.fail("memory was taken"))
    with zipfile.ZipFile(tmp_path / "a.npz", "w", compression) as archive:
        archive.writestr("x.npy", member.getvalue())
        archive.writestr("y.npy", member.getvalue())
    with pytest.raises(FastdenseError, match="would grow from [0-9]+ kB to 4 MB; .*numpy.savez"):
        read({"name": "npz", "file": "a.npz"}, tmp_path)
    monkeypatch.undo()
    monkeypatch.setattr(npz, "LARGE", 1 << 20)
    np.savez(tmp_path / "a.npz", x=zeros, y=zeros)
    assert len(read({"name": "npz", "file": "a.npz"}, tmp_path)) == len(zeros)
    monkeypatch.setattr(npz, "MAX_BYTES", 1 << 22)
    np.savez_compressed(tmp_path / "a.npz", x=zeros, y=zeros)
    with pytest.raises(FastdenseError, match="holds 4 MB; expected at most 4"):
        read({"name": "npz", "file": "a.npz"}, tmp_path)
