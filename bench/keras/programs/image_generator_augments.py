"""Augmented batches: flips, shifts and rotations change images within bounds, by the seed.

Both shifts have one range: `width_shift_range` of Keras 3 moves images up and down.
"""

import json
import os

import numpy as np
from keras.preprocessing.image import ImageDataGenerator

seed = int(os.environ.get("SEED", "0"))
np.random.seed(seed)
images = np.zeros((60, 9, 9, 1), dtype="float32")
images[:, 4, 2] = 1.0

flips = next(ImageDataGenerator(horizontal_flip=True).flow(images, batch_size=60, shuffle=False))
shifts = next(
    ImageDataGenerator(width_shift_range=0.3, height_shift_range=0.3, fill_mode="constant").flow(
        images, batch_size=60, shuffle=False
    )
)
turned = next(
    ImageDataGenerator(rotation_range=40, fill_mode="constant").flow(
        images, batch_size=60, shuffle=False
    )
)
bright = next(
    ImageDataGenerator(zoom_range=0.3, fill_mode="nearest").flow(images, batch_size=60, seed=seed)
)
order = next(ImageDataGenerator().flow(images, np.arange(60), batch_size=60))[1]
columns = (shifts.sum(axis=(1, 3)) * np.arange(9)).sum(axis=1) / shifts.sum(axis=(1, 2, 3))

print(
    json.dumps(
        {
            "equal": {
                "shapes": [list(a.shape) for a in (flips, shifts, turned, bright)],
                "a flip moves the point": sorted(set(flips[:, 4].argmax(axis=1).ravel().tolist())),
                "within": bool((np.abs(columns - 2) <= 2.71).all()),
                "every row once": sorted(order.tolist()) == list(range(60)),
                "shuffled": order.tolist() != list(range(60)),
            },
            "random": {
                "flipped": float((flips[:, 4, 6, 0] == 1.0).mean()),
                "column": float(columns.mean()),
                "spread": float(columns.std()),
                "left of the center": float(turned[:, 4, 2].mean()),
            },
        }
    )
)
