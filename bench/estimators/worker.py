"""One case in a process of its own: `python -m fastdense_bench.estimators.worker NAME REPEATS`."""

import json
import sys
import time
import warnings
from statistics import median

from fastdense_bench.estimators.cases import CASES, SEED

PREDICTIONS = 300


def seconds(work, repeats=1):
    """Of one of so many calls."""
    started = time.perf_counter()
    for _ in range(repeats):
        work()
    return (time.perf_counter() - started) / repeats


def measure(case, repeats):
    """Medians for scikit-learn and for fastdense, fitted in turn."""
    from sklearn import neural_network

    import fastdense.sklearn

    x, y, held, known = case.rows()
    theirs = getattr(neural_network, f"MLP{case.kind}")
    ours = getattr(fastdense.sklearn, f"Dense{case.kind}")
    kinds = {
        "scikit-learn": (theirs, {}, "float64"),
        "fastdense": (ours, {}, "float64"),
        "fastdense float32": (ours, {}, "float32"),
    }
    models, times = {}, {name: [] for name in kinds}
    for name, (kind, more, dtype) in kinds.items():
        models[name] = kind(random_state=SEED, **case.options, **more)
        kind(random_state=SEED, max_iter=2).fit(x.astype(dtype), y)  # kernels are loaded
    for _ in range(repeats):
        for name, model in models.items():
            rows = x.astype(kinds[name][2])
            times[name].append(seconds(lambda model=model, rows=rows: model.fit(rows, y)))
    found = {}
    for name, model in models.items():
        row = held[:1].astype(kinds[name][2])
        predictions = [
            seconds(lambda model=model, row=row: model.predict(row), PREDICTIONS)
            for _ in range(max(repeats, 3))
        ]
        found[name] = {
            "seconds": median(times[name]),
            "epochs": int(model.n_iter_),
            "score": float(model.score(held.astype(kinds[name][2]), known)),
            "microseconds_of_a_row": 1e6 * median(predictions),
        }
    return found


def main():
    name, repeats = sys.argv[1:]
    warnings.simplefilter("ignore")  # of fits that end at max_iter
    (case,) = (one for one in CASES if one.name == name)
    print(json.dumps(measure(case, int(repeats))))


if __name__ == "__main__":
    main()
