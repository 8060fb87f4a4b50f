"""Every arm of every scenario as a training to diagnose: sound where it converges, else a fault.

What is wrong with an arm is not labeled; what its scenario claims of it stands beside the cause.
"""

from dataclasses import dataclass

from fastdense import train_many
from fastdense.scenarios import scenario as scenarios

STARTS = 20
SOUND = 0.8  # of these converge


@dataclass(frozen=True, eq=False)
class Arm:
    """An arm, and what is claimed of it."""

    id: str
    network: object
    recipe: object
    data: object
    claim: str

    @property
    def sound(self):
        """Whether it converges, as a rule."""
        runs = train_many(self.network, self.recipe, self.data, seeds=range(STARTS))
        return (runs.outcome == "converged").mean() >= SOUND


def load():
    """The arms of all scenarios that the engine can begin."""
    found = []
    for name in scenarios.names():
        one = scenarios.load(name)
        for arm in one.arms:
            claims = [
                claim for claim in one.claims
                if not claim.own and any(test.arm == arm.name for s in claim.settings
                                         for test in s.tests)
            ]  # fmt: skip
            text = " ".join(claims[0].text.split()) if claims else ""
            found.append(Arm(f"{name}/{arm.name}", arm.network, arm.recipe, arm.data, text))
    return found
