"""Training ends before the loss has fallen."""

from fastdense.diagnosis.changes import epochs, epochs_times
from fastdense.diagnosis.suspicion import Suspicion, rising

LABEL = "EPOCHS_LOW"
WHY = "The loss was on its way down when the epochs were over."
SOURCE = "Bengio (2012), arXiv:1206.5533, Practical recommendations for gradient-based training."
FEW = 500
ENOUGH = 4 * FEW  # updates, for the loss to show where it goes


def suspect(e):
    if not e.ran or e.case.recipe.learning_rate <= 0 or e.outcome_share("diverged") > 0.5:
        return None
    few = rising(FEW / max(e.case.steps, 1), 1.0, 5.0)
    falling = e.outcome_share("slow", "too_short")
    return Suspicion(
        max(0.9 * few, 0.45 * falling),
        (
            f"there are {e.case.steps} updates in all",
            *e.share("of the losses that stay high still fall at the end", "slow"),
        ),
        certain=e.case.steps == 0,
    )


def changes(e):
    if e.case.recipe.epochs == 0:
        return (epochs(100),)
    # Of very few updates ten times as many are few still.
    more = -(-ENOUGH // max(e.case.steps, 1))
    return epochs_times(10), epochs_times(3), *([epochs_times(more)] if more > 10 else [])
