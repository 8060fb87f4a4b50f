"""The specification: what training means, in NumPy, row by row of the textbook, without Numba.

Read `forward`, then `backward`, then `training`. Every formula is the `spec` of an entry, arrays
are (samples, features), and numbers are float64 whatever the dtype of the recipe, so that what
separates a compiled run from this one is rounding. The tests hold the compiled loop to it.
"""
