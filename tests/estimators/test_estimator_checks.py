"""All of scikit-learn's checks of an estimator, with no exception."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from fastdense.sklearn import DenseClassifier, DenseRegressor

# What scikit-learn's own checks warn of, such as fits that end at max_iter.
pytestmark = pytest.mark.filterwarnings("ignore")


@parametrize_with_checks([DenseClassifier(), DenseRegressor()])
def test_an_estimator_passes(estimator, check):
    check(estimator)
