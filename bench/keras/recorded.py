"""Runs a program under a seed, and prints the last loss of each of its fits.

    PYTHON bench/keras/recorded.py SEED PROGRAM                    on Keras
    PYTHON -m fastdense.keras bench/keras/recorded.py SEED PROGRAM    here

Its last line is JSON: `{"losses": {"line 12": {"loss": ..., "val_loss": ...}}, "ended": ...}`. A
program that ends in an error is recorded as far as it came, for Keras 3 refuses what others ran.
"""

import contextlib
import io
import json
import runpy
import sys

import keras


def main():
    seed, program = int(sys.argv[1]), sys.argv[2]
    losses, fit = {}, keras.Model.fit

    def recorded(model, *args, **given):
        history = fit(model, *args, **given)
        number = 1 + len(losses)
        losses[f"fit {number}"] = {
            name: values[-1] for name, values in history.history.items() if name.endswith("loss")
        }
        return history

    keras.Model.fit = recorded
    keras.utils.set_random_seed(seed)
    sys.argv = [program]
    ended = "as it should"
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            runpy.run_path(program, run_name="__main__")
        except Exception as error:
            ended = f"{type(error).__name__}: {error}".splitlines()[0]
    print(json.dumps({"losses": losses, "ended": ended}))


main()
