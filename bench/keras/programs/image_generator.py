"""ImageDataGenerator: rescaled batches in order, standardized ones, a split, and a training."""

import json

import numpy as np
from keras.layers import Dense, Flatten
from keras.models import Sequential
from keras.optimizers import SGD
from keras.preprocessing.image import ImageDataGenerator

draw = np.random.RandomState(97)
images = draw.randint(256, size=(10, 4, 4, 1)).astype("float32")
labels = draw.randint(2, size=10)

scaling = ImageDataGenerator(rescale=1.0 / 255)
flow = scaling.flow(images, labels, batch_size=4, shuffle=False)
batches = [next(flow) for _ in range(4)]
standard = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True)
standard.fit(images)
centered = next(standard.flow(images, batch_size=10, shuffle=False))
split = ImageDataGenerator(validation_split=0.3)
parts = [
    len(split.flow(images, labels, batch_size=1, subset=s)) for s in ("training", "validation")
]
flipped = next(ImageDataGenerator(horizontal_flip=True).flow(images, batch_size=10, shuffle=False))
kept = [
    bool(np.array_equal(a, b) or np.array_equal(a, b[:, ::-1]))
    for a, b in zip(flipped, images, strict=True)
]

model = Sequential()
model.add(Flatten(input_shape=(4, 4, 1)))
model.add(Dense(1, activation="sigmoid"))
model.set_weights([0.5 * draw.normal(size=(16, 1)), np.zeros(1)])
model.compile(SGD(0.2), "binary_crossentropy", metrics=["accuracy"])
history = model.fit_generator(
    scaling.flow(images, labels, batch_size=5, shuffle=False),
    steps_per_epoch=2,
    epochs=3,
    shuffle=False,  # of the batches, which have an order of their own
    verbose=0,
)

print(
    json.dumps(
        {
            "equal": {
                "length": len(flow),
                "shapes": [list(b[0].shape) for b in batches],
                "labels": [b[1].tolist() for b in batches],
                "types": [str(batches[0][0].dtype), str(batches[0][1].dtype)],
                "parts": parts,
                "flipped or not": all(kept),
            },
            "close": {
                "first": batches[0][0][0].ravel().tolist(),
                "centered": [float(centered.mean()), float(centered.std())],
                "history": history.history,
                "weights": [w.ravel().tolist() for w in model.get_weights()],
            },
        }
    )
)
