"""Initializers by name and as objects: the spread of a kernel of 80 by 40, and its bounds."""

import json
import os

import keras
import numpy as np
from keras import initializers
from keras.layers import Dense

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))


def kernel(initializer, units=40):
    """The kernel of a new layer of 80 inputs."""
    layer = Dense(units, kernel_initializer=initializer)
    layer.build((None, 80))
    return layer.get_weights()[0].astype(float)


names = ["glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform"]
names += [
    "lecun_normal",
    "random_uniform",
    "random_normal",
    "truncated_normal",
    "uniform",
    "normal",
]
objects = {
    "RandomNormal": initializers.RandomNormal(mean=1.0, stddev=0.5),
    "RandomUniform": initializers.RandomUniform(minval=-0.2, maxval=0.6),
    "TruncatedNormal": initializers.TruncatedNormal(mean=0.0, stddev=0.3),
    "VarianceScaling": initializers.VarianceScaling(
        scale=3.0, mode="fan_out", distribution="normal"
    ),
    "HeNormal": initializers.HeNormal(),
    "Orthogonal": initializers.Orthogonal(gain=2.0),
}
kernels = {name: kernel(name) for name in names}
kernels |= {name: kernel(one) for name, one in objects.items()}
kernels["default"] = kernel(Dense(1).kernel_initializer)
seeded = [kernel(initializers.GlorotUniform(seed=3)) for _ in range(2)]
gram = kernels["Orthogonal"].T @ kernels["Orthogonal"]

print(
    json.dumps(
        {
            "equal": {
                "bias": Dense(2).bias_initializer.__class__.__name__,
                "default": Dense(2).kernel_initializer.__class__.__name__,
                "a_seed_repeats": bool(np.array_equal(*seeded)),
                "orthogonal": bool(np.allclose(gram, 4.0 * np.eye(40), atol=1e-4)),
                "within_glorot": bool(np.abs(kernels["default"]).max() <= np.sqrt(6 / 120)),
                "truncated_at_two": bool(np.abs(kernels["TruncatedNormal"]).max() <= 0.6),
            },
            "random": {
                **{f"deviation {name}": float(k.std()) for name, k in kernels.items()},
                **{f"largest {name}": float(k.max()) for name, k in kernels.items()},
                "mean RandomNormal": float(kernels["RandomNormal"].mean()),
                "mean RandomUniform": float(kernels["RandomUniform"].mean()),
                "smallest RandomUniform": float(kernels["RandomUniform"].min()),
            },
        }
    )
)
