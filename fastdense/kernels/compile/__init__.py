"""From Python functions to machine code on disk; all that is private in Numba is used here."""
