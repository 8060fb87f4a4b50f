"""LayerNormalization: each row by its own mean and deviation, trained from a fixed start."""

import json

import numpy as np
from keras import Input
from keras.layers import Dense, LayerNormalization
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(91)
x = draw.normal(size=(12, 3))
y = draw.normal(size=(12, 1))
results, shapes = {}, {}
for name, words in {
    "default": {},
    "epsilon": {"epsilon": 0.1},
    "no center": {"center": False},
}.items():
    model = Sequential([Input((3,)), Dense(5), LayerNormalization(**words), Dense(1)])
    fixed = np.random.RandomState(1)
    model.set_weights([fixed.normal(size=w.shape) for w in model.get_weights()])
    model.compile(SGD(learning_rate=0.05), "mse")
    history = model.fit(x, y, epochs=3, batch_size=4, shuffle=False, verbose=0)
    results[name] = [history.history["loss"], [w.tolist() for w in model.get_weights()]]
    shapes[name] = [list(w.shape) for w in model.layers[1].get_weights()]

print(json.dumps({"equal": {"shapes": shapes}, "close": results}))
