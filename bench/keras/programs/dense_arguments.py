"""Arguments of Dense by which its parameters begin, and what a layer tells of itself."""

import json

import keras
import numpy as np
from keras import initializers
from keras.layers import Dense
from keras.models import Sequential

model = Sequential(
    [
        keras.Input(shape=(3,), name="table"),
        Dense(units=2, kernel_initializer="ones", bias_initializer="zeros", name="first"),
        Dense(2, kernel_initializer=initializers.Constant(0.25), bias_initializer="ones"),
        Dense(3, use_bias=False, kernel_initializer=keras.initializers.Ones(), name="plain"),
        Dense(
            3,
            activation="tanh",
            kernel_initializer="zeros",
            bias_initializer=initializers.Constant(value=-0.5),
        ),
        Dense(
            3,
            kernel_initializer="identity",
            bias_initializer="zeros",
            trainable=False,
            name="fixed",
        ),
    ]
)
first = model.get_layer("first")
config = first.get_config()
keys = ["name", "trainable", "units", "activation", "use_bias", "kernel_regularizer"]

print(
    json.dumps(
        {
            "equal": {
                "names": [layer.name for layer in model.layers],
                "by_index": model.get_layer(index=2).name,
                "config": {key: config[key] for key in keys},
                "bias_of_plain": model.get_layer("plain").bias is None,
                "arrays": [len(layer.get_weights()) for layer in model.layers],
                "weight_names": [w.name for w in model.weights],
                "weight_paths": [w.path for w in first.weights],
                "trainable": [layer.trainable for layer in model.layers],
                "counts": [len(model.trainable_weights), len(model.non_trainable_weights)],
                "units": [layer.units for layer in model.layers],
                "kernel_shape": list(first.kernel.shape),
                "dtype": str(first.get_weights()[0].dtype),
            },
            "close": {
                "weights": [w.tolist() for w in model.get_weights()],
                "bias": np.asarray(first.bias).tolist(),
                "output": model.predict(np.array([[1.0, -2.0, 0.5]]), verbose=0).tolist(),
            },
        }
    )
)
