"""`to_tensorboard(run, folder)`: the curves and signals of a run as TensorBoard reads them."""

import os
from contextlib import closing

from fastdense.errors import FastdenseError, shown
from fastdense.files import atomic
from fastdense.files.events import EventFile
from fastdense.run import CURVES, Run


def to_tensorboard(run: Run, folder: "str | os.PathLike[str]") -> None:
    """Write the curves and the signals of a run as an event file of TensorBoard.

    `tensorboard --logdir FOLDER` shows them; neither it nor TensorFlow is needed to write them.
    Tags are `loss`, `running_loss`, `accuracy`, `test_loss`, `test_accuracy`, as far as there are
    such, and `gradient_norm/layer_0` and so on for each signal and dense layer; steps are epochs.
    Numbers are float32 there, and NaN and infinities are kept.

    Parameters
    ----------
    run : Run
    folder : path
        Made if it is not there. Each call adds a file of its own: give each run its folder.

    Raises
    ------
    FastdenseError
        What is no run, or a folder that cannot be written to.
    """
    if not isinstance(run, Run):
        raise FastdenseError(f"{shown(run)} is no run; give what train returns, or runs[i]")
    atomic.check_folder(folder)
    try:
        file = EventFile(folder)
    except OSError as error:
        raise FastdenseError(f"cannot write into {shown(str(folder))}: {error.strerror}") from None
    with closing(file):
        for name in CURVES:
            values = getattr(run, name)
            if values is not None:
                _write(file, name, run.epochs, values)
        for name, values in run.signals.items():
            for layer, of_layer in enumerate(values.T):
                _write(file, f"{name}/layer_{layer}", run.observed_epochs, of_layer)


def _write(file, tag, epochs, values):
    for epoch, value in zip(epochs.tolist(), values.tolist(), strict=True):
        if tag != "running_loss" or epoch:  # before the first step it is of nothing
            file.write(tag, value, epoch)
