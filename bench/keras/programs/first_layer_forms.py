"""How a first layer says its inputs: input_dim, input_shape, Input, Flatten, and none at all."""

import json

import numpy as np
from keras.layers import Dense, Flatten, Input, InputLayer
from keras.models import Sequential

forms = {
    "input_dim": [Dense(3, input_dim=4)],
    "input_shape_tuple": [Dense(3, input_shape=(4,))],
    "input_shape_list": [Dense(3, input_shape=[4])],
    "input": [Input(shape=(4,)), Dense(3)],
    "input_positional": [Input((4,)), Dense(3)],
    "input_layer": [InputLayer(shape=(4,)), Dense(3)],
    "flatten": [Flatten(input_shape=(2, 2)), Dense(3)],
    "flatten_images": [Flatten(input_shape=(2, 3, 1)), Dense(3)],
}
shapes, counts, layers = {}, {}, {}
for name, form in forms.items():
    model = Sequential(form)
    shapes[name] = [list(model.input_shape), list(model.output_shape)]
    counts[name] = model.count_params()
    layers[name] = len(model.layers)

late = Sequential([Dense(3), Dense(1)])
built = [late.built]
try:
    late.count_params()
    refused = "no"
except ValueError:
    refused = "ValueError"
weights_before = len(late.get_weights())
late.build((None, 5))
built.append(late.built)

by_data = Sequential([Dense(2, activation="relu"), Dense(1)])
by_data.compile("sgd", "mse")
by_data.fit(np.ones((4, 7)), np.ones(4), verbose=0)

print(
    json.dumps(
        {
            "equal": {
                "shapes": shapes,
                "counts": counts,
                "layers": layers,
                "built": built,
                "count_before_build": refused,
                "weights_before_build": weights_before,
                "count_after_build": late.count_params(),
                "count_by_data": by_data.count_params(),
                "shapes_by_data": [list(w.shape) for w in by_data.get_weights()],
            }
        }
    )
)
