"""get_weights and set_weights of models and layers: order, copies, shapes, types."""

import json

import keras
import numpy as np
from keras import Input
from keras.layers import BatchNormalization, Dense, Dropout
from keras.models import Sequential

model = Sequential(
    [Input((2,)), Dense(3, name="a"), BatchNormalization(), Dropout(0.5), Dense(1, name="b")]
)
fixed = np.random.RandomState(52)
new = [fixed.uniform(0.5, 1.0, size=w.shape) for w in model.get_weights()]
model.set_weights(new)
kept = model.get_weights()
kept[0][:] = 0.0
layer = model.get_layer("b")
layer.set_weights([np.full((3, 1), 2.0), np.array([1.0])])
kernel, bias = layer.get_weights()
layer.kernel.assign(np.full((3, 1), 3.0))
model.layers[0].bias.assign_add([1.0, 1.0, 1.0])

print(
    json.dumps(
        {
            "equal": {
                "shapes": [list(w.shape) for w in model.get_weights()],
                "each": [len(one.get_weights()) for one in model.layers],
                "names": [w.name for w in model.weights],
                "trainable": [w.name for w in model.trainable_weights],
                "class": type(kernel).__name__,
                "dtype": [str(w.dtype) for w in kept],
                "parameters": [model.count_params(), layer.count_params()],
                "count by hand": int(sum(np.prod(w.shape) for w in model.trainable_weights)),
                "kernel": kernel.ravel().tolist(),
                "bias": bias.tolist(),
                "a float type": keras.backend.floatx(),
                "what get_weights gave is a copy": bool(np.all(model.get_weights()[0] != 0.0)),
            },
            "close": {
                "weights": [w.tolist() for w in model.get_weights()],
                "output": model.predict(np.array([[1.0, 2.0]]), verbose=0).tolist(),
            },
        }
    )
)
