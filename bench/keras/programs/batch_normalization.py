"""BatchNormalization: batches while training, moving averages in use; its parameters and words."""

import json

import numpy as np
from keras import Input
from keras.layers import Activation, BatchNormalization, Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(90)
x = 2.0 * draw.normal(size=(24, 3)) + 1.0
y = draw.normal(size=(24, 1))


def trained(**words):
    """The losses, outputs and all parameters from a fixed start."""
    fixed = np.random.RandomState(1)
    model = Sequential(
        [Input((3,)), Dense(4), BatchNormalization(**words), Activation("relu"), Dense(1)]
    )
    model.set_weights([fixed.uniform(0.3, 1.0, size=w.shape) for w in model.get_weights()])
    model.compile(SGD(learning_rate=0.05), "mse")
    history = model.fit(
        x, y, epochs=3, batch_size=8, shuffle=False, verbose=0, validation_data=(x[:5], y[:5])
    )
    counts.append([len(model.trainable_weights), len(model.non_trainable_weights)])
    trains = np.asarray(model(x[:6].astype("float32"), training=True)).ravel().tolist()
    return [
        history.history,
        model.predict(x[:6], verbose=0).ravel().tolist(),
        trains,
        [w.tolist() for w in model.get_weights()],
    ]


counts = []
start = [w.tolist() for w in Sequential([Input((2,)), BatchNormalization()]).get_weights()]
several = {
    "default": trained(),
    "words": trained(momentum=0.5, epsilon=0.1),
    "no scale": trained(scale=False),
    "no center": trained(center=False, momentum=0.9),
}
print(json.dumps({"equal": {"counts": counts, "start": start}, "close": several}))
