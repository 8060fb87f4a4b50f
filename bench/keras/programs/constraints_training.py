"""max_norm, NonNeg, UnitNorm and MinMaxNorm hold after every step."""

import json

import numpy as np
from keras import Input
from keras.constraints import MaxNorm, MinMaxNorm, NonNeg, UnitNorm, max_norm
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(21)
x = draw.normal(size=(16, 3))
y = draw.normal(size=(16, 2))
weights = [draw.normal(size=(3, 2)), draw.normal(size=2)]

forms = {
    "max_norm": {"kernel_constraint": max_norm(0.8)},
    "default": {"kernel_constraint": MaxNorm()},
    "positive": {"kernel_constraint": NonNeg(), "bias_constraint": NonNeg()},
    "unit": {"kernel_constraint": UnitNorm()},
    "between": {"kernel_constraint": MinMaxNorm(min_value=0.5, max_value=0.9, rate=0.5)},
    "string": {"kernel_constraint": "non_neg"},
}
last, losses, norms = {}, {}, {}
for name, arguments in forms.items():
    model = Sequential([Input((3,)), Dense(2, **arguments)])
    model.set_weights(weights)
    model.compile(SGD(learning_rate=0.3), "mse")
    losses[name] = model.fit(x, y, epochs=3, batch_size=4, shuffle=False, verbose=0).history["loss"]
    last[name] = [w.tolist() for w in model.get_weights()]
    norms[name] = np.linalg.norm(model.get_weights()[0], axis=0).tolist()

print(
    json.dumps(
        {
            "equal": {"within": max(norms["max_norm"]) < 0.8 + 1e-5},
            "close": {"weights": last, "losses": losses, "norms": norms},
        }
    )
)
