"""The text of summary for named models: the table, the counts, through print and print_fn."""

import contextlib
import io
import json

from keras import Input
from keras.layers import Activation, BatchNormalization, Dense, Dropout, Flatten
from keras.models import Sequential

model = Sequential(name="table")
model.add(Input(shape=(6, 2)))
model.add(Flatten(name="flat"))
model.add(Dense(100, activation="relu", name="first"))
model.add(BatchNormalization(name="normal"))
model.add(Dropout(0.2, name="drop"))
model.add(Dense(3, name="last"))
model.add(Activation("softmax", name="classes"))

caught = io.StringIO()
with contextlib.redirect_stdout(caught):
    returned = model.summary()
lines = []
model.summary(print_fn=lambda text, **words: lines.append(text))
model.get_layer("first").trainable = False
frozen = []
model.summary(print_fn=lambda text, **words: frozen.append(text))
unbuilt = []
Sequential([Dense(2, name="waiting")], name="unbuilt").summary(print_fn=unbuilt.append)
model.compile("adam", "categorical_crossentropy")


def clean(text):
    """The lines without spaces at their ends."""
    return [line.rstrip() for line in text.strip().split("\n")]


def counts(text):
    """The lines below the table."""
    return [line.strip() for line in text.split("\n") if "params" in line and ":" in line]


print(
    json.dumps(
        {
            "equal": {
                "returned": returned,
                "printed": clean(caught.getvalue()),
                "through print_fn": clean("\n".join(lines)),
                "calls": len(lines),
                "frozen": counts("\n".join(frozen)),
                "unbuilt": counts("\n".join(unbuilt)),
            }
        }
    )
)
