"""Which rows of an array are equal, found by their hashes, so that the rows need not be sorted."""

import numpy as np

from fastdense.arrays.chunks import blocks

SALT = np.uint64(0x9E3779B97F4A7C15)  # of splitmix64 (Steele, Lea, Flood, 2014), as are these
FEW = 256  # rows, up to which a set of their bytes is the faster way to see that all differ
MIXERS = (30, np.uint64(0xBF58476D1CE4E5B9)), (27, np.uint64(0x94D049BB133111EB))


def equal_rows(rows, dtype):
    """Groups of rows that are equal in `dtype`.

    Rows are looked for by their hashes, and compared number by number where these agree.

    Parameters
    ----------
    rows : ndarray, shape (n, width)
    dtype : "float32" or "float64"

    Returns
    -------
    groups : list of ndarray
        The numbers of the rows of each group of two or more, ascending.
    lone : ndarray of bool, shape (n,)
        The rows that have no equal.
    """
    lone = np.ones(len(rows), bool)
    if len(rows) <= FEW:
        plain = _plain(rows, dtype)
        if len(set(plain.view(f"V{plain.strides[0]}").ravel().tolist())) == len(rows):
            return [], lone
    repeated = _repeated_hashes(rows, dtype)
    if not repeated.size:
        return [], lone
    found = []
    for block in blocks(*rows.shape):
        hashes = _hashes(rows[block], dtype)
        shared = np.flatnonzero(repeated[np.searchsorted(repeated[:-1], hashes)] == hashes)
        found.append((block.start + shared, hashes[shared]))
    numbers, hashes = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(hashes, kind="stable")
    numbers, hashes = numbers[order], hashes[order]
    alike = np.split(numbers, np.flatnonzero(hashes[1:] != hashes[:-1]) + 1)
    groups = [group for part in alike for group in _compared(rows, part, dtype) if len(group) > 1]
    for group in groups:
        lone[group] = False
    return groups, lone


def _compared(rows, numbers, dtype):
    """Groups of equal rows among some whose hashes are equal: nearly always one."""
    first = _plain(rows[numbers[0]], dtype)
    parts = (numbers[block] for block in blocks(len(numbers), rows.shape[1]))
    if all((_plain(rows[part], dtype) == first).all() for part in parts):
        return [numbers]
    _, which = np.unique(_plain(rows[numbers], dtype), axis=0, return_inverse=True)
    return [numbers[which.ravel() == group] for group in range(which.max() + 1)]


def _plain(rows, dtype):
    """Numbers in `dtype`, side by side; 0 for -0."""
    return np.ascontiguousarray(rows, dtype) + np.zeros((), dtype)


def _repeated_hashes(rows, dtype):
    """The hashes that more than one row has, ascending."""
    hashes = np.empty(len(rows), np.uint64)
    for block in blocks(*rows.shape):
        hashes[block] = _hashes(rows[block], dtype)
    hashes.sort()
    again = np.flatnonzero(hashes[1:] == hashes[:-1])
    return np.unique(hashes[again])


def _hashes(rows, dtype):
    """A hash of each row's numbers in `dtype`, (n,) uint64; 0 and -0 are equal, as numbers are."""
    numbers = _plain(rows, dtype)
    words = numbers.view(f"u{numbers.itemsize}")
    shift = 4 * numbers.itemsize
    words = words ^ (words >> shift)  # the last bits of round numbers are all zero
    factors = np.arange(1, rows.shape[1] + 1, dtype=np.uint64) * SALT
    for by, factor in MIXERS:
        factors = (factors ^ (factors >> np.uint64(by))) * factor
    return np.einsum("ij,j->i", words.astype(np.uint64), factors | np.uint64(1))
