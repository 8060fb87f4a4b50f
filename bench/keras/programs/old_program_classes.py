"""A whole program of Keras 1 with four classes: np_utils, RMSprop(lr, decay), predict_classes."""

import json
import os

import keras
import numpy as np
from keras.layers.core import Activation, Dense, Dropout
from keras.models import Sequential
from keras.optimizers import RMSprop
from keras.regularizers import l2
from keras.utils import np_utils

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
nb_classes, nb_epoch, batch_size = 4, 25, 20
draw = np.random.RandomState(103)
y_train = draw.randint(nb_classes, size=200)
corners = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
X_train = np.hstack([corners[y_train], np.zeros((200, 3))]) + 0.8 * draw.normal(size=(200, 5))
Y_train = np_utils.to_categorical(y_train, nb_classes)

model = Sequential()
model.add(Dense(32, input_shape=(5,), init="he_normal", W_regularizer=l2(0.001)))
model.add(Activation("relu"))
model.add(Dropout(0.3))
model.add(Dense(nb_classes, init="glorot_normal"))
model.add(Activation("softmax"))
model.compile(
    loss="categorical_crossentropy", optimizer=RMSprop(lr=0.005, decay=1e-3), metrics=["accuracy"]
)
history = model.fit(
    X_train,
    Y_train,
    batch_size=batch_size,
    nb_epoch=nb_epoch,
    validation_split=0.2,
    verbose=0,
)
classes = model.predict_classes(X_train, verbose=0)
score = model.evaluate(X_train, Y_train, verbose=0)

print(
    json.dumps(
        {
            "equal": {
                "keys": sorted(history.history),
                "agrees": abs(float((classes == y_train).mean()) - score[1]) < 1e-6,
            },
            "random": {
                "score": score[0],
                "accuracy": score[1],
                "loss": history.history["loss"][-1],
                "val_loss": history.history["val_loss"][-1],
            },
        }
    )
)
