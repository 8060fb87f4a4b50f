"""Runs a program under a seed, and prints the last loss of each of its fits.

    PYTHON bench/keras/recorded.py SEED PROGRAM                    on Keras
    PYTHON -m fastdense.keras bench/keras/recorded.py SEED PROGRAM    here

Its last line is JSON: `{"losses": {"line 12": {"loss": ..., "val_loss": ...}}, "ended": ...}`. A
program that ends in an error is recorded as far as it came. An optimizer that models share, which
Keras 3 refuses, is copied for each of them, as each has slots of its own here.
"""

import contextlib
import io
import json
import runpy
import sys

import keras


def main():
    seed, program = int(sys.argv[1]), sys.argv[2]
    losses, fit, compiled, users = {}, keras.Model.fit, keras.Model.compile, {}

    def compiled_alone(model, optimizer="rmsprop", *args, **given):
        if not isinstance(optimizer, str) and users.setdefault(id(optimizer), model) is not model:
            optimizer = type(optimizer).from_config(optimizer.get_config())
        return compiled(model, optimizer, *args, **given)

    def recorded(model, *args, **given):
        history = fit(model, *args, **given)
        number = 1 + len(losses)
        losses[f"fit {number}"] = {
            name: values[-1] for name, values in history.history.items() if name.endswith("loss")
        }
        return history

    keras.Model.fit, keras.Model.compile = recorded, compiled_alone
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
