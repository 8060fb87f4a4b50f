"""predict_classes and predict_proba of Keras 1 and 2, for one unit and for several."""

import json

import numpy as np
from keras.layers import Dense
from keras.models import Sequential

X = np.random.RandomState(101).normal(size=(9, 2))

model = Sequential()
model.add(Dense(1, input_dim=2, activation="sigmoid"))
model.set_weights([np.array([[1.0], [-2.0]]), np.array([0.3])])
model.compile(loss="binary_crossentropy", optimizer="sgd")
one = model.predict_classes(X)
share = model.predict_proba(X)

model = Sequential()
model.add(Dense(3, input_dim=2, activation="softmax"))
model.set_weights([np.array([[1.0, -1.0, 0.5], [0.2, 1.0, -0.7]]), np.zeros(3)])
model.compile(loss="categorical_crossentropy", optimizer="sgd")
several = model.predict_classes(X)
shares = model.predict_proba(X)

print(
    json.dumps(
        {
            "equal": {
                "one unit": one.tolist(),
                "its shape": list(one.shape),
                "its type": str(one.dtype),
                "several": several.tolist(),
                "their shape": list(several.shape),
                "their type": str(several.dtype),
            },
            "close": {"share": share.tolist(), "shares": shares.tolist()},
        }
    )
)
