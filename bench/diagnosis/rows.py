"""The rows that published faults are trained on: their generators, or others of the same kind.

Where the data of a case cannot be had, rows of the same shapes and scales stand for them.
"""

from importlib import resources

import numpy as np

from fastdense.data import read


def _open(name):
    return resources.files("fastdense_bench.diagnosis").joinpath(name).open("rb")


def blobs(case):
    """scikit-learn's `make_blobs(1000, centers=3, cluster_std=2, random_state=2)`, 700 rows."""
    rng = np.random.RandomState(2)
    centers = rng.uniform(-10, 10, (3, 2))
    counts = [334, 333, 333]
    x = np.concatenate([rng.normal(c, 2.0, (n, 2)) for c, n in zip(centers, counts, strict=True)])
    labels = np.repeat(np.arange(3), counts)
    order = rng.permutation(1000)
    return x[order][:700], np.eye(3)[labels[order]][:700]


def digits(case):
    """The 1,797 handwritten digits of the UCI repository, 8 x 8, in place of MNIST's; in [0, 1]."""
    rows = read({"name": "digits"})
    order = np.random.default_rng(5).permutation(len(rows))
    return rows.inputs[order], np.eye(10)[rows.targets[order, 0].astype(int)]


def topics(case, count=3000, classes=46, words=1000):
    """Bags of words, 0 and 1, of topics that are unequally common."""
    rng = np.random.default_rng(6)
    shares = 1 / np.arange(1, classes + 1) ** 1.1
    labels = rng.choice(classes, count, p=shares / shares.sum())
    usual = rng.beta(0.3, 6, words)
    own = np.clip(usual + (rng.random((classes, words)) < 0.03) * 0.4, 0, 1)
    x = (rng.random((count, words)) < own[labels]).astype(float)
    return x, np.eye(classes)[labels]


def iris(case):
    """Fisher's 150 flowers."""
    with _open("iris.csv") as file:
        lines = [line.split(",") for line in file.read().decode().splitlines()[1:]]
    kinds, labels = np.unique([line[-1] for line in lines], return_inverse=True)
    x = np.array([[float(cell) for cell in line[:-1]] for line in lines])
    order = np.random.default_rng(7).permutation(len(x))[: case["data"]["n"]]
    return x[order], np.eye(len(kinds))[labels[order]]


def cars(case):
    """auto-mpg: every column scaled to [0, 1], the targets too unless the fault is that."""
    with _open("auto-mpg.csv") as file:
        table = np.loadtxt(file, delimiter=",", skiprows=1)
    y, x = table[:, :1], table[:, 1:]
    x = (x - x.min(0)) / np.ptp(x, 0)
    if "TARGET_SCALE" not in case["cause_labels"]:
        y = (y - y.min()) / np.ptp(y)
    if "DATA_SHUFFLED" in case["cause_labels"]:
        y = np.random.default_rng(8).permutation(y)
    return x, y


def sine(case):
    x = np.random.default_rng(9).uniform(0, 100, (1000, 1))
    return x, np.sin(x / 10)


def noise(case):
    rng = np.random.default_rng(10)
    n, d = case["data"]["n"], case["data"]["d"]
    return rng.random((n, d)), rng.random((n, 1))


def squares(case):
    rng = np.random.default_rng(11)
    x = np.concatenate([rng.uniform(0.2, 0.4, (100, 2)), rng.uniform(0.5, 0.7, (100, 2))])
    return x, np.eye(2)[np.repeat([0, 1], 100)]


def linear_map(case):
    rng = np.random.default_rng(12)
    x = rng.uniform(0, 1e4, (10_000, 3))
    y = 2 * x[:, 0] + x[:, 1] + 0.5 * x[:, 2] + 2.2 + 0.4 * rng.uniform(-1.5, -0.5, 10_000)
    return x, y[:, np.newaxis]


def fourth_power(case):
    x = np.arange(-100, 100, 0.5)[:, np.newaxis]
    return x, x**4


def passengers(case):
    """Class, sex, age, siblings, parents, fare, port; who survived depends on some of them."""
    rng = np.random.default_rng(13)
    n = case["data"]["n"]
    rank, sex = rng.integers(1, 4, n), rng.integers(0, 2, n)
    age, fare = rng.gamma(6, 5, n), rng.lognormal(4.5 - 0.8 * rank, 0.7, n)
    x = np.column_stack([rank, sex, age, rng.poisson(0.5, n), rng.poisson(0.4, n), fare,
                         rng.integers(0, 3, n)])  # fmt: skip
    logit = 2.4 - 1.1 * rank + 2.6 * sex - 0.03 * age - 1.1
    return x, np.eye(2)[(rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)]


def sorted_rows(case):
    rng = np.random.default_rng(14)
    x = np.sort(rng.uniform(65, 70, (13, 3)), axis=0)
    return x, (np.arange(13) >= 5).astype(float)[:, np.newaxis]


def several_labels(case):
    """Counts of 20 words in documents that may have each of 3 labels."""
    rng = np.random.default_rng(15)
    labels = (rng.random((6000, 3)) < 0.5).astype(float)
    rates = rng.gamma(1.0, 2.0, (3, 20))
    return rng.poisson(0.5 + labels @ rates).astype(float), labels


def parabola(case):
    x = np.linspace(-10, 10, 201)[:, np.newaxis]
    x = np.random.RandomState(7).permutation(x)[:150]
    return x, x**2 + 3


def patients(case):
    """Eight columns as large as those of the Pima Indians; a third is ill, not all by them."""
    rng = np.random.default_rng(17)
    n = case["data"]["n"]
    sizes = np.array([3.8, 121, 69, 20, 80, 32, 0.47, 33])
    z = rng.normal(size=(n, 8))
    x = np.abs(sizes * (1 + 0.35 * z))
    logit = -0.9 + 1.2 * z[:, 1] + 0.7 * z[:, 5] + 0.4 * z[:, 7] + 0.6 * z[:, 0] * z[:, 1]
    return x, (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(float)[:, np.newaxis]


def faces(case):
    """1,000 columns that vary together, and 30 targets that are linear in what they share."""
    rng = np.random.default_rng(18)
    hidden = rng.normal(size=(1000, 20))
    x = 0.5 + 0.1 * hidden @ rng.normal(size=(20, 1000)) / 2 + 0.02 * rng.normal(size=(1000, 1000))
    y = 0.2 * np.tanh(hidden @ rng.normal(size=(20, 30)) / 4)
    return np.clip(x, 0, 1), y


def xor(case):
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return x, np.array([[0.0], [1.0], [1.0], [0.0]])


def line(case):
    x = np.arange(100.0)[:, np.newaxis]
    return x, 2 * x + 4 + np.random.default_rng(19).normal(size=(100, 1))


# By the beginning of the name that a case gives its data.
ROWS = {
    "make_blobs": blobs, "MNIST": digits, "Reuters": topics, "iris": iris, "auto-mpg": cars,
    "sin regression": sine, "noise": noise, "two uniform": squares, "linear map": linear_map,
    "x^4": fourth_power, "Titanic": passengers, "sorted output": sorted_rows,
    "make_multilabel": several_labels, "Linear_Data": parabola,
    "Pima": patients, "facial": faces, "XOR": xor, "line": line,
}  # fmt: skip


def of(case):
    """The rows of a case, or None."""
    name = case["data"]["name"]
    return next((make(case) for start, make in ROWS.items() if name.startswith(start)), None)
