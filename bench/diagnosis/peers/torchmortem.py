"""torchmortem, which hooks into a model and writes a report of findings and insights."""

import atexit

NAME = "torchmortem"
IMPORTS, PACKAGES = ("torch", "torchmortem"), ("torchmortem", "torch")
INSTALL = "pip install torch==2.13.0 torchmortem==0.1.1"
DEAD = "DEAD_RELU_BORN", "DEAD_RELU_ACQUIRED", "DEAD_RELU_OUTPUT"
CAUSES = {
    "Dead units": (DEAD, "it does not say since when or in which kind of layer"),
    "Vanishing gradients detected": (
        ("VANISH_DEPTH", "ACT_HIDDEN", "SAT_HIDDEN"), "depth, or activations that saturate",
    ),
    "Exploding gradients detected": (
        ("EXPLODE_DEPTH", "LR_HIGH", "INIT_LARGE"), "it names a high rate and poor initial weights",
    ),
    "Gradient stalling": (
        (*DEAD, "SAT_HIDDEN", "VANISH_DEPTH"), "dead units, saturation or vanishing, it says",
    ),
    "Activation saturation": (("SAT_HIDDEN", "SAT_OUTPUT"), "of whichever layer"),
    "Update ratio too low": (("LR_LOW", "VANISH_DEPTH"), "a small rate or vanishing, it says"),
    "Update ratio too high": (("LR_HIGH",), "a lower rate is the commonest fix, it says"),
    "Training divergence detected": (("LR_HIGH",), "typically a rate that is too high, it says"),
    "Loss plateau detected": ((), "a symptom; it may be the end of the training, it says"),
    "Rank collapse": (
        ("REG_STRONG", "LR_HIGH", "CAPACITY_LOW"), "a penalty, the rate or a bottleneck, it says",
    ),
    "Weight norm explosion": ((), "a symptom, of instability"),
    "Stagnant weight norms": (("VANISH_DEPTH",), "too little of the gradient arrives, it says"),
    "Inter-layer weight norm imbalance": ((), "a symptom, of no fault in particular"),
    "High gradient noise (low SNR)": (("BATCH_SMALL",), "batches that are too small, it says"),
    "Gradient starvation causing unit death": (("VANISH_DEPTH", *DEAD), "by its name"),
    "Instability feedback loop -- gradients and weights exploding": (
        ("EXPLODE_DEPTH", "LR_HIGH"), "by its name; it advises a much lower rate",
    ),
    "Representation bottleneck -- rank collapse limiting capacity": (
        ("CAPACITY_LOW",), "a bottleneck of the capacity, by its name",
    ),
    "Training trapped by loss landscape curvature": (
        ("LR_HIGH",), "the rate may be the highest that is stable, it says",
    ),
}  # fmt: skip


class Watcher:
    def __init__(self, program):
        from torchmortem import Autopsy

        self.autopsy = Autopsy(program.model, optimizer=program.optimizer)
        self.autopsy.attach()

    def step(self, loss, gradient_norm):
        self.autopsy.step(loss=loss)

    def said(self):
        """The findings by their severity, and then the insights, which have none."""
        from torchmortem import Severity

        self.autopsy.detach()
        atexit.unregister(self.autopsy._atexit_handler)  # it would keep all that was recorded
        report = self.autopsy.get_report()
        serious = [one.title for one in report.findings if one.severity >= Severity.WARNING]
        names = [title.split(" in ")[0] for title in serious]
        return list(dict.fromkeys(names + [one.title for one in report.insights]))


watch = Watcher
