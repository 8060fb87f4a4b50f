"""Optimizers that few use: AdamW, Ftrl, Lion; weight decay, averages, AMSGrad, centered."""

import json

import numpy as np
from keras import Input, optimizers
from keras.layers import Dense
from keras.models import Sequential

draw = np.random.RandomState(18)
x = draw.normal(size=(20, 3))
y = x @ draw.normal(size=(3, 1))
start = [draw.normal(size=s) for s in ((3, 4), (4,), (4, 1), (1,))]

several = {
    "adamw": optimizers.AdamW(learning_rate=0.01, weight_decay=0.1),
    "ftrl": optimizers.Ftrl(learning_rate=0.1),
    "lion": optimizers.Lion(learning_rate=0.005),
    "amsgrad": optimizers.Adam(learning_rate=0.02, amsgrad=True),
    "centered": optimizers.RMSprop(learning_rate=0.01, centered=True),
    "rmsprop momentum": optimizers.RMSprop(learning_rate=0.005, momentum=0.8, rho=0.7),
    "sgd weight decay": optimizers.SGD(learning_rate=0.05, weight_decay=0.1),
    "averages": optimizers.SGD(learning_rate=0.05, use_ema=True, ema_momentum=0.5),
    "accumulated": optimizers.SGD(learning_rate=0.05, gradient_accumulation_steps=2),
}
losses, weights = {}, {}
for name, optimizer in several.items():
    model = Sequential([Input((3,)), Dense(4, activation="tanh"), Dense(1)])
    model.set_weights(start)
    model.compile(optimizer, "mse")
    history = model.fit(x, y, epochs=4, batch_size=5, shuffle=False, verbose=0)
    losses[name] = history.history["loss"]
    weights[name] = [w.tolist() for w in model.get_weights()]

print(json.dumps({"close": {"losses": losses, "weights": weights}}))
