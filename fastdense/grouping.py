"""Which rows of an array are equal, found by their hashes, so that the rows need not be sorted."""

import numpy as np

from fastdense.blocks import blocks

MULTIPLIERS = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xA0761D6478BD642F)  # odd, else arbitrary
HALF = np.uint64(32)


def equal_rows(rows, dtype):
    """Groups of rows that are equal in `dtype`.

    Two hashes of 64 bits decide: among 10 million rows they err with probability 1e-25.

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
    repeated = _repeated_hashes(rows, dtype)
    if not repeated.size:
        return [], lone
    found = []
    for block in blocks(*rows.shape):
        hashes = _hashes(rows[block], dtype, MULTIPLIERS[0])
        shared = np.flatnonzero(repeated[np.searchsorted(repeated[:-1], hashes)] == hashes)
        others = _hashes(rows[block][shared], dtype, MULTIPLIERS[1])
        found.append((block.start + shared, hashes[shared], others))
    numbers, *keys = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort(keys)
    numbers, keys = numbers[order], [key[order] for key in keys]
    starts = np.flatnonzero(np.any([key[1:] != key[:-1] for key in keys], axis=0)) + 1
    groups = [group for group in np.split(numbers, starts) if len(group) > 1]
    for group in groups:
        lone[group] = False
    return groups, lone


def _repeated_hashes(rows, dtype):
    """The hashes that more than one row has, ascending."""
    hashes = np.empty(len(rows), np.uint64)
    for block in blocks(*rows.shape):
        hashes[block] = _hashes(rows[block], dtype, MULTIPLIERS[0])
    hashes.sort()
    again = np.flatnonzero(hashes[1:] == hashes[:-1])
    return np.unique(hashes[again])


def _hashes(rows, dtype, multiplier):
    """A hash of each row's numbers in `dtype`, (n,) uint64; 0 and -0 are equal, as numbers are."""
    numbers = np.ascontiguousarray(rows.T, dtype) + np.zeros((), dtype)
    hashes = np.zeros(len(rows), np.uint64)
    for column in numbers.view(f"u{numbers.itemsize}"):
        hashes = (hashes ^ column) * multiplier
        hashes ^= hashes >> HALF
    return hashes
