"""The version of the numbers: raised by whatever changes a bit of what a training gives.

A store of runs knows by it which of them would come out the same today.
`tests/engine/test_numerics.py` fails where the bits have changed and the version has not.
"""

VERSION = 1
