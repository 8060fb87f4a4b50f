"""The slope of every loss: a few fixed steps of SGD under each, and the parameters they reach."""

import json

import numpy as np
from keras import Input
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(8)
x = draw.normal(size=(15, 4))
classes = draw.randint(3, size=15)
one_hot = np.eye(3)[classes]
real = draw.normal(size=(15, 3))
counts = draw.poisson(2.0, size=(15, 3)).astype(float)
start = [0.5 * draw.normal(size=s) for s in ((4, 5), (5,), (5, 3), (3,))]

setups = {
    "categorical_crossentropy": ("softmax", one_hot, 0.2),
    "sparse_categorical_crossentropy": ("softmax", classes, 0.2),
    "binary_crossentropy": ("sigmoid", one_hot, 0.2),
    "kl_divergence": ("softmax", one_hot, 0.1),
    "poisson": ("softplus", counts, 0.1),
    "hinge": ("tanh", 2 * one_hot - 1, 0.1),
    "squared_hinge": ("linear", 2 * one_hot - 1, 0.1),
    "categorical_hinge": ("linear", one_hot, 0.05),
    "mse": ("linear", real, 0.1),
    "mae": ("linear", real, 0.1),
    "mape": ("linear", real + np.sign(real), 0.001),
    "msle": ("softplus", counts, 0.1),
    "cosine_similarity": ("linear", real, 0.2),
    "huber": ("linear", 2 * real, 0.1),
    "log_cosh": ("linear", real, 0.1),
}
weights, losses = {}, {}
for name, (activation, target, rate) in setups.items():
    model = Sequential([Input((4,)), Dense(5, activation="tanh"), Dense(3, activation=activation)])
    model.set_weights(start)
    model.compile(optimizer=SGD(learning_rate=rate), loss=name)
    fitted = model.fit(x, target, batch_size=5, epochs=4, shuffle=False, verbose=0)
    losses[name] = fitted.history["loss"]
    weights[name] = [w.tolist() for w in model.get_weights()]

print(json.dumps({"close": {"losses": losses, "weights": weights}}))
