"""Nothing is updated: the learning rate is zero."""

from fastdense.diagnosis.changes import constant_schedule, no_clip, rate_usual
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "LR_ZERO"
WHY = "Every step is the learning rate times something, so that the parameters keep their bits."
SOURCE = "The update rule itself."


def suspect(e):
    if e.outcome_share("frozen") < 1 or not e.ran:
        return None
    if e.case.recipe.learning_rate == 0:
        return Suspicion(1.0, ("the learning rate is 0 and no parameter changed a bit",), True)
    if e.signal("gradient_norm", "first").max() > 0 and e.case.recipe.schedule.name != "constant":
        return Suspicion(0.8, ("no parameter changed a bit, though the gradient is not zero",))
    return None


def changes(e):
    return rate_usual(), rate_usual() + constant_schedule(), rate_usual() + no_clip()
