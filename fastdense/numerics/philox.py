"""Philox4x32-10: four random 32-bit words as a function of a counter and a key.

Salmon, Moraes, Dror, Shaw (2011), Parallel random numbers: as easy as 1, 2, 3. One definition
serves NumPy arrays and compiled code: every operation is on uint64 and below 2^64.
"""

import numpy as np

MASK = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
MULTIPLIER_0 = np.uint64(0xD2511F53)
MULTIPLIER_1 = np.uint64(0xCD9E8D57)
WEYL_0 = np.uint64(0x9E3779B9)
WEYL_1 = np.uint64(0xBB67AE85)


def block(c0, c1, c2, c3, k0, k1):
    """Four words, each a uint64 below 2^32, of a counter and a key of such words."""
    for _ in range(10):
        p0 = MULTIPLIER_0 * c0
        p1 = MULTIPLIER_1 * c2
        c0 = (p1 >> HALF) ^ c1 ^ k0
        c1 = p1 & MASK
        c2 = (p0 >> HALF) ^ c3 ^ k1
        c3 = p0 & MASK
        k0 = (k0 + WEYL_0) & MASK
        k1 = (k1 + WEYL_1) & MASK
    return c0, c1, c2, c3
