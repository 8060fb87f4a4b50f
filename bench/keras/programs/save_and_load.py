"""save and load_model as .keras and .h5: three epochs, a file, and three more are six at once."""

import json

import numpy as np
from keras import Input
from keras.layers import Activation, Dense, Dropout
from keras.models import Sequential, load_model
from keras.optimizers import SGD

draw = np.random.RandomState(50)
x = draw.normal(size=(20, 3))
y = (x[:, 0] > 0).astype(int)


def build():
    """A model at a fixed start, whose optimizer has moments to keep."""
    fixed = np.random.RandomState(1)
    model = Sequential(
        [
            Input((3,)),
            Dense(4, name="hidden"),
            Activation("tanh"),
            Dropout(0.0),
            Dense(1, activation="sigmoid", name="answer"),
        ],
        name="kept",
    )
    model.set_weights([fixed.normal(size=w.shape) for w in model.get_weights()])
    model.compile(SGD(0.3, momentum=0.9), "binary_crossentropy", metrics=["accuracy"])
    return model


def fit(model):
    """The losses of three more epochs."""
    return model.fit(x, y, epochs=3, batch_size=5, shuffle=False, verbose=0).history["loss"]


at_once = build()
losses = {"at once": fit(at_once) + fit(at_once)}
same, names = {}, {}
for ending in ("keras", "h5"):
    model = build()
    first = fit(model)
    model.save(f"model.{ending}")
    loaded = load_model(f"model.{ending}")
    same[ending] = bool(
        np.allclose(model.predict(x, verbose=0), loaded.predict(x, verbose=0), atol=1e-6)
    )
    names[ending] = [loaded.name, *(layer.name for layer in loaded.layers)]
    if ending == "h5":  # Keras cannot go on with an optimizer from such a file
        loaded.compile(SGD(0.3, momentum=0.9), "binary_crossentropy", metrics=["accuracy"])
    losses[ending] = first + fit(loaded)

bare = load_model("model.keras", compile=False)
try:
    bare.evaluate(x, y, verbose=0)
    refused = "no"
except ValueError:
    refused = "ValueError"
alone = Sequential([Input((3,)), Dense(2)])
alone.save("alone.keras")

print(
    json.dumps(
        {
            "equal": {
                "same": same,
                "names": names,
                "not compiled": refused,
                "never compiled": load_model("alone.keras").count_params(),
                "metrics": sorted(
                    load_model("model.keras").evaluate(x, y, verbose=0, return_dict=True)
                ),
            },
            "close": {"losses": losses},
        }
    )
)
