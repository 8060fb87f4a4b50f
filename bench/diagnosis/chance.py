"""The control: changes drawn at random, for as much arithmetic as a diagnosis spent on its own.

What finds no better remedy than chance does is worth nothing (AutoTrainer's repairs did not, in an
independent study of 2023).
"""

import numpy as np

from fastdense.catalogue import names
from fastdense.diagnosis import changes as known
from fastdense.diagnosis.evidence import good
from fastdense.diagnosis.laboratory import Laboratory
from fastdense.diagnosis.search import FRESH

PAIRS = 1 / 3  # of the draws are two changes together
MOST = 200  # draws

ACTIVATIONS = "relu", "tanh", "sigmoid", "elu", "selu", "silu", "gelu", "softplus", "leaky_relu"
OUTPUTS = "identity", "sigmoid", "tanh", "relu", "softmax"

# Each draws a change of one kind.
KINDS = (
    lambda rng, case: known.rate_times(float(f"{10 ** rng.uniform(-4, 4):.2g}")),
    lambda rng, case: known.rate_usual(),
    lambda rng, case: known.optimizer(str(rng.choice(names("optimizers")))),
    lambda rng, case: known.optimizer_constants(),
    lambda rng, case: known.epochs_times(int(rng.choice([2, 3, 5, 10]))),
    lambda rng, case: known.batch(int(2 ** rng.integers(0, 10))),
    lambda rng, case: known.constant_schedule(),
    lambda rng, case: known.mean_reduction(),
    lambda rng, case: known.clip_norm(float(10.0 ** rng.integers(-2, 2))),
    lambda rng, case: known.no_clip(),
    lambda rng, case: known.no_penalty(),
    lambda rng, case: known.no_dropout(),
    lambda rng, case: known.balanced_classes(),
    lambda rng, case: known.no_class_weights(),
    lambda rng, case: known.hidden_activation(str(rng.choice(ACTIVATIONS))),
    lambda rng, case: known.sound_weights(),
    lambda rng, case: known.positive_bias(float(rng.choice([0.01, 0.1, 1.0]))),
    lambda rng, case: known.fewer_layers(int(rng.integers(1, 4))),
    lambda rng, case: known.wider(int(rng.choice([2, 4, 16]))),
    lambda rng, case: known.output(str(rng.choice(OUTPUTS))),
    lambda rng, case: known.matching_output(case),
    lambda rng, case: known.scale_inputs(),
    lambda rng, case: known.scale_targets(),
)


def by_chance(found, seed=0):
    """Share of fresh starts that the best random change makes good, and what it is.

    Parameters
    ----------
    found : Diagnosis
        Of a fault; its arithmetic, starts and bar are taken.
    seed : int
        Of the draws.

    Returns
    -------
    (float, str)
    """
    rng, case, bar = np.random.default_rng(seed), found.evidence.case, found.evidence.bar
    seeds = found.evidence.trained.seeds[: found.starts]
    left = sum(one.trained.case.work * len(one.good) for one in found.tried)
    drawn = []
    for _ in range(MOST):
        change = _draw(rng, case)
        changed = change.make(case)
        work = changed.work * len(seeds)
        if known.is_same(case, changed) or work > left:
            continue
        left -= work
        drawn.append((change.words, changed))
    if not drawn:
        return 0.0, ""
    laboratory = Laboratory(np.inf)
    tried = laboratory.train([changed for _, changed in drawn], seeds)
    shares = [good(trained, bar).mean() for trained in tried]
    words, best = drawn[int(np.argmax(shares))]
    (again,) = laboratory.train([best], seeds + FRESH)
    return float(good(again, bar).mean()), words


def _draw(rng, case):
    change = KINDS[rng.integers(len(KINDS))](rng, case)
    return change + KINDS[rng.integers(len(KINDS))](rng, case) if rng.random() < PAIRS else change
