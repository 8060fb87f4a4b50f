"""The words of Keras 1 and 2, and arguments that are known but cannot be followed."""

import functools
import inspect

from fastdense.keras.refused import refuse

# Old word: new word, of every function that takes the new one and not the old one.
OLD = {
    "output_dim": "units",
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
    "p": "rate",
    "nb_filter": "filters",
    "border_mode": "padding",
    "subsample": "strides",
    "dim_ordering": "data_format",
    "nb_epoch": "epochs",
    "nb_classes": "num_classes",
    "lr": "learning_rate",
    "input": "inputs",
    "output": "outputs",
}


def old_words(function):
    """A function that understands the words of Keras 1 and 2 for its own."""
    parameters = inspect.signature(function).parameters
    known = {old: new for old, new in OLD.items() if new in parameters and old not in parameters}
    if not known:
        return function

    @functools.wraps(function)
    def translated(*args, **given):
        for old in known.keys() & given.keys():
            new = known[old]
            if new in given:
                raise TypeError(
                    f"{function.__qualname__}() got {old} and {new}, which are the same"
                )
            given[new] = given.pop(old)
        return function(*args, **given)

    return translated


def only(owner, name, value, *usual):
    """Check that an argument is as it usually is, where nothing else can be done here."""
    if not any(value is one or value == one for one in usual):
        raise refuse(f"{owner}({name}={value!r})", f"{name} can only be {usual[0]!r} here")
