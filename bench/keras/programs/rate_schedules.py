"""Schedule objects: their values at steps, and trainings whose rate follows them step by step."""

import json

import numpy as np
from keras import Input
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD, schedules

draw = np.random.RandomState(23)
x = draw.normal(size=(20, 3))
y = x @ draw.normal(size=(3, 1))
start = [draw.normal(size=(3, 1)), np.zeros(1)]

several = {
    "exponential": schedules.ExponentialDecay(0.2, decay_steps=4, decay_rate=0.5),
    "staircase": schedules.ExponentialDecay(
        initial_learning_rate=0.2, decay_steps=4, decay_rate=0.5, staircase=True
    ),
    "piecewise": schedules.PiecewiseConstantDecay([3, 6], [0.2, 0.1, 0.02]),
    "polynomial": schedules.PolynomialDecay(0.2, 10, end_learning_rate=0.01, power=2.0),
    "cyclic": schedules.PolynomialDecay(0.2, 4, end_learning_rate=0.01, cycle=True),
    "inverse": schedules.InverseTimeDecay(0.2, decay_steps=2, decay_rate=0.5),
    "cosine": schedules.CosineDecay(0.2, decay_steps=12, alpha=0.1),
    "warm": schedules.CosineDecay(0.0, decay_steps=8, warmup_target=0.2, warmup_steps=4),
    "restarts": schedules.CosineDecayRestarts(0.2, first_decay_steps=4),
}
losses, weights, values, seen = {}, {}, {}, {}
for name, schedule in several.items():
    values[name] = [float(schedule(step)) for step in range(0, 16, 3)]
    model = Sequential([Input((3,)), Dense(1)])
    model.set_weights(start)
    model.compile(SGD(learning_rate=schedule), "mse")
    losses[name] = model.fit(x, y, epochs=3, batch_size=5, shuffle=False, verbose=0).history["loss"]
    weights[name] = [w.tolist() for w in model.get_weights()]
    seen[name] = float(np.asarray(model.optimizer.learning_rate))

print(
    json.dumps(
        {"close": {"values": values, "losses": losses, "weights": weights, "rates after": seen}}
    )
)
