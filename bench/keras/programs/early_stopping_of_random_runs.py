"""EarlyStopping of overfitting networks: after how many epochs, and with which loss."""

import json
import os

import keras
import numpy as np
from keras.callbacks import EarlyStopping
from keras.layers import Dense
from keras.models import Sequential

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
draw = np.random.RandomState(61)
x = draw.normal(size=(90, 6))
y = (x[:, 0] + x[:, 1] * x[:, 2] + draw.normal(scale=0.8, size=90) > 0).astype(int)

model = Sequential()
model.add(Dense(40, input_dim=6, activation="relu"))
model.add(Dense(1, activation="sigmoid"))
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
stop = EarlyStopping(monitor="val_loss", patience=8, restore_best_weights=True)
history = model.fit(
    x, y, validation_split=0.33, epochs=300, batch_size=10, verbose=0, callbacks=[stop]
)
values = history.history["val_loss"]

print(
    json.dumps(
        {
            "equal": {
                "epochs after the best": len(values) - 1 - int(np.argmin(values)),
                "stopped": len(values) < 300,
                "restored": abs(model.evaluate(x[60:], y[60:], verbose=0)[0] - min(values)) < 1e-5,
            },
            "random": {
                "epochs": len(values),
                "best": min(values),
                "loss": history.history["loss"][-1],
            },
        }
    )
)
