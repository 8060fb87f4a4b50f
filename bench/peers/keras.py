"""Keras's `fit` and `predict_on_batch`, on JAX or what else of its backends there is.

On one core, a small network trains some twenty times as fast on JAX as on TensorFlow.
"""

import importlib.util
import os

from fastdense_bench.job import SHUFFLED

NAME = "keras"
IMPORTS = ("keras",)
PACKAGES = ("keras",)
INSTALL = "pip install keras jax"
STEPS_PER_EXECUTION = 8  # at most: they are unrolled, which takes long to compile


def environment():
    """The user's backend, or the first that is installed."""
    backends = ("jax", "tensorflow", "torch")
    installed = [name for name in backends if importlib.util.find_spec(name)]
    chosen = os.environ.get("KERAS_BACKEND") or [*installed, backends[0]][0]
    return {"KERAS_BACKEND": chosen}


def make(job):
    import keras

    *hidden, outputs = job.workload.widths[1:]
    layers = [keras.layers.Dense(n, activation=job.workload.activation) for n in hidden]
    inputs = keras.Input((job.workload.widths[0],))
    return keras.Sequential([inputs, *layers, keras.layers.Dense(outputs)])


def train(job):
    import keras

    workload = job.workload
    model = make(job)
    rate = workload.learning_rate
    optimizer = {
        "sgd": lambda: keras.optimizers.SGD(rate),
        "adam": lambda: keras.optimizers.Adam(rate, epsilon=1e-8),
    }[workload.optimizer]()
    grouped = min(STEPS_PER_EXECUTION, workload.steps)
    loss = "mse"
    if workload.classifies:
        loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss=loss, steps_per_execution=grouped)
    optimizer.build(model.trainable_variables)
    slots = [(variable, variable.numpy()) for variable in optimizer.variables]
    weights = [array for layer in job.layers for array in layer]
    x, y = job.arranged

    def run(epochs):
        model.set_weights(weights)
        for variable, value in slots:
            variable.assign(value)
        fitted = model.fit(
            x, y, batch_size=workload.batch, epochs=epochs, verbose=0,
            shuffle=job.order == SHUFFLED,
        )  # fmt: skip
        return fitted.history["loss"][-1]

    return run


def predict(job):
    model = make(job)
    model.set_weights([array for layer in job.layers for array in layer])
    return lambda: model.predict_on_batch(job.inputs)
