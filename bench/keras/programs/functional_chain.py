"""Model(inputs, outputs) of a chain, and a model that shows what a hidden layer gives."""

import json

import numpy as np
from keras.layers import Dense, Dropout, Input
from keras.models import Model, Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(80)
x = draw.normal(size=(18, 4))
y = draw.randint(2, size=18)

inputs = Input(shape=(4,), name="rows")
hidden = Dense(5, activation="tanh", name="first")(inputs)
hidden = Dropout(0.0)(hidden)
hidden = Dense(3, activation="softmax", name="second")(hidden)
outputs = Dense(1, activation="sigmoid", name="answer")(hidden)
model = Model(inputs=inputs, outputs=outputs)
model.set_weights([draw.normal(size=w.shape) for w in model.get_weights()])
model.compile(SGD(0.3), "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=6, shuffle=False, verbose=0)

shown = Model(inputs=model.input, outputs=model.get_layer("second").output)
before = shown.predict(x[:3], verbose=0)
first = Model(model.inputs, model.layers[1].output, name="inner")
model.fit(x, y, epochs=1, batch_size=6, shuffle=False, verbose=0)
after = shown.predict(x[:3], verbose=0)

listed = Sequential([Input((4,)), Dense(2, name="a", activation="tanh"), Dense(1, name="b")])
listed.set_weights([np.ones((4, 2)), np.zeros(2), np.ones((2, 1)), np.zeros(1)])
part = Model(inputs=listed.inputs, outputs=listed.get_layer("a").output)

print(
    json.dumps(
        {
            "equal": {
                "names": [layer.name for layer in model.layers],
                "model names": [model.name, first.name],
                "shapes": [
                    list(model.input_shape),
                    list(model.output_shape),
                    list(shown.output_shape),
                ],
                "symbolic": [list(inputs.shape), list(outputs.shape)],
                "parameters": [model.count_params(), shown.count_params()],
                "class": type(model).__name__,
                "shares its layers": bool(np.abs(before - after).max() > 1e-6),
            },
            "close": {
                "history": history.history,
                "hidden": before.tolist(),
                "hidden, later": after.tolist(),
                "inner": first.predict(x[:2], verbose=0).tolist(),
                "of a Sequential": part.predict(x[:2], verbose=0).tolist(),
                "weights": [w.tolist() for w in model.get_weights()],
            },
        }
    )
)
