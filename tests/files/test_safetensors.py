"""What is read is checked before it is believed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from fastdense import FastdenseError
from fastdense.files.safetensors import read, write

ARRAYS = st.dictionaries(
    st.text(min_size=1, max_size=8).filter(lambda name: name != "__metadata__"),
    st.sampled_from(["<f4", "<f8", "<i8", "|u1"]).flatmap(
        lambda dtype: npst.arrays(dtype, npst.array_shapes(min_dims=0, max_dims=3, min_side=0))
    ),
    max_size=5,
)


@given(ARRAYS, st.dictionaries(st.text(max_size=5), st.integers() | st.text(), max_size=3))
def test_what_was_written_is_read(tmp_path_factory, arrays, about):
    path = tmp_path_factory.mktemp("files") / "a"
    write(path, arrays, about)
    found, said = read(path)
    assert said == about and set(found) == set(arrays)
    for name, array in arrays.items():
        assert found[name].shape == array.shape and found[name].dtype == array.dtype
        assert found[name].tobytes() == array.tobytes() and not found[name].flags.writeable


def file(tmp_path, header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path = tmp_path / "given"
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
    return path


def entry(dtype="F32", shape=(2,), offsets=(0, 8), **more):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets), **more}


BROKEN = {
    "nothing": b"",
    "no JSON": b"{",
    "deep": b"[" * 100_000,
    "a list": [],
    "twice the same name": b'{"a": 1, "a": 2}',
    "no entry": {"a": 3},
    "other keys": {"a": entry(more=1)},
    "dtype": {"a": entry("F16")},
    "dtype of another kind": {"a": entry(["F32"])},
    "negative": {"a": entry(shape=(-2,))},
    "huge": {"a": entry(shape=(0, 2**60, 2**60, 3))},
    "true": {"a": entry(shape=(True, 2))},
    "shape": {"a": entry(shape=(3,))},
    "dimensions": {"a": entry(shape=(2,) + (1,) * 40)},
    "a gap": {"a": entry(offsets=(4, 12))},
    "overlap": {"a": entry(), "b": entry()},
    "beyond": {"a": entry(shape=(200,), offsets=(0, 800))},
    "a rest": {},
    "metadata": {"__metadata__": {"a": 3}, "a": entry()},
    "metadata no JSON": {"__metadata__": {"a": "{"}, "a": entry()},
    "metadata deep": {"__metadata__": {"a": "[" * 100_000}, "a": entry()},
    "many": {str(i): entry() for i in range(20_000)},
}


@pytest.mark.parametrize("header", BROKEN.values(), ids=BROKEN)
def test_a_header_that_is_not_true_is_refused(tmp_path, header):
    with pytest.raises(FastdenseError, match="is not a whole safetensors file"):
        read(file(tmp_path, header, bytes(8)))


def test_a_length_that_is_not_true_is_refused(tmp_path):
    path = tmp_path / "long"
    for content in (b"", b"abc", (2**63).to_bytes(8, "little"), (10).to_bytes(8, "little")):
        path.write_bytes(content)
        with pytest.raises(FastdenseError, match="not a whole safetensors file"):
            read(path)


def test_places_that_cannot_be_read_or_written(tmp_path):
    with pytest.raises(FastdenseError, match="cannot read"):
        read(tmp_path / "nowhere")
    with pytest.raises(FastdenseError, match="cannot read"):
        read(tmp_path)
    with pytest.raises(FastdenseError, match="cannot write"):
        write(tmp_path / "no" / "folder", {}, {})
    with pytest.raises(FastdenseError, match="takes .* bytes"):
        write(tmp_path / "large", {}, {"long": "x" * 2_000_000})
    assert not list(tmp_path.iterdir())
