"""Sequential([...]) and Sequential() with .add: the same layers, names, parameters and outputs."""

import json

import numpy as np
from keras import Input, Sequential
from keras.layers import Activation, Dense

x = np.random.RandomState(0).normal(size=(6, 3))

listed = Sequential(
    [Input(shape=(3,)), Dense(4, activation="tanh"), Dense(2), Activation("softmax")]
)
added = Sequential(name="added")
added.add(Dense(4, activation="tanh", input_dim=3))
added.add(Dense(2))
added.add(Activation("softmax"))

weights = [
    np.random.RandomState(i).normal(size=w.shape) for i, w in enumerate(listed.get_weights())
]
listed.set_weights(weights)
added.set_weights(weights)
before = added.predict(x, verbose=0)

added.pop()
without = added.predict(x, verbose=0)
added.add(Dense(1, use_bias=False, name="last"))
added.layers[-1].set_weights([np.array([[1.0], [-2.0]])])

print(
    json.dumps(
        {
            "equal": {
                "layers": len(listed.layers),
                "names": [listed.name, *(layer.name for layer in listed.layers)],
                "names_added": [added.name, *(layer.name for layer in added.layers)],
                "shapes": [list(w.shape) for w in listed.get_weights()],
                "parameters": [listed.count_params(), added.count_params()],
                "same": bool(np.array_equal(listed.predict(x, verbose=0), before)),
                "input_shape": list(listed.input_shape),
                "output_shape": list(added.output_shape),
            },
            "close": {
                "output": before.tolist(),
                "without_softmax": without.tolist(),
                "another_layer": added.predict(x, verbose=0).tolist(),
            },
        }
    )
)
