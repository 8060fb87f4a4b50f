"""Activations that are layers: LeakyReLU with its old word, ReLU, ELU, Softmax, PReLU."""

import json

import numpy as np
from keras import Input, layers
from keras.layers import Dense, LeakyReLU
from keras.layers.advanced_activations import PReLU
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(92)
x = draw.normal(size=(16, 3))
y = draw.normal(size=(16, 2))
several = {
    "LeakyReLU": LeakyReLU(),
    "old word": LeakyReLU(alpha=0.1),
    "new word": LeakyReLU(negative_slope=0.2),
    "ReLU": layers.ReLU(),
    "ReLU to 1": layers.ReLU(max_value=1.0, negative_slope=0.1, threshold=0.2),
    "ELU": layers.ELU(alpha=0.7),
    "Softmax": layers.Softmax(),
    "PReLU": PReLU(),
    "in a Dense": None,
}
losses, outputs, parameters = {}, {}, {}
for name, layer in several.items():
    if layer is None:
        chain = [Input((3,)), Dense(4, activation=LeakyReLU(negative_slope=0.3)), Dense(2)]
    else:
        chain = [Input((3,)), Dense(4), layer, Dense(2)]
    model = Sequential(chain)
    fixed = np.random.RandomState(1)
    model.set_weights([fixed.normal(size=w.shape) for w in model.get_weights()])
    model.compile(SGD(learning_rate=0.05), "mse")
    history = model.fit(x, y, epochs=3, batch_size=4, shuffle=False, verbose=0)
    losses[name] = history.history["loss"]
    outputs[name] = model.predict(x[:3], verbose=0).tolist()
    parameters[name] = model.count_params()

print(
    json.dumps(
        {"equal": {"parameters": parameters}, "close": {"losses": losses, "outputs": outputs}}
    )
)
