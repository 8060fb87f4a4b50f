"""Adam's counter-example: a sequence of slopes on which it goes to the worst point.

On [-1, 1] the loss of step t is 1010 x if t mod 101 = 1, and -10 x otherwise. Over a cycle of 101
steps the slopes add up to 10, so that -1 is best. The rate is 0.5 / sqrt(t), beta1 0.9 and beta2
0.99; after each step x is moved back into the interval. The steps are those of the engine's own
`adam` and `amsgrad`. AMSGrad divides by the largest slope that it has seen: from +1 it is still on
its way when this stops, so that what is claimed of it is judged from 0 alone.
"""

import numpy as np

from fastdense import catalogue
from fastdense.kernels.layout import POWERS
from fastdense.theory.points import Claim, Quantity, exact

QUESTION = "Does Adam go to the worst point of a convex problem, and AMSGrad to the best?"
SOURCE = "Reddi, Kale, Kumar (2018), On the convergence of Adam and beyond, arXiv:1904.09237."
PLACE = "mean of x over the last 101 steps"
QUANTITIES = {PLACE: Quantity(along="steps", log="x")}
CLAIMS = {
    "adam": Claim("Adam ends at the worst point, +1.", absolute=0.01),
    "amsgrad": Claim("AMSGrad ends at the best point, -1.", absolute=0.01),
}
CASES = tuple(
    {"optimizer": name, "start": start} for name in ("adam", "amsgrad") for start in (0.0, 1.0)
)
CYCLE = 101
CYCLES = (10, 30, 100, 300, 1000, 2000)
BEST, WORST = -1.0, 1.0


def path(optimizer, start, steps):
    """x after each of so many steps, (steps,)."""
    entry = catalogue.get("optimizers", optimizer)
    hyper = tuple({**entry.hyper, "beta1": 0.9, "beta2": 0.99}.values())
    powers, slots, x = [1.0] * POWERS, entry.slots, start
    places = np.empty(steps)
    for t in range(1, steps + 1):
        slope = 1010.0 if t % CYCLE == 1 else -10.0
        scalars = entry.advance(0.5 / t**0.5, hyper, powers)
        x, *slots = entry.step(x, slope, *slots, scalars)
        places[t - 1] = x = min(max(float(x), -1.0), 1.0)
    return places


def measure(case, seeds, report):
    name, start = case["optimizer"], case["start"]
    places = path(name, start, CYCLE * CYCLES[-1])
    series = f"{name} from {start:g}"
    points = []
    theory, judged = (WORST, True) if name == "adam" else (BEST, start == 0)
    for cycles in CYCLES:
        ended = places[CYCLE * (cycles - 1) : CYCLE * cycles].mean()
        last = (theory, name) if judged and cycles == CYCLES[-1] else ()
        points.append(exact(PLACE, series, CYCLE * cycles, ended, *last))
    return points
