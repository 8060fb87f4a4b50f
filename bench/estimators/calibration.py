"""How often intervals of 90% cover new rows: ensembles, one network and a Gaussian process."""

import warnings

import numpy as np

COVERAGE, SPLITS = 0.9, 10
NETWORK = {"hidden_layer_sizes": (16,), "learning_rate_init": 0.01, "max_iter": 300}
METHODS = "ensemble", "one network", "Gaussian process"
FIGURES = "coverage", "width", "log_likelihood"
NAMES = ("diabetes", "linnerud, waist", "iris, width of petals", "wine, alcohol",
         "breast_cancer, mean symmetry")  # fmt: skip


def data_sets():
    """Name to (x, y): tables that ship with scikit-learn, one of their numbers as the target."""
    from sklearn import datasets

    iris, wine, cancer = (
        load(return_X_y=True)[0]
        for load in (datasets.load_iris, datasets.load_wine, datasets.load_breast_cancer)
    )
    exercises, bodies = datasets.load_linnerud(return_X_y=True)
    return {
        NAMES[0]: datasets.load_diabetes(return_X_y=True),
        NAMES[1]: (exercises, bodies[:, 1]),
        NAMES[2]: (iris[:, :3], iris[:, 3]),
        NAMES[3]: (wine[:, 1:], wine[:, 0]),
        NAMES[4]: (np.delete(cancer, 8, axis=1), cancer[:, 8]),
    }


def _scaled(x, y, train):
    mean, scale = x[train].mean(axis=0), x[train].std(axis=0)
    of_y = y[train].mean(), y[train].std()
    return (x - mean) / np.where(scale > 0, scale, 1.0), (y - of_y[0]) / of_y[1]


def _ensemble(x, y, new, seed):
    """Mean, standard deviation, and the ends of intervals."""
    from fastdense.sklearn import DenseRegressor

    model = DenseRegressor(**NETWORK, n_networks=32, random_state=seed).fit(x, y)
    return *model.predict(new, return_std=True), *model.predict_interval(new, COVERAGE)


def _gaussian(mean, std):
    from scipy.stats import norm

    width = std * norm.ppf(0.5 + COVERAGE / 2)
    return mean, std, mean - width, mean + width


def _one_network(x, y, new, seed):
    """As it is usually done: the residuals of the rows that it was fitted to."""
    from fastdense.sklearn import DenseRegressor

    model = DenseRegressor(**NETWORK, random_state=seed).fit(x, y)
    return _gaussian(model.predict(new), np.full(len(new), (y - model.predict(x)).std()))


def _gaussian_process(x, y, new, seed):
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    kernel = ConstantKernel() * RBF(np.sqrt(x.shape[1])) + WhiteKernel()
    model = GaussianProcessRegressor(kernel, random_state=seed).fit(x, y)
    return _gaussian(*model.predict(new, return_std=True))


FITS = dict(zip(METHODS, (_ensemble, _one_network, _gaussian_process), strict=True))


def measure(name, splits=SPLITS):
    """Of each method on a data set: coverage, mean width, and log-likelihood of a new row.

    Each split holds back a third of the rows; targets have variance 1.
    """
    x, y = data_sets()[name]
    figures = {method: [] for method in METHODS}
    for seed in range(splits):
        order = np.random.default_rng(seed).permutation(len(y))
        train, held = np.split(order, [2 * len(y) // 3])
        inputs, targets = _scaled(x, y, train)
        for method, fit in FITS.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of fits that end at max_iter
                mean, std, low, high = fit(inputs[train], targets[train], inputs[held], seed)
            new = targets[held]
            likely = -0.5 * (((new - mean) / std) ** 2 + np.log(2 * np.pi * std**2))
            covered = ((low <= new) & (new <= high)).mean()
            figures[method].append((covered, (high - low).mean(), likely.mean()))
    return {
        method: dict(zip(FIGURES, np.mean(some, axis=0).tolist(), strict=True))
        for method, some in figures.items()
    }
