"""to_categorical under its three addresses, normalize, and np_utils of old."""

import json

import keras
import numpy as np
from keras.utils import np_utils
from keras.utils.np_utils import to_categorical as old
from tensorflow.keras.utils import to_categorical

labels = np.array([0, 2, 1, 2])
results = {
    "plain": to_categorical(labels),
    "wider": to_categorical(labels, 5),
    "by name": keras.utils.to_categorical(labels, num_classes=4),
    "module": np_utils.to_categorical(labels, 3),
    "old": old([1, 0, 1]),
    "column": to_categorical(labels[:, None]),
    "square": to_categorical(labels.reshape(2, 2)),
    "floats": to_categorical(np.array([0.0, 1.0, 1.0])),
    "normalized": keras.utils.normalize(np.array([[3.0, 4.0], [1.0, 0.0]])),
}
print(
    json.dumps(
        {
            "equal": {
                "shapes": {name: list(found.shape) for name, found in results.items()},
                "types": {name: str(found.dtype) for name, found in results.items()},
            },
            "close": {name: np.asarray(found).tolist() for name, found in results.items()},
        }
    )
)
