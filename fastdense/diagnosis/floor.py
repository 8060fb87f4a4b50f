"""How low the losses of a scenario can get: what an outcome is judged by, where it is known."""

from fastdense.diagnosis.attainable import linear_loss, share_left
from fastdense.diagnosis.case import Case
from fastdense.scenarios.experiment import shares

MOSTLY = 0.5  # of the runs stall
WELL_BELOW = 0.8  # of the loss of a linear fit


def by_arm(scenario):
    """By arm, the share of its loss that the best of some networks leaves, on its first draw."""
    found, left = {}, {}
    for arm in scenario.arms:
        about = id(arm.data), arm.recipe.loss, arm.network.outputs
        if about not in found:
            found[about] = share_left(Case.of(arm.network, arm.recipe, arm.data))
        left[arm.name] = found[about]
    return left


def flat_but_good(done):
    """Sentences on arms of an `Experiment` that stall well below the best linear fit."""
    found = []
    for arm in done.scenario.arms:
        results = done.results[arm.name]
        if arm.name in done.attainable or shares(results).get("stalled", 0) < MOSTLY:
            continue
        linear = linear_loss(results[0].data, arm.recipe)
        final = results[0].run.final_loss
        if linear is not None and final < WELL_BELOW * linear:
            found.append(
                f"{arm.name} is flat at {final:.3g}, well below the best linear fit "
                f"({linear:.3g}); more may not be attainable: --attainable finds out"
            )
    return found
