"""The rate is read and set between two calls of fit, in new words and in old ones."""

import json

import numpy as np
from keras import backend as K
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(25)
x = draw.normal(size=(12, 3))
y = x.sum(axis=1)

model = Sequential()
model.add(Dense(1, input_dim=3))
model.set_weights([np.array([[0.5], [0.1], [-0.3]]), np.array([0.2])])
model.compile(loss="mse", optimizer=SGD(lr=0.1, momentum=0.5))
losses = [model.fit(x, y, epochs=2, batch_size=4, shuffle=False, verbose=0).history["loss"]]
rates = [float(K.get_value(model.optimizer.lr))]

K.set_value(model.optimizer.lr, 0.02)
losses.append(model.fit(x, y, epochs=2, batch_size=4, shuffle=False, verbose=0).history["loss"])
rates.append(float(K.get_value(model.optimizer.lr)))

model.optimizer.learning_rate = 0.005
losses.append(model.fit(x, y, epochs=2, batch_size=4, shuffle=False, verbose=0).history["loss"])
rates.append(float(np.asarray(model.optimizer.learning_rate)))

print(
    json.dumps(
        {
            "equal": {"iterations": int(np.asarray(model.optimizer.iterations))},
            "close": {
                "losses": losses,
                "rates": rates,
                "weights": [w.ravel().tolist() for w in model.get_weights()],
            },
        }
    )
)
