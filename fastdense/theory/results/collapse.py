"""Collapse of deep, narrow ReLU networks: which are born dead, and which die in training.

Ten layers of width 2 with He's weights, trained on 3000 rows by Adam on the squared error. A
network has collapsed if some hidden layer is zero on all rows: its output is a constant, and stays
one. The gradient of a born-dead network is zero but for the output's bias, so only some of those
are trained, to measure just that, and all of the living.
"""

import numpy as np

from fastdense.judging.verdicts import HOW_OFTEN
from fastdense.many import train_many
from fastdense.network import Network
from fastdense.numerics import streams
from fastdense.recipe import Recipe
from fastdense.theory.points import Claim, Quantity, share
from fastdense.theory.results.born_dead import alive, lower_bound, upper_bound

QUESTION = "How often does a deep and narrow ReLU network collapse to a constant?"
SOURCE = "Lu, Shin, Su, Karniadakis (2019), Dying ReLU and initialization, arXiv:1903.06733."
SEEDS = 8000
ALL, LIVING, DEAD = "share of all networks", "share of the living", "share of the born dead"
QUANTITIES = {ALL: Quantity(), LIVING: Quantity(), DEAD: Quantity()}
CLAIMS = {
    "born": Claim("Of ten layers of width 2, the bounds of born death hold."),
    "collapsed": Claim(
        "On |x|, 93.8% collapse to a constant.",
        absolute=0.01,  # Three digits of simulations whose number is not known here.
    ),
    "killed": Claim("Training kills, too: living networks sometimes die in it."),
    "revived": Claim(
        "Training revives no born-dead network.",
        resolution=0.1,  # of those that are trained
    ),
}
# In four times as many epochs, one more of 961 living networks dies.
WIDTH, LAYERS, ROWS, EPOCHS, TRAINED_DEAD = 2, 10, 3000, 100, 128
PUBLISHED = {"|x|": 0.938}
FUNCTIONS = {"|x|": np.abs, "x sin(5x)": lambda x: x * np.sin(5 * x)}
CASES = tuple({"function": name} for name in FUNCTIONS)


def rows_of(name):
    """Inputs, uniform between -sqrt(3) and sqrt(3), and targets: (3000,) each."""
    x = np.sqrt(3) * (2 * streams.uniform(0, streams.DATA, 0, 0, (ROWS,)) - 1)
    return x.astype(np.float32), FUNCTIONS[name](x).astype(np.float32)


def dies(rows, seeds, report):
    """Whether each network is constant after training: (seeds,)."""
    network = Network.of(1, *[WIDTH] * (LAYERS - 1), 1, weights="he_normal")
    recipe = Recipe(optimizer="adam", learning_rate=0.001, batch_size=128, epochs=EPOCHS)
    runs = train_many(
        network,
        recipe,
        rows,
        seeds=seeds,
        evaluate_every=EPOCHS,
        observe_every=EPOCHS,
        on_progress=lambda done, total: report(done / total),
    )
    return (runs.signals["dead_share"][:, -1, :-1] == 1).any(axis=1)


def measure(case, seeds, report):
    name = case["function"]
    rows = rows_of(name)
    living = alive(WIDTH, (LAYERS,), seeds)[LAYERS]
    born = np.setdiff1d(seeds, living)
    died = dies(rows, living, report).sum() if len(living) else 0
    bounds = lower_bound(WIDTH, LAYERS), upper_bound(WIDTH, LAYERS)
    # The networks are the same for every function, so they count once.
    first = "born" if case == CASES[0] else None
    points = [
        share(ALL, name, "born dead", len(born), len(seeds), bounds, first),
        share(ALL, name, "died in training", died, len(seeds)),
        share(
            ALL, name, "collapsed", len(born) + died, len(seeds),
            *((PUBLISHED[name], "collapsed") if name in PUBLISHED else ()),
        ),
        share(
            LIVING, name, "died in training", died, len(living),
            (HOW_OFTEN["sometimes"].right, 1.0), "killed",
        ),
    ]  # fmt: skip
    if len(born):
        tried = born[:TRAINED_DEAD]
        revived = (~dies(rows, tried, lambda part: None)).sum()
        points.append(share(DEAD, name, "revived", revived, len(tried), 0.0, "revived"))
    return points
