"""LambdaCallback: functions at the beginnings and ends of trainings, epochs and batches."""

import json

import numpy as np
from keras import Input
from keras.callbacks import LambdaCallback
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(66)
x = draw.normal(size=(9, 2))
y = x[:, :1]
model = Sequential([Input((2,)), Dense(1)])
model.set_weights([np.zeros((2, 1)), np.zeros(1)])
model.compile(SGD(0.1), "mse")

calls, kernels = [], []
callback = LambdaCallback(
    on_train_begin=lambda logs: calls.append("train begins"),
    on_epoch_begin=lambda epoch, logs: calls.append(f"epoch {epoch} begins"),
    on_epoch_end=lambda epoch, logs: kernels.append(
        model.layers[0].get_weights()[0].ravel().tolist()
    ),
    on_train_batch_end=lambda batch, logs: calls.append(f"batch {batch} ends"),
    on_train_end=lambda logs: calls.append("train ends"),
)
model.fit(x, y, epochs=2, batch_size=4, shuffle=False, verbose=0, callbacks=[callback])
print(json.dumps({"equal": {"calls": calls}, "close": {"kernels": kernels}}))
