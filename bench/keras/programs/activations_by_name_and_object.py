"""Every activation on one grid: by name in a layer, as an object, through keras.activations."""

import json

import keras
import numpy as np
import tensorflow as tf
from keras.layers import Activation, Dense
from keras.models import Sequential

grid = np.linspace(-4.0, 4.0, 12).reshape(4, 3).astype("float32")


def through(activation):
    """What an Activation layer gives for the grid."""
    model = Sequential([keras.Input((3,)), Activation(activation)])
    return model.predict(grid, verbose=0).tolist()


def through_dense(activation):
    """The same in a Dense layer that passes its inputs on."""
    model = Sequential([keras.Input((3,)), Dense(3, activation=activation)])
    model.set_weights([np.eye(3), np.zeros(3)])
    return model.predict(grid, verbose=0).tolist()


names = ["relu", "sigmoid", "softmax", "tanh", "linear", "selu", "elu", "softplus", "softsign"]
objects = {
    "tf.nn.relu": tf.nn.relu,
    "tf.nn.sigmoid": tf.nn.sigmoid,
    "tf.nn.softmax": tf.nn.softmax,
    "tf.nn.tanh": tf.nn.tanh,
    "tf.keras.activations.relu": tf.keras.activations.relu,
    "keras.activations.elu": keras.activations.elu,
    "none": None,
}
layer = Dense(3, activation="relu")
print(
    json.dumps(
        {
            "equal": {
                "name_of_relu": layer.activation.__name__,
                "name_of_none": Dense(3).activation.__name__,
                "config": layer.get_config()["activation"],
                "config_of_none": Dense(3).get_config()["activation"],
            },
            "close": {
                **{name: through(name) for name in names},
                **{f"dense {name}": through_dense(name) for name in names},
                **{name: through_dense(one) for name, one in objects.items()},
                "called": np.asarray(keras.activations.sigmoid(tf.constant(grid))).tolist(),
                "got": np.asarray(keras.activations.get("tanh")(tf.constant(grid))).tolist(),
            },
        }
    )
)
