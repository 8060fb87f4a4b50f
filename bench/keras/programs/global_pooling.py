"""GlobalAveragePooling2D and GlobalMaxPooling2D after a convolution, from a fixed start."""

import json

import numpy as np
from keras import layers, models, optimizers

draw = np.random.RandomState(95)
x = draw.normal(size=(10, 6, 6, 1))
y = np.eye(2)[draw.randint(2, size=10)]
results, shapes = {}, {}
for name, pooling in {
    "average": layers.GlobalAveragePooling2D(),
    "largest": layers.GlobalMaxPooling2D(),
}.items():
    model = models.Sequential()
    model.add(layers.Conv2D(4, (3, 3), activation="relu", input_shape=(6, 6, 1)))
    model.add(pooling)
    model.add(layers.Dense(2, activation="softmax"))
    fixed = np.random.RandomState(1)
    model.set_weights([fixed.normal(size=w.shape) for w in model.get_weights()])
    model.compile(optimizers.SGD(0.1), "categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=3, batch_size=5, shuffle=False, verbose=0)
    results[name] = [history.history, [w.ravel().tolist() for w in model.get_weights()]]
    shapes[name] = list(model.layers[1].output.shape)

print(json.dumps({"equal": {"shapes": shapes}, "close": results}))
