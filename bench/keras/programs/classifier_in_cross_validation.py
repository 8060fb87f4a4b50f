"""KerasClassifier of the old wrappers in cross_val_score, under a scaler in a pipeline."""

import json
import os

import keras
import numpy as np
from keras.layers import Dense
from keras.models import Sequential
from keras.wrappers.scikit_learn import KerasClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
draw = np.random.RandomState(82)
x = draw.normal(size=(120, 4)) * [1.0, 5.0, 0.2, 1.0] + [0.0, 10.0, 0.0, -3.0]
y = (x[:, 0] + (x[:, 1] - 10.0) / 5.0 + 0.6 * draw.normal(size=120) > 0).astype(int)


def create_baseline():
    """A network of one hidden layer."""
    model = Sequential()
    model.add(Dense(8, input_dim=4, kernel_initializer="normal", activation="relu"))
    model.add(Dense(1, kernel_initializer="normal", activation="sigmoid"))
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


classifier = KerasClassifier(build_fn=create_baseline, epochs=15, batch_size=10, verbose=0)
folds = StratifiedKFold(n_splits=3, shuffle=True, random_state=4)
pipeline = Pipeline([("standardize", StandardScaler()), ("mlp", classifier)])
results = cross_val_score(pipeline, x, y, cv=folds)

pipeline.fit(x, y)
predicted = np.asarray(pipeline.predict(x)).ravel()

print(
    json.dumps(
        {
            "equal": {
                "scores": len(results),
                "rows": len(predicted),
                "classes": sorted(set(predicted.tolist())),
            },
            "random": {
                "mean": float(results.mean()),
                "accuracy": float((predicted == y).mean()),
            },
        }
    )
)
