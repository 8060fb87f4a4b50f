"""plot_model writes a picture, or says what it lacks: pydot or Graphviz."""

import json
import os

from keras import Input
from keras.layers import Dense
from keras.models import Sequential
from keras.utils.vis_utils import plot_model

model = Sequential([Input((3,)), Dense(4, activation="relu"), Dense(1)])
try:
    plot_model(model, to_file="model.png", show_shapes=True, show_layer_names=True)
    outcome = "a picture" if os.path.getsize("model.png") > 500 else "nothing"
except Exception as error:
    named = any(word in str(error).lower() for word in ("pydot", "graphviz"))
    outcome = "a picture" if isinstance(error, ImportError) and named else repr(error)

print(json.dumps({"equal": {"a picture, or what is lacking": outcome}}))
