"""A callback of one's own that stops the training, evaluates within it and sets the rate."""

import json

import numpy as np
import tensorflow as tf

draw = np.random.RandomState(68)
x = draw.normal(size=(30, 2)).astype("float32")
y = (x[:, 0] - x[:, 1] > 0).astype("float32")
seen = []


class Enough(tf.keras.callbacks.Callback):
    """Stops at an accuracy; looks at other data on the way; lowers the rate."""

    def on_epoch_end(self, epoch, logs={}):  # noqa: B006 (so it is written in many programs)
        found = self.model.evaluate(x[:10], y[:10], verbose=0)
        output = self.model.predict(x[:2], verbose=0)
        seen.append([found[0], found[1], float(output[0, 0]), float(logs.get("accuracy"))])
        self.model.optimizer.learning_rate = 0.5 / (epoch + 2)
        logs["mine"] = 2.0 * epoch
        if logs.get("accuracy") > 0.85:
            self.model.stop_training = True


class StopsInEpoch(tf.keras.callbacks.Callback):
    """Stops after the second batch."""

    def on_train_batch_end(self, batch, logs=None):
        if batch == 1:
            self.model.stop_training = True


model = tf.keras.models.Sequential(
    [tf.keras.Input((2,)), tf.keras.layers.Dense(1, activation=tf.nn.sigmoid)]
)
start = [np.array([[-0.6], [-0.8]]), np.array([0.3])]
model.set_weights(start)
model.compile(tf.keras.optimizers.SGD(0.5), "binary_crossentropy", metrics=["accuracy"])
words = {"batch_size": 10, "shuffle": False, "verbose": 0}
history = model.fit(x, y, epochs=50, callbacks=[Enough()], **words)
epochs = len(history.history["loss"])
model.set_weights(start)
short = model.fit(x, y, epochs=5, callbacks=[StopsInEpoch()], **words)

print(
    json.dumps(
        {
            "equal": {
                "epochs": epochs,
                "keys": list(history.history),
                "stopped within an epoch": [short.epoch, len(short.history["loss"])],
            },
            "close": {
                "seen": seen,
                "history": history.history,
                "short": short.history,
                "weights": [w.ravel().tolist() for w in model.get_weights()],
            },
        }
    )
)
