"""A small network for images, as for digits: Conv2D, pooling, Dropout, Flatten, over seeds."""

import json
import os

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, models

tf.keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
draw = np.random.RandomState(107)
labels = draw.randint(3, size=150)
images = 0.5 * draw.normal(size=(150, 10, 10))
for image, label in zip(images, labels, strict=True):  # a square, a line down, a line across
    row, column = draw.randint(5, size=2)
    rows, columns = [(3, 3), (5, 1), (1, 5)][label]
    image[row : row + rows, column : column + columns] += 1.5
images = images[..., np.newaxis].astype("float32")

model = models.Sequential()
model.add(layers.Conv2D(8, (3, 3), activation="relu", input_shape=(10, 10, 1)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Dropout(0.25))
model.add(layers.Flatten())
model.add(layers.Dense(16, activation="relu"))
model.add(layers.Dense(3))
model.compile(
    optimizer="adam",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
history = model.fit(
    images[:120],
    labels[:120],
    epochs=15,
    batch_size=16,
    verbose=0,
    validation_data=(images[120:], labels[120:]),
)

print(
    json.dumps(
        {
            "equal": {"parameters": model.count_params(), "output": list(model.output_shape)},
            "random": {
                "loss": history.history["loss"][-1],
                "accuracy": history.history["accuracy"][-1],
                "val_loss": history.history["val_loss"][-1],
                "first": history.history["loss"][0],
            },
        }
    )
)
