"""StandardScaler, LabelEncoder, train_test_split and a report of scikit-learn around a network."""

import json
import os

import keras
import numpy as np
from keras.layers import Dense, Dropout
from keras.models import Sequential
from keras.utils import to_categorical
from sklearn.metrics import accuracy_score, confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelEncoder, StandardScaler

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
draw = np.random.RandomState(71)
kinds = np.array(["iris", "lily", "rose"])
labels = draw.randint(3, size=240)
features = draw.normal(size=(240, 5)) * [1, 10, 100, 1, 5] + labels[:, None] * [1, 8, -60, 0, 2]

encoder = LabelEncoder()
encoded = encoder.fit_transform(kinds[labels])
targets = to_categorical(encoded)
x_train, x_test, y_train, y_test = train_test_split(
    features, targets, test_size=0.25, random_state=1, stratify=encoded
)
scaler = StandardScaler().fit(x_train)
x_train, x_test = scaler.transform(x_train), scaler.transform(x_test)

model = Sequential()
model.add(Dense(16, input_shape=(x_train.shape[1],), activation="relu"))
model.add(Dropout(0.2))
model.add(Dense(3, activation="softmax"))
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
history = model.fit(x_train, y_train, epochs=20, batch_size=16, verbose=0)
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
predicted = model.predict(x_test, verbose=0).argmax(axis=1)
matrix = confusion_matrix(y_test.argmax(axis=1), predicted)

print(
    json.dumps(
        {
            "equal": {
                "accuracy agrees": abs(accuracy_score(y_test.argmax(axis=1), predicted) - accuracy)
                < 1e-6,
                "rows": matrix.sum(axis=1).tolist(),
                "shapes": [list(x_train.shape), list(targets.shape)],
            },
            "random": {
                "loss": loss,
                "accuracy": accuracy,
                "first loss": history.history["loss"][0],
                "training loss": history.history["loss"][-1],
            },
        }
    )
)
