"""Says while a model is trained that its loss does not move, and what to do then."""

import sys

from fastdense.keras.callbacks import Callback


class StallMonitor(Callback):
    """Watches the loss of the epochs.

    Parameters
    ----------
    patience : int
        Epochs that the loss may stay where it is.
    least : float
        The share of the loss by which it must have fallen meanwhile.
    """

    watches = True

    def __init__(self, patience=10, least=1e-3):
        super().__init__()
        self.patience, self.least = int(patience), float(least)

    def on_train_begin(self, logs=None):
        self._losses, self._said = [], False

    def on_epoch_end(self, epoch, logs=None):
        loss = (logs or {}).get("loss")
        if loss is None or self._said:
            return
        self._losses.append(loss)
        text = None
        if loss != loss or abs(loss) == float("inf"):
            text = f"the loss is {loss} since epoch {epoch + 1}"
        elif len(self._losses) > self.patience:
            before = min(self._losses[: -self.patience])
            if min(self._losses[-self.patience :]) > before - self.least * abs(before):
                text = f"the loss has not fallen below {before:.4g} in {self.patience} epochs"
        if text:
            self._said = True
            print(
                f"\nStallMonitor: {text}; why, says python -m fastdense.keras --diagnose",
                file=sys.stderr,
            )
