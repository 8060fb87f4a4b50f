"""Every loss by name, by its old alias, as an object and called on arrays: one value for each."""

import json

import keras
import numpy as np
from keras import Input, losses
from keras.layers import Dense
from keras.models import Sequential

draw = np.random.RandomState(2)
x = draw.normal(size=(9, 3))
kernel = draw.normal(size=(3, 3))
one_hot = np.eye(3)[draw.randint(3, size=9)]
targets = {
    "probabilities": one_hot,
    "labels": one_hot.argmax(axis=1),
    "real": draw.normal(size=(9, 3)),
    "signs": 2.0 * one_hot - 1.0,
    "counts": draw.poisson(2.0, size=(9, 3)).astype(float),
}
names = {
    "categorical_crossentropy": ("softmax", "probabilities"),
    "sparse_categorical_crossentropy": ("softmax", "labels"),
    "binary_crossentropy": ("sigmoid", "probabilities"),
    "kl_divergence": ("softmax", "probabilities"),
    "kld": ("softmax", "probabilities"),
    "poisson": ("softplus", "counts"),
    "hinge": ("tanh", "signs"),
    "squared_hinge": ("tanh", "signs"),
    "categorical_hinge": ("linear", "probabilities"),
    "mse": ("linear", "real"),
    "MSE": ("linear", "real"),
    "mean_squared_error": ("linear", "real"),
    "mae": ("linear", "real"),
    "MAE": ("linear", "real"),
    "mean_absolute_error": ("linear", "real"),
    "mape": ("linear", "real"),
    "mean_absolute_percentage_error": ("linear", "real"),
    "msle": ("softplus", "counts"),
    "mean_squared_logarithmic_error": ("softplus", "counts"),
    "cosine_similarity": ("linear", "real"),
    "huber": ("linear", "real"),
    "log_cosh": ("linear", "real"),
}
objects = {
    "MeanSquaredError()": (losses.MeanSquaredError(), "linear", "real"),
    "MeanAbsoluteError()": (losses.MeanAbsoluteError(), "linear", "real"),
    "BinaryCrossentropy()": (losses.BinaryCrossentropy(), "sigmoid", "probabilities"),
    "CategoricalCrossentropy()": (losses.CategoricalCrossentropy(), "softmax", "probabilities"),
    "SparseCategoricalCrossentropy()": (
        losses.SparseCategoricalCrossentropy(),
        "softmax",
        "labels",
    ),
    "smoothed": (losses.BinaryCrossentropy(label_smoothing=0.1), "sigmoid", "probabilities"),
    "smoothed classes": (
        losses.CategoricalCrossentropy(label_smoothing=0.2),
        "softmax",
        "probabilities",
    ),
    "from logits": (losses.BinaryCrossentropy(from_logits=True), "linear", "probabilities"),
    "Huber(2)": (losses.Huber(delta=2.0), "linear", "real"),
    "function": (losses.mean_squared_error, "linear", "real"),
    "keras.losses.mae": (keras.losses.mean_absolute_error, "linear", "real"),
    "old word": ("kullback_leibler_divergence", "softmax", "probabilities"),
    "shorter old word": ("logcosh", "linear", "real"),
    "got": (losses.get("mse"), "linear", "real"),
}


def value(loss, activation, target):
    """The loss of a fixed layer with this activation."""
    model = Sequential([Input((3,)), Dense(3, activation=activation)])
    model.set_weights([kernel, np.array([0.1, 0.2, -0.3])])
    model.compile("sgd", loss)
    return float(model.evaluate(x, targets[target], verbose=0))


p = np.array([[0.9, 0.1], [0.4, 0.6]])
t = np.array([[1.0, 0.0], [1.0, 0.0]])
print(
    json.dumps(
        {
            "close": {
                **{name: value(name, *rest) for name, rest in names.items()},
                **{name: value(*all_of_it) for name, all_of_it in objects.items()},
                "called MeanSquaredError": float(losses.MeanSquaredError()(t, p)),
                "called BinaryCrossentropy": float(losses.BinaryCrossentropy()(t, p)),
                "called with weights": float(
                    losses.MeanSquaredError()(t, p, sample_weight=np.array([0.5, 2.0]))
                ),
                "sum": float(losses.MeanSquaredError(reduction="sum")(t, p)),
                "each row": np.asarray(losses.mean_squared_error(t, p)).tolist(),
                "each row of categorical": np.asarray(
                    losses.categorical_crossentropy(t, p)
                ).tolist(),
            }
        }
    )
)
