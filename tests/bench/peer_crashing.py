"""A peer whose process ends in the middle of a training."""

import os
import sys

NAME, IMPORTS, PACKAGES, INSTALL = "crashing", ("numpy",), (), "pip install crashing"


def train(job):
    print("Illegal instruction", file=sys.stderr, flush=True)
    os._exit(7)
