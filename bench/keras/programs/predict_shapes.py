"""predict, predict_on_batch and calls of the model: shapes, types, batches, one row, lists."""

import json

import numpy as np
from keras import Input
from keras.layers import Dense
from keras.models import Sequential

draw = np.random.RandomState(47)
x = draw.normal(size=(70, 2))
model = Sequential([Input((2,)), Dense(3, activation="softmax")])
model.set_weights([draw.normal(size=(2, 3)), draw.normal(size=3)])

whole = model.predict(x, verbose=0)
outputs = {
    "batches of 7": model.predict(x, batch_size=7, verbose=0),
    "one batch": model.predict_on_batch(x),
    "called": np.asarray(model(x.astype("float32"))),
    "called for use": model(x.astype("float32"), training=False).numpy(),
    "integers": model.predict(np.arange(6).reshape(3, 2), verbose=0),
    "booleans": model.predict(np.array([[True, False]]), verbose=0),
    "one row": model.predict(x[:1], verbose=0),
    "single": model.predict(x.astype("float32"), verbose=0),
    "two steps": model.predict(x, batch_size=10, steps=2, verbose=0),
}
model.compile("sgd", "categorical_crossentropy")
outputs["compiled"] = model.predict(x, verbose=0)

print(
    json.dumps(
        {
            "equal": {
                "shapes": {name: list(found.shape) for name, found in outputs.items()},
                "types": {name: str(found.dtype) for name, found in outputs.items()},
                "class": type(whole).__name__,
                "classes": whole.argmax(axis=1)[:20].tolist(),
                "same": {
                    name: bool(np.allclose(outputs[name], whole, atol=1e-6))
                    for name in ("batches of 7", "one batch", "called", "single", "compiled")
                },
            },
            "close": {
                "whole": whole[:5].tolist(),
                "integers": outputs["integers"].tolist(),
                "booleans": outputs["booleans"].tolist(),
            },
        }
    )
)
