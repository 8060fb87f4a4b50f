"""By default fit draws an order of the rows: results differ by the seed, not with shuffle=False."""

import json
import os

import keras
import numpy as np
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
draw = np.random.RandomState(42)
x = draw.normal(size=(40, 3))
y = x.sum(axis=1) + draw.normal(size=40)


def last(**arguments):
    """The first parameter after two epochs from a fixed start."""
    model = Sequential([keras.Input((3,)), Dense(1)])
    model.set_weights([np.zeros((3, 1)), np.zeros(1)])
    model.compile(SGD(0.1), "mse")
    model.fit(x, y, epochs=2, batch_size=4, verbose=0, **arguments)
    return float(model.get_weights()[0][0, 0])


shuffled, fixed = last(), last(shuffle=False)
keras.utils.set_random_seed(5)
first = last()
keras.utils.set_random_seed(6)
other = last()
keras.utils.set_random_seed(5)
print(
    json.dumps(
        {
            "equal": {
                "an order is drawn": abs(shuffled - fixed) > 1e-6,
                "again by the seed": last() == first,
                "another order": other != first,
                "fixed again": last(shuffle=False) == fixed,
            },
            "close": {"fixed": fixed},
            "random": {"shuffled": shuffled},
        }
    )
)
