"""Rows that nobody chose: shapes, batches, activations and optimizers, drawn by one rule."""

import numpy as np

from fastdense_bench.workloads import RATES, Workload

ROWS, PACKS = 24, 4
SEED = 0
INPUTS, WIDTHS, OUTPUTS = (1, 800), (8, 512), (1, 100)  # from and to, evenly on a logarithmic scale
BATCHES = 1, 300
HIDDEN = 1, 3  # layers, from and to
ACTIVATIONS = "relu", "tanh", "sigmoid", "silu", "gelu"
STEPS, SAMPLES = 8, 1024  # of an epoch, at least
PARAMETERS, NETWORKS = (2000, 10_000), 128  # of the networks that are trained side by side


def draw():
    """The `Workload` of every row, the same each time."""
    generator = np.random.default_rng(SEED)
    rows = [_row(generator) for _ in range(ROWS)]
    while len(rows) < ROWS + PACKS:
        row = _row(generator, networks=NETWORKS, most=64)
        if PARAMETERS[0] <= row.network().size <= PARAMETERS[1]:
            rows.append(row)
    return rows


def _row(generator, networks=1, most=WIDTHS[1]):
    def even(least, most):
        return int(round(np.exp(generator.uniform(np.log(least), np.log(most)))))

    hidden = int(generator.integers(HIDDEN[0], HIDDEN[1] + 1))
    inputs = even(INPUTS[0], INPUTS[1] if networks == 1 else most)
    widths = (inputs, *(even(WIDTHS[0], most) for _ in range(hidden)), even(*OUTPUTS))
    activation, optimizer = (str(generator.choice(some)) for some in (ACTIVATIONS, list(RATES)))
    batch = even(*BATCHES)
    samples = batch * max(STEPS, SAMPLES // batch)
    rate = RATES[optimizer]
    return Workload(widths, activation, optimizer, batch, samples, rate, networks=networks)
