"""What fit returns: keys and their order, epochs, params, with and without validation."""

import json

import numpy as np
from keras import Input
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(40)
x = draw.normal(size=(22, 3))
y = (x[:, 0] > 0).astype(int)

model = Sequential([Input((3,)), Dense(3, activation="tanh"), Dense(1, activation="sigmoid")])
model.set_weights([draw.normal(size=w.shape) for w in model.get_weights()])
model.compile(SGD(0.2), "binary_crossentropy", metrics=["accuracy", "mae"])

plain = model.fit(x, y, epochs=2, batch_size=5, shuffle=False, verbose=0)
checked = model.fit(
    x, y, validation_data=(x[:7], y[:7]), epochs=5, initial_epoch=2, shuffle=False, verbose=0
)
seldom = model.fit(
    x, y, validation_split=0.3, validation_freq=2, epochs=4, shuffle=False, verbose=0
)
short = model.fit(x, y, epochs=3, initial_epoch=3, verbose=0)

print(
    json.dumps(
        {
            "equal": {
                "class": type(plain).__name__,
                "keys": [list(h.history) for h in (plain, checked, seldom, short)],
                "epochs": [h.epoch for h in (plain, checked, seldom, short)],
                "lengths": {key: len(values) for key, values in seldom.history.items()},
                "params": [h.params for h in (plain, checked, seldom)],
                "is the model's": model.history is short,
                "type": type(plain.history["loss"][0]).__name__,
                "metrics_names": model.metrics_names,
            },
            "close": {"histories": [h.history for h in (plain, checked, seldom)]},
        }
    )
)
