"""trainproof, which judges the log of a training, and the labels before it."""

NAME = "trainproof"
IMPORTS, PACKAGES = ("torch", "trainproof"), ("trainproof", "torch")
INSTALL = "pip install torch==2.13.0 trainproof==0.22.0"
RECORDS = 60  # of a log: as many as its own examples have, losses being means as in them
CAUSES = {
    "TP-NAN": ((), "a symptom"),
    "TP-NAN-GRAD": ((), "a symptom"),
    "TP-ZERO-LOSS": (("PROGRAM",), "masked labels, it says"),
    "TP-ZERO-LOSS-ONSET": ((), "a symptom"),
    "TP-FLAT": ((), "a symptom"),
    "TP-DIVERGE": ((), "a symptom; no cause is named"),
    "TP-DEAD-RUN": ((), "a symptom"),
    "TP-ZERO-GRAD": (("PROGRAM",), "a graph that is cut or parameters that are frozen, it says"),
    "TP-GRAD-SPIKE": ((), "a symptom"),
    "TP-ZERO-LR": (("LR_ZERO",), "by its name"),
    "TP-ZERO-LR-PARTIAL": (("LR_ZERO",), "by its name"),
    "TP-OBJ-TARGET-OUT-OF-RANGE": (("LABELS_RANGE",), "by its name"),
    "TP-OBJ-DEAD-CLASS": ((), "a class that no row has is none of the faults"),
}
LEVELS = "FAIL", "WARN"


class Watcher:
    def __init__(self, program):
        from trainproof.objective import check_objective

        self.every = max(1, program.steps // RECORDS)
        self.rate = program.learning_rate
        self.records, self.losses, self.steps = [], [], 0
        classes = not program.y.is_floating_point()
        self.before = check_objective(program.outputs, targets=program.y) if classes else []

    def step(self, loss, gradient_norm):
        self.steps += 1
        self.losses.append(loss)
        if self.steps % self.every == 0:
            mean = sum(self.losses) / len(self.losses)
            self.records.append(
                {"step": self.steps, "loss": mean, "lr": self.rate, "grad_norm": gradient_norm}
            )
            self.losses = []

    def said(self):
        from trainproof.epoch import check_records

        after = check_records(self.records)["findings"] if self.records else []
        found = [one for one in (*self.before, *after) if one["level"] in LEVELS]
        found.sort(key=lambda one: LEVELS.index(one["level"]))
        return list(dict.fromkeys(one["id"] for one in found))


watch = Watcher
