"""A softmax of one unit under binary cross-entropy: its output is 1 for ever; does it train?"""

import json

import numpy as np
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(77)
x = draw.normal(size=(40, 2))
y = (x[:, 0] > 0).astype(int)
start = [draw.normal(size=s) for s in ((2, 4), (4,), (4, 1), (1,))]

model = Sequential()
model.add(Dense(4, input_dim=2, activation="relu"))
model.add(Dense(1, activation="softmax"))
model.set_weights(start)
model.compile(loss="binary_crossentropy", optimizer=SGD(0.1), metrics=["accuracy"])
history = model.fit(x, y, epochs=5, batch_size=8, shuffle=False, verbose=0)
output = model.predict(x, verbose=0)
moved = max(float(np.abs(a - b).max()) for a, b in zip(model.get_weights(), start, strict=True))

print(
    json.dumps(
        {
            "equal": {"outputs": sorted(set(output.ravel().tolist())), "moved": moved > 1e-3},
            "close": {"history": history.history, "accuracy_is_the_share_of_ones": float(y.mean())},
        }
    )
)
