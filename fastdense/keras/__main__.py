"""`python -m fastdense.keras [--diagnose] program.py [arguments]`: a Keras program as it stands."""

import sys

from fastdense.keras.program import main

sys.exit(main(sys.argv[1:]))
