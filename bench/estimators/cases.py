"""What the estimators are fitted to: scikit-learn's data sets, and two that are generated."""

from dataclasses import dataclass

import numpy as np

SEED = 0


@dataclass(frozen=True)
class Case:
    """A fit.

    Attributes
    ----------
    name : str
    kind : str
        "Classifier" or "Regressor".
    load : str
        A loader of scikit-learn's, or a function here.
    options : dict
        Parameters of both estimators; a few epochs where there are many rows.
    """

    name: str
    kind: str
    load: str
    options: dict

    def rows(self):
        """Rows to fit and rows to score: (x, y, x, y), each input with mean 0 and variance 1."""
        from sklearn import datasets
        from sklearn.model_selection import train_test_split

        if self.load in globals():
            x, y = globals()[self.load]()
        else:
            x, y = getattr(datasets, self.load)(return_X_y=True)
        parts = train_test_split(x, y, random_state=SEED)
        mean, scale = parts[0].mean(axis=0), parts[0].std(axis=0)
        fit, held = ((part - mean) / np.where(scale > 0, scale, 1.0) for part in parts[:2])
        if self.kind == "Classifier":
            return fit, parts[2], held, parts[3]
        mean, scale = parts[2].mean(), parts[2].std()
        return fit, (parts[2] - mean) / scale, held, (parts[3] - mean) / scale


def houses():
    """20,640 rows of 8 numbers and a price that follows them, as in the census of California."""
    random = np.random.default_rng(SEED)
    x = random.normal(size=(20_640, 8))
    place = np.sin(2 * x[:, 6]) * np.cos(x[:, 7])
    y = 0.8 * x[:, 0] + place + 0.2 * x[:, 2] * x[:, 3] + 0.3 * random.normal(size=len(x))
    return x, y


def collisions():
    """100,000 rows of 28 numbers and whether they are of one kind, as in a search for particles."""
    random = np.random.default_rng(SEED)
    x = random.normal(size=(100_000, 28))
    strength = x[:, 0] * x[:, 1] + np.abs(x[:, 2]) - 0.8 + 0.5 * x[:, 3:9].sum(axis=1)
    return x, (strength + random.normal(size=len(x)) > 0).astype(int)


CASES = (
    Case("iris", "Classifier", "load_iris", {}),
    Case("diabetes", "Regressor", "load_diabetes", {}),
    Case("breast_cancer", "Classifier", "load_breast_cancer", {}),
    Case("digits", "Classifier", "load_digits", {}),
    Case("houses 20,640 x 8", "Regressor", "houses", {"max_iter": 20}),
    Case("collisions 100,000 x 28", "Classifier", "collisions", {"max_iter": 5}),
)
