"""A rate so large that the loss becomes NaN: fit goes on, and TerminateOnNaN ends it."""

import json
import math

import numpy as np
from keras import Input
from keras.callbacks import TerminateOnNaN
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

x = np.linspace(1.0, 2.0, 12)[:, None]
y = 3.0 * x


def build():
    """Two linear layers whose steps are far too large."""
    model = Sequential([Input((1,)), Dense(1), Dense(1)])
    model.set_weights([np.array([[2.0]]), np.zeros(1), np.array([[2.0]]), np.zeros(1)])
    model.compile(SGD(learning_rate=0.5), "mse", metrics=["mae"])
    return model


model = build()
losses = model.fit(x, y, epochs=6, batch_size=6, shuffle=False, verbose=0).history["loss"]
ended = build()
stopped = ended.fit(
    x, y, epochs=6, batch_size=6, shuffle=False, verbose=0, callbacks=[TerminateOnNaN()]
)
rotten = x.copy()
rotten[7] = np.nan
poisoned = build()
history = poisoned.fit(rotten, y, epochs=2, batch_size=6, shuffle=False, verbose=0).history

print(
    json.dumps(
        {
            "equal": {
                "epochs": len(losses),
                "finite": [math.isfinite(loss) for loss in losses],
                "NaN at the end": math.isnan(losses[-1]),
                "output is NaN": bool(np.isnan(model.predict(x, verbose=0)).all()),
                "stopped after": len(stopped.history["loss"]),
                "stop_training": ended.stop_training,
                "a NaN in a row spoils all": [math.isnan(v) for v in history["loss"]],
                "evaluated": [math.isnan(v) for v in poisoned.evaluate(x, y, verbose=0)],
            }
        }
    )
)
