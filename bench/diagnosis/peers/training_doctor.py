"""training-doctor, which is told loss, rate and gradient norm of every step."""

import re

NAME = "training-doctor"
IMPORTS, PACKAGES = ("torch", "training_doctor"), ("training-doctor", "torch")
INSTALL = "pip install torch==2.13.0 training-doctor==0.1.0"
INSTABILITY = "Gradient instability detected"
CAUSES = {
    "Learning rate likely too high": (("LR_HIGH",), "by its name"),
    "Learning rate may be too low": (("LR_LOW",), "by its name"),
    "Training plateau detected": ((), "a symptom"),
    "Overfitting detected": ((), "no loss of held-out rows is logged"),
    f"{INSTABILITY}: NaN/Inf gradients detected": (("LR_HIGH",), "it advises a much lower rate"),
    f"{INSTABILITY}: Exploding gradients": (
        ("EXPLODE_DEPTH", "LR_HIGH"), "by its name; it advises a lower rate",
    ),
    f"{INSTABILITY}: Vanishing gradients": (
        ("VANISH_DEPTH", "SAT_HIDDEN", "DEAD_RELU_BORN", "DEAD_RELU_ACQUIRED"),
        "what it names: depth, activations that saturate, dead units",
    ),
    f"{INSTABILITY}: Gradient spikes detected": ((), "a symptom"),
    f"{INSTABILITY}: Highly unstable gradients": ((), "a symptom"),
}  # fmt: skip
SEVERITIES = "critical", "warning"


class Watcher:
    def __init__(self, program):
        from training_doctor import Doctor

        self.doctor = Doctor()
        self.rate = program.learning_rate
        self.steps = 0

    def step(self, loss, gradient_norm):
        self.doctor.log(self.steps, loss=loss, lr=self.rate, grad_norm=gradient_norm)
        self.steps += 1

    def said(self):
        """By severity and then by confidence; instability as what was seen of it."""
        names = []
        for one in sorted(self.doctor.diagnoses, key=_rank):
            if one.severity.value in SEVERITIES:
                names += _names(one)
        return list(dict.fromkeys(names))


def _rank(diagnosis):
    return (*SEVERITIES, "info").index(diagnosis.severity.value), -diagnosis.confidence


def _names(diagnosis):
    if diagnosis.problem != INSTABILITY:
        return [diagnosis.problem]
    seen = [re.split(r" ?[(:]", one.observation)[0] for one in diagnosis.evidence]
    return [f"{INSTABILITY}: {one}" for one in seen]


watch = Watcher
