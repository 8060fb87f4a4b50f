"""Estimators for scikit-learn, trained by the engine: `DenseClassifier`, `DenseRegressor`.

They take the parameters of `MLPClassifier` and `MLPRegressor`, with their meaning and defaults, and
from one `random_state` they begin with the same weights and visit the rows in the same order.
`DenseSearchCV` searches for their parameters.
"""

try:
    import sklearn  # noqa: F401
except ImportError:
    from fastdense.errors import FastdenseError

    raise ImportError(
        FastdenseError("fastdense.sklearn needs scikit-learn; install fastdense[sklearn]")
    ) from None

from fastdense.sklearn.classifier import DenseClassifier
from fastdense.sklearn.regressor import DenseRegressor
from fastdense.sklearn.search import DenseSearchCV

__all__ = ["DenseClassifier", "DenseRegressor", "DenseSearchCV"]
