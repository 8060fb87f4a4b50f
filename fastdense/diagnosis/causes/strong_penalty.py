"""The penalty on the weights holds them near zero."""

from fastdense.diagnosis.changes import no_penalty, penalty_times
from fastdense.diagnosis.suspicion import Suspicion
from fastdense.layers._units import PENALTIES

LABEL = "REG_STRONG"
WHY = "The pull of the penalty is as large as that of the data, or larger."
EXPLAINS = ("vanishing_depth",)
SOURCE = "Krogh, Hertz (1991), A simple weight decay can improve generalization."

EVEN = 0.5  # of the data's gradient: the penalty's is about as large


def suspect(e):
    recipe = e.case.recipe
    decay = recipe.optimizer.values.get("weight_decay", 0.0)
    own = sum(getattr(layer, name) for _, layer in e.case.network.dense for name in PENALTIES)
    if not (recipe.l1 or recipe.l2 or decay or own):
        return None
    sizes = e.signal("parameter_norm", "first"), e.signal("parameter_norm", "last")
    shrunk = float((sizes[1] / sizes[0]).min()) if e.ran else 1.0
    pull = e.pull
    strength = 0.95 if shrunk < 0.3 or pull > EVEN else 0.6 if pull > EVEN / 10 else 0.3
    if decay and strength < 0.6:
        strength = 0.6 if decay > 1e-3 else 0.3
    return Suspicion(
        strength,
        (
            f"there is a penalty (l1 {recipe.l1:g}, l2 {recipe.l2:g}, of layers {own:g}, "
            f"decay {decay:g})",
            f"a layer ends with {shrunk:.2g} times the weights that it began with",
            f"the penalty pulls {pull:.2g} times as hard as the data at the end",
        ),
    )


def changes(e):
    return penalty_times(0.01), no_penalty()
