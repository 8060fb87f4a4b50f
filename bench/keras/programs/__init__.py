"""Small programs in the manner of those that people write for Keras, one subject each.

Each is a process of its own, takes its seed from the variable SEED, draws its data by NumPy, and
prints one JSON object last: tables of keys by the kind of their values, which `expect.py` explains.
Those with values that are "close" train from fixed parameters in a fixed order of the rows, so
that every number of theirs follows from what Keras says it does.
"""
