"""Keras models as scikit-learn's estimators."""

from fastdense.keras.wrappers import scikit_learn
from fastdense.keras.wrappers.scikit_learn import KerasClassifier, KerasRegressor

__all__ = ["KerasClassifier", "KerasRegressor", "scikit_learn"]
