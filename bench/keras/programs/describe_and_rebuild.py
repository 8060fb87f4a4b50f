"""to_json and model_from_json, get_config and from_config: a model without its parameters."""

import json

import numpy as np
from keras import Input, regularizers
from keras.layers import BatchNormalization, Dense, Dropout
from keras.models import Model, Sequential, model_from_json

model = Sequential(name="described")
model.add(Input(shape=(3,), name="rows"))
model.add(Dense(4, activation="relu", kernel_regularizer=regularizers.l2(0.01), name="wide"))
model.add(BatchNormalization(momentum=0.9))
model.add(Dropout(0.25))
model.add(Dense(2, activation="softmax", use_bias=False))
draw = np.random.RandomState(53)
model.set_weights([draw.uniform(0.5, 1.5, size=w.shape) for w in model.get_weights()])
x = draw.normal(size=(4, 3))

text = model.to_json()
parsed = json.loads(text)
rebuilt = model_from_json(text)
rebuilt.set_weights(model.get_weights())
configured = Sequential.from_config(model.get_config())
configured.set_weights(model.get_weights())
layer = Dense.from_config(model.get_layer("wide").get_config())

keys = {
    "Dense": ("name", "units", "activation", "use_bias", "trainable"),
    "Dropout": ("rate",),
    "BatchNormalization": ("momentum", "epsilon", "axis", "center", "scale"),
}
read = [{key: one.get_config()[key] for key in keys[type(one).__name__]} for one in rebuilt.layers]

print(
    json.dumps(
        {
            "equal": {
                "class_name": parsed["class_name"],
                "name": [rebuilt.name, configured.name],
                "layers": [type(one).__name__ for one in configured.layers],
                "layers in the text": [one["class_name"] for one in parsed["config"]["layers"]],
                "read": read,
                "is a Model": isinstance(rebuilt, Model),
                "penalty": float(np.round(layer.kernel_regularizer.l2, 6)),
                "layer": [layer.name, layer.units],
            },
            "close": {
                "output": model.predict(x, verbose=0).tolist(),
                "rebuilt": rebuilt.predict(x, verbose=0).tolist(),
                "configured": configured.predict(x, verbose=0).tolist(),
            },
        }
    )
)
