"""KerasRegressor of the old wrappers in cross_val_score by squared errors."""

import json
import os

import keras
import numpy as np
from keras.layers import Dense
from keras.models import Sequential
from keras.wrappers.scikit_learn import KerasRegressor
from sklearn.model_selection import KFold, cross_val_score

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
draw = np.random.RandomState(83)
x = draw.uniform(-1.0, 1.0, size=(90, 3))
y = 3.0 * x[:, 0] + x[:, 1] ** 2 + 0.1 * draw.normal(size=90)


def baseline_model():
    """A network of one hidden layer."""
    model = Sequential()
    model.add(Dense(12, input_dim=3, kernel_initializer="normal", activation="relu"))
    model.add(Dense(1, kernel_initializer="normal"))
    model.compile(loss="mean_squared_error", optimizer="adam")
    return model


estimator = KerasRegressor(build_fn=baseline_model, epochs=15, batch_size=5, verbose=0)
folds = KFold(n_splits=3)
results = cross_val_score(estimator, x, y, cv=folds, scoring="neg_mean_squared_error")
estimator.fit(x, y)
predicted = np.asarray(estimator.predict(x))

print(
    json.dumps(
        {
            "equal": {"negative": bool((results < 0).all()), "shape": list(predicted.shape)},
            "random": {
                "mean": float(results.mean()),
                "error": float(np.mean((predicted - y) ** 2)),
            },
        }
    )
)
