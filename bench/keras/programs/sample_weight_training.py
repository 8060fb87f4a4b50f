"""sample_weight in fit, evaluate, train_on_batch and in a validation triple."""

import json

import numpy as np
from keras import Input
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(45)
x = draw.normal(size=(14, 3))
y = x.sum(axis=1, keepdims=True) + draw.normal(size=(14, 1))
weight = draw.uniform(0.0, 3.0, size=14)

model = Sequential([Input((3,)), Dense(1)])
model.set_weights([draw.normal(size=(3, 1)), np.zeros(1)])
model.compile(SGD(learning_rate=0.1), "mse", metrics=["mae"], weighted_metrics=["mse"])
history = model.fit(
    x,
    y,
    sample_weight=weight,
    validation_data=(x[:6], y[:6], weight[:6]),
    epochs=3,
    batch_size=5,
    shuffle=False,
    verbose=0,
)
weighted = model.evaluate(x, y, sample_weight=weight, verbose=0, return_dict=True)
plain = model.evaluate(x, y, verbose=0, return_dict=True)
model.train_on_batch(x, y, sample_weight=weight)
zero = [w.copy() for w in model.get_weights()]
model.fit(x, y, sample_weight=np.zeros(14), shuffle=False, verbose=0)

print(
    json.dumps(
        {
            "equal": {
                "keys": list(history.history),
                "zero weights move nothing": all(
                    np.array_equal(a, b) for a, b in zip(zero, model.get_weights(), strict=True)
                ),
            },
            "close": {
                "history": history.history,
                "weighted": weighted,
                "plain": plain,
                "weights": [w.ravel().tolist() for w in model.get_weights()],
            },
        }
    )
)
