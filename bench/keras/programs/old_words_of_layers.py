"""Dense in the words of Keras 1: output_dim, init, W_regularizer, b_constraint, bias, nb_epoch."""

import json

import numpy as np
from keras.constraints import maxnorm
from keras.layers.core import Activation, Dense, Dropout
from keras.layers.normalization import BatchNormalization
from keras.models import Sequential
from keras.optimizers import SGD
from keras.regularizers import l1, l1l2, l2

draw = np.random.RandomState(100)
X = draw.normal(size=(24, 4))
Y = np.eye(2)[draw.randint(2, size=24)]

model = Sequential()
model.add(Dense(output_dim=6, input_dim=4, init="uniform", W_regularizer=l2(0.02)))
model.add(Activation("relu"))
model.add(Dropout(0.0))
model.add(Dense(output_dim=4, init="normal", b_regularizer=l1(0.1), W_constraint=maxnorm(1.0)))
model.add(BatchNormalization())
model.add(Activation("tanh"))
model.add(Dense(output_dim=3, init="zeros", bias=False, W_regularizer=l1l2(l1=0.01, l2=0.01)))
model.add(Dense(2, init="glorot_uniform", activation="softmax"))
zero = model.layers[6].get_weights()[0]
model.set_weights([draw.uniform(-1.0, 1.0, size=w.shape) ** 2 for w in model.get_weights()])
model.compile(loss="categorical_crossentropy", optimizer=SGD(lr=0.1), metrics=["accuracy"])
history = model.fit(X, Y, nb_epoch=4, batch_size=6, shuffle=False, verbose=0)
probabilities = model.predict_proba(X[:4])
classes = model.predict_classes(X)

print(
    json.dumps(
        {
            "equal": {
                "zero": zero.tolist(),
                "shapes": [list(w.shape) for w in model.get_weights()],
                "keys": sorted(history.history),
                "classes": classes.tolist(),
                "kernel within its norm": bool(
                    (np.linalg.norm(model.layers[3].get_weights()[0], axis=0) <= 1.0 + 1e-5).all()
                ),
            },
            "close": {
                "history": history.history,
                "probabilities": probabilities.tolist(),
                "evaluated": model.evaluate(X, Y, verbose=0),
                "weights": [w.tolist() for w in model.get_weights()],
            },
        }
    )
)
