"""L1, L2 and both, on kernels and biases: the loss holds the penalty, and training follows it."""

import json

import numpy as np
from keras import Input, regularizers
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD
from keras.regularizers import l1, l1_l2, l2

draw = np.random.RandomState(12)
x = draw.normal(size=(24, 4))
y = x @ np.array([[1.0], [-1.0], [0.0], [0.5]]) + 0.1 * draw.normal(size=(24, 1))
weights = [
    0.6 * draw.normal(size=(4, 3)),
    0.1 * draw.normal(size=3),
    draw.normal(size=(3, 1)),
    np.ones(1),
]

forms = {
    "l1": {"kernel_regularizer": l1(0.05)},
    "l2": {"kernel_regularizer": l2(0.05)},
    "both": {"kernel_regularizer": l1_l2(l1=0.02, l2=0.03)},
    "L1": {"kernel_regularizer": regularizers.L1(0.01)},
    "L2": {"kernel_regularizer": regularizers.L2(l2=0.01)},
    "L1L2": {"kernel_regularizer": regularizers.L1L2(l1=0.01, l2=0.02)},
    "string": {"kernel_regularizer": "l2"},
    "bias": {"kernel_regularizer": l2(0.01), "bias_regularizer": l2(0.2)},
    "activity": {"activity_regularizer": l2(0.01)},
}
losses, values, last, own = {}, {}, {}, {}
for name, arguments in forms.items():
    model = Sequential([Input((4,)), Dense(3, activation="tanh", **arguments), Dense(1)])
    model.set_weights(weights)
    model.compile(SGD(learning_rate=0.1), "mse", metrics=["mse"])
    history = model.fit(
        x, y, epochs=5, batch_size=8, shuffle=False, verbose=0, validation_data=(x[:6], y[:6])
    )
    losses[name] = history.history
    values[name] = model.evaluate(x, y, verbose=0)
    last[name] = [w.tolist() for w in model.get_weights()]
    own[name] = len(model.losses)

print(
    json.dumps(
        {
            "equal": {"penalties": own},
            "close": {"losses": losses, "evaluated": values, "weights": last},
        }
    )
)
