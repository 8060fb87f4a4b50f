"""Every arm of every scenario as a training to diagnose, beside what its scenario claims of it."""

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
    claim: str  # the first that is published, or ""

    def converges(self):
        """Whether it does, as a rule: then no cause is to be named."""
        runs = train_many(self.network, self.recipe, self.data, seeds=range(STARTS))
        return bool((runs.outcome == "converged").mean() >= SOUND)


def load():
    """The arms of all scenarios."""
    found = []
    for name in scenarios.names():
        one = scenarios.load(name)
        found += [
            Arm(f"{name}/{arm.name}", arm.network, arm.recipe, arm.data, _claim(one, arm.name))
            for arm in one.arms
        ]
    return found


def _claim(scenario, arm):
    for claim in scenario.claims:
        if not claim.own and any(test.arm == arm for s in claim.settings for test in s.tests):
            return " ".join(claim.text.split())
    return ""
