"""Models that are made of their inputs and outputs, and what all models can do."""

import itertools
import json
import math
import os
import sys

import numpy as np

from fastdense.dataset import Data
from fastdense.keras import fitting, losses, metrics, optimizers, saving
from fastdense.keras.configured import serialize
from fastdense.keras.floats import floatx
from fastdense.keras.layers import InputLayer, Layer
from fastdense.keras.names import line, unique
from fastdense.keras.plan import Plan
from fastdense.keras.progress import Bar
from fastdense.keras.randomness import next_seed
from fastdense.keras.refused import DIFFERENTIATION, refuse
from fastdense.keras.rows import drawn_rows, is_generator, rows
from fastdense.keras.tensors import KerasTensor, tensor
from fastdense.keras.words import old_words, only
from fastdense.model import Model as EngineModel


class Model(Layer):
    """A model from its inputs to its outputs.

    Parameters
    ----------
    inputs, outputs : KerasTensor
        Outputs that some layers made of the inputs, one after the other.
    """

    module = "models"

    def __new__(cls, *args, **given):
        return super().__new__(Functional if cls is Model else cls)

    def __init__(self, inputs=None, outputs=None, name=None, trainable=True, **others):
        if inputs is None and outputs is None:
            raise refuse(f"{type(self).__name__}, a model with a call of its own,", DIFFERENTIATION)
        super().__init__(name=name or unique(type(self).__name__.lower()), trainable=trainable)
        inputs, outputs = (_only("inputs", inputs), _only("outputs", outputs))
        chain, at = [], outputs
        while at is not inputs and at.source is not None:
            layer, at = at.source
            chain.append(layer)
        if at is not inputs:
            raise ValueError(
                f"the outputs of the model are not made of its inputs {inputs!r}; give the tensor "
                "that Input() returned"
            )
        self._chain = chain[::-1]
        self._enter = getattr(inputs, "layer", None)
        self.inputs, self.outputs = [inputs], [outputs]
        self.shape, self.built = inputs.shape[1:], True
        self._prepare()
        if not trainable:
            self.trainable = False

    def _prepare(self):
        self.optimizer = self.loss = self.history = None
        self.compiled = self.stop_training = False
        self._metrics, self._plan, self._warned = [], None, set()
        self._gathered = self._learning = None
        self.line = line()

    # The chain.

    @property
    def layers(self):
        first = [self._enter] if isinstance(self._enter, InputLayer) else []
        return [*first, *self._chain]

    def flat(self):
        """Its layers, with those of the models among them in their places."""
        every = []
        for layer in self._chain:
            every += layer.flat() if isinstance(layer, Model) else [layer]
        return every

    def get_layer(self, name=None, index=None):
        if index is not None:
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(
            f"No such layer: {name}. Existing layers are: {[one.name for one in self.layers]}."
        )

    @property
    def trainable(self):
        """Whether training changes it; what is set is set for all its layers."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable = bool(value)
        for layer in self._chain:
            layer.trainable = value

    def _trainable_layers(self):
        """Which of its `flat` layers are trainable, by themselves and in their models."""
        every = []
        for layer in self._chain:
            own = layer._trainable_layers() if isinstance(layer, Model) else [layer.trainable]
            every += [one and self._trainable for one in own]
        return every

    def plan(self):
        """How it is carried out; it must be built."""
        self._must_be_built()
        layers, learning = self.flat(), self._learning
        if learning is None or len(learning) != len(layers):
            learning = self._trainable_layers()
        plan = self._plan
        if plan is None or (plan.layers, plan.learning) != (layers, learning):
            self._plan = Plan(layers, self.shape, learning)
        return self._plan

    def _settle(self):
        """As in Keras, which layers are trained is settled by the first step after `compile`."""
        now = self._trainable_layers()
        if self._learning is None or len(self._learning) != len(now):
            self._learning = now
        for layer, before, after in zip(self.flat(), self._learning, now, strict=True):
            if before != after:
                self.warn(
                    f"trainable of the layer {layer.name} was changed after the model had been "
                    "compiled and trained; that counts when compile() is called again"
                )

    def _must_be_built(self):
        if not self.built:
            raise ValueError(
                f"This model has not yet been built: give its first layer an input_shape, or call "
                f"{self.name}.fit() or .build(shape) first"
            )

    def build_for(self, shape):
        if self.built and tuple(shape) != tuple(self.shape):
            raise ValueError(
                f"Input 0 of layer {self.name!r} is incompatible with the layer: expected "
                f"shape=(None, {', '.join(map(str, self.shape))}), found shape=(None, "
                f"{', '.join(map(str, shape))})"
            )

    def result(self, shape):
        for layer in self._chain:
            shape = layer.result(shape)
        return shape

    def forward(self, x):
        for layer in self._chain:
            x = layer.forward(x)
        return x

    def prepares(self):
        return False

    @property
    def input(self):
        self._must_be_built()
        return self.inputs[0]

    @property
    def output(self):
        self._must_be_built()
        return self.outputs[0]

    @property
    def output_names(self):
        return [self._chain[-1].name]

    # Weights.

    def get_weights(self):
        return [array for layer in self.flat() for array in layer.get_weights()]

    def set_weights(self, weights):
        weights = list(weights)
        counts = [len(layer.current()) for layer in self.flat()]
        if sum(counts) != len(weights):
            raise ValueError(
                f"You called `set_weights(weights)` on model {self.name!r} with a weight list of "
                f"length {len(weights)}, but the model was expecting {sum(counts)} weights."
            )
        for layer, count in zip(self.flat(), counts, strict=True):
            layer.set_weights(weights[:count])
            weights = weights[count:]

    @property
    def weights(self):
        every = []
        for layer, trains in zip(self.flat(), self._trainable_layers(), strict=True):
            for one in layer.weights:
                one.trainable &= trains
                every.append(one)
        return every

    variables = weights

    def _note_call(self, inputs, outputs):
        """It keeps those that it was made with."""

    def count_params(self):
        self._must_be_built()
        return sum(math.prod(one.shape) for one in self.weights)

    @property
    def losses(self):
        return [one for layer in self.flat() for one in layer.losses]

    # Training.

    @property
    def floats(self):
        """The type of its numbers."""
        return floatx()

    @old_words
    def compile(
        self, optimizer="rmsprop", loss=None, metrics=None, loss_weights=None,
        weighted_metrics=None, run_eagerly=False, steps_per_execution=1, jit_compile="auto",
        auto_scale_loss=True, class_mode=None, sample_weight_mode=None, **others,
    ):  # fmt: skip
        """How it is trained."""
        if others:
            raise TypeError(f"compile() got an unexpected argument {next(iter(others))!r}")
        if metrics is None and isinstance(loss_weights, (list, tuple)):
            if not all(isinstance(one, (int, float)) for one in loss_weights):
                metrics, loss_weights = loss_weights, None  # by their places, as in Keras 3
        if loss_weights is not None:
            raise refuse("loss_weights", "there is one output, and one loss")
        only("compile", "sample_weight_mode", sample_weight_mode, None)
        self.compile_line, self._learning = line(), None
        self.optimizer = optimizers.get(optimizer)
        self.loss = _one(loss)
        self._loss = None if self.loss is None else losses.get(self.loss)
        self._asked, self._asked_weighted = _of_one(metrics), _of_one(weighted_metrics)
        self._metrics, self.compiled = None, True
        _note_shared(self.optimizer, self)

    def _must_be_compiled(self):
        if not self.compiled:
            raise ValueError("You must call `compile()` before using the model.")
        if self._loss is None:
            raise ValueError("No loss to compute: give one to compile(loss=...)")

    def loss_of(self, data):
        """The `Loss`; targets must be there."""
        self._must_be_compiled()
        if self._loss.reduction == "none":
            raise refuse(
                'a loss with reduction "none" in compile',
                'there is one number to descend; leave the reduction out, or give "sum"',
            )
        if data.y is None:
            raise ValueError("there are no targets; give y")
        return self._loss

    def metrics_of(self, data):
        """The metrics, where "accuracy" is that of such targets."""
        if self._metrics is not None:
            return self._metrics
        outputs = int(self.plan().outputs[-1])
        found = []
        for weighted, every in (False, self._asked), (True, self._asked_weighted):
            for asked in every:
                for one in _listed(asked):
                    if one != "loss":
                        found.append(metrics.get(one, data.given, outputs))
                        found[-1].weighted = weighted
        names = {}
        for one in found:  # a second one of a name is told apart
            count = names[one.name] = names.get(one.name, 0) + 1
            if count > 1:
                one.name = f"weighted_{one.name}" if one.weighted else f"{one.name}_{count - 1}"
        self._metrics = found
        return found

    @property
    def metrics(self):
        return list(self._metrics or [])

    @property
    def metrics_names(self):
        return ["loss", *(["compile_metrics"] if getattr(self, "_asked", None) else [])]

    @old_words
    def fit(
        self, x=None, y=None, batch_size=None, epochs=1, verbose="auto", callbacks=None,
        validation_split=0.0, validation_data=None, shuffle=True, class_weight=None,
        sample_weight=None, initial_epoch=0, steps_per_epoch=None, validation_steps=None,
        validation_batch_size=None, validation_freq=1, show_accuracy=None, **others,
    ):  # fmt: skip
        """Train it; returns the `History`."""
        _check_others("fit", others)
        self._must_be_compiled()
        self.fit_line = line()
        self._plan = None  # settings of its layers may have been changed
        count = max(int(epochs) - int(initial_epoch), 0)
        drawn = is_generator(x)
        data = drawn_rows(x, steps_per_epoch, count) if drawn else rows(x, y, sample_weight)
        self._build_on(data.x)
        self._settle()
        held = None
        if validation_data is not None:
            size = int(validation_batch_size or batch_size or 32)
            held = _held(validation_data, validation_steps, size)
        elif validation_split:
            data, held = fitting.held_back(data, validation_split)
        if class_weight is not None:
            self.loss_of(data)
            data = fitting.class_weighted(data, class_weight)
        batch = min(data.batch or (32 if batch_size is None else int(batch_size)), len(data))
        if data.shuffled is not None:
            shuffle = data.shuffled
        verbose = 1 if verbose == "auto" else int(verbose)
        order = None
        if drawn:  # each epoch goes on with what was drawn
            shuffle, order = False, np.arange(len(data)).reshape(max(count, 1), -1)
        elif steps_per_epoch is not None:
            order = self._order(len(data), batch, int(steps_per_epoch), count, bool(shuffle))
        fit = fitting.Fit(
            self, data, batch, count, bool(shuffle), held, int(validation_freq), order
        )
        history = fit.run(callbacks, verbose, int(initial_epoch), int(epochs))
        for watch in WATCHING:
            watch(self, fit, history, fit.apart(callbacks))
        return history

    def _order(self, count, batch, steps, epochs, shuffle):
        """The rows that each epoch visits in so many steps, one pass behind the other."""
        if steps == -(-count // batch):
            return None
        rest = count % batch
        if rest:
            self.warn(f"the last {rest} rows of each pass are left out, which fill no batch")
        draw = np.random.default_rng(next_seed())
        passes = -(-steps * batch * max(epochs, 1) // (count - rest))
        each = (draw.permutation(count) if shuffle else np.arange(count) for _ in range(passes))
        every = np.concatenate([one[: count - rest] for one in each])
        return every[: steps * batch * max(epochs, 1)].reshape(-1, steps * batch)

    def _build_on(self, x):
        """Build it for some rows, or check that it takes them."""
        shape = x.shape[1:]
        if not self.built:
            self.build((None, *shape))
        elif tuple(shape) != tuple(self.shape) and math.prod(shape) != math.prod(self.shape):
            self.build_for(shape)
        elif tuple(shape) != tuple(self.shape):
            if (
                len(shape) > 1
                and len(self.shape) > 1
                and shape == self.shape[:-1]
                and self.shape[-1] == 1
            ):
                return
            self.build_for(shape)

    def evaluated(self, data, size):
        """Loss and metrics on some rows, by name; `size` rows are a batch."""
        loss, plan = self.loss_of(data), self.plan()
        network = plan.trainable()
        engine = EngineModel(network, plan.gather(self.floats))

        def mean(part):
            given = Data(plan.prepared(part.x), part.y, part.weights)
            return engine.evaluate(given, loss.choice()).loss

        if loss.sums:  # the mean over rows of their batch's sum
            starts = range(0, len(data), size)
            parts = [data.part(slice(first, first + size)) for first in starts]
            value = sum(len(part) ** 2 * mean(part) for part in parts) / len(data)
        else:
            value = mean(data)
        logs = {"loss": value + self.penalty()}
        return logs | self.measured(data, self.metrics_of(data), size)

    def measured(self, data, chosen, size):
        """Metrics on some rows, by name; `size` rows are a batch."""
        if not chosen:
            return {}
        outputs = metrics.columns(self._outputs(data.x))
        return metrics.named(chosen, metrics.columns(data.y), outputs, data.weights, size)

    @old_words
    def evaluate(
        self, x=None, y=None, batch_size=None, verbose="auto", sample_weight=None, steps=None,
        callbacks=None, return_dict=False, show_accuracy=None, **others,
    ):  # fmt: skip
        """Loss and metrics on some rows."""
        _check_others("evaluate", others)
        self._must_be_compiled()
        data = rows(x, y, sample_weight)
        self._build_on(data.x)
        size = data.batch or int(batch_size or 32)
        data = data if steps is None else data.part(slice(0, int(steps) * size))
        logs = fitting.tested(self, data, size, callbacks, verbose)
        _say(len(data), size, verbose, logs)
        return self._told(logs, return_dict)

    def _outputs(self, x):
        """Outputs (n, ...) of samples, float32."""
        plan = self.plan()
        if plan.network is None:
            return plan.forward(np.asarray(x, float)).astype(self.floats)
        flat = plan.gather(self.floats)
        kept = self._gathered
        if kept is None or kept[0] is not plan or not np.array_equal(kept[1], flat):
            kept = self._gathered = plan, flat, EngineModel(plan.network, flat)
        return kept[2].predict(plan.prepared(x).astype(self.floats, copy=False))

    @old_words
    def predict(self, x, batch_size=None, verbose="auto", steps=None, callbacks=None, **others):
        """Outputs of samples, float32."""
        _check_others("predict", others)
        data = rows(x)
        self._build_on(data.x)
        size = data.batch or int(batch_size or 32)
        data = data if steps is None else data.part(slice(0, int(steps) * size))
        outputs = self._outputs(data.x)
        fitting.predicted(self, outputs, size, callbacks, verbose)
        _say(len(data), size, verbose, {})
        return outputs

    def predict_on_batch(self, x):
        return self.predict(x, verbose=0)

    def predict_generator(self, generator, steps=None, **_):
        """Of Keras 2."""
        return self.predict(generator, verbose=0, steps=steps)

    def predict_proba(self, x, batch_size=None, verbose=0):
        return self.predict(x, batch_size, verbose)

    def predict_classes(self, x, batch_size=None, verbose=0):
        """The class of each sample, of the words of Keras 1 and 2."""
        outputs = self.predict(x, batch_size, verbose)
        if outputs.shape[-1] > 1:
            return outputs.argmax(axis=-1)
        return (outputs > 0.5).astype("int32")

    def train_on_batch(
        self, x, y=None, sample_weight=None, class_weight=None, return_dict=False, **_
    ):
        """One step on a batch."""
        self._must_be_compiled()
        data = rows(x, y, sample_weight)
        self._build_on(data.x)
        if class_weight is not None:
            data = fitting.class_weighted(data, class_weight)
        self._settle()
        fit = fitting.Fit(self, data, len(data), 1, False)
        try:
            fit.step()
            logs = fit.logs()
        finally:
            fit.end()
        return self._told(logs, return_dict)

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False, **_):
        """Loss and metrics on a batch."""
        self._must_be_compiled()
        data = rows(x, y, sample_weight)
        self._build_on(data.x)
        logs = {
            name: float(np.float32(value))
            for name, value in self.evaluated(data, len(data)).items()
        }
        return self._told(logs, return_dict)

    def _told(self, logs, return_dict):
        if return_dict:
            return dict(sorted(logs.items()))
        every = [logs["loss"], *(logs[one.name] for one in self.metrics)]
        return every if len(every) > 1 else every[0]

    def fit_generator(self, generator, steps_per_epoch=None, epochs=1, **given):
        """Of Keras 2."""
        epochs = given.pop("nb_epoch", epochs)
        # Keras 1 counted samples.
        samples = given.pop("samples_per_epoch", None)
        only("fit_generator", "nb_val_samples", given.pop("nb_val_samples", None), None)
        if steps_per_epoch is None and samples is not None:
            if is_generator(generator):
                first = next(generator)
                generator = itertools.chain([first], generator)
            else:
                first = generator[0]
            steps_per_epoch = -(-int(samples) // len(first[0]))
        return self.fit(generator, epochs=epochs, steps_per_epoch=steps_per_epoch, **given)

    def evaluate_generator(self, generator, steps=None, **given):
        return self.evaluate(generator, verbose=given.get("verbose", 0), steps=steps)

    def warn(self, text):
        """Say something once."""
        if text not in self._warned:
            self._warned.add(text)
            print(f"fastdense.keras: {text}", file=sys.stderr)

    # Keeping.

    def summary(
        self,
        line_length=None,
        positions=None,
        print_fn=None,
        expand_nested=False,
        show_trainable=False,
        layer_range=None,
    ):
        """Print the layers, their shapes and how many weights they have."""
        from fastdense.keras.summary import summary

        text = summary(self, line_length, positions, expand_nested, show_trainable, layer_range)
        if print_fn is None:
            print(text, end="")
        else:
            print_fn(text)

    def get_config(self):
        self._must_be_built()
        return {
            "name": self.name,
            "trainable": self.trainable,
            "layers": self._described(),
            "input_layers": [self.layers[0].name, 0, 0],
            "output_layers": [self.layers[-1].name, 0, 0],
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        from fastdense.keras.models._descriptions import made

        every = [made(one, custom_objects) for one in config["layers"]]
        if not every or not isinstance(every[0], InputLayer):
            raise ValueError("the configuration of the model begins with no InputLayer")
        at = every[0].output
        for layer in every[1:]:
            at = layer(at)
        model = Model(every[0].output, at, name=config.get("name"))
        model._trainable = bool(config.get("trainable", True))
        return model

    def _described(self):
        """The layers, each with the one before it."""
        every, before = [], None
        for layer in self.layers:
            nodes = []
            if before is not None:
                made = {"shape": layer.input_shape, "dtype": "float32"}
                tensor_ = {
                    "class_name": "__keras_tensor__",
                    "config": {**made, "keras_history": [before.name, 0, 0]},
                }
                nodes = [{"args": [tensor_], "kwargs": {}}]
            every.append({**serialize(layer), "name": layer.name, "inbound_nodes": nodes})
            before = layer
        return every

    def to_json(self, **options):
        return json.dumps(serialize(self), **options)

    def save(self, filepath, overwrite=True, include_optimizer=True, save_format=None, **_):
        """Write all of it into a file."""
        self._must_be_built()
        _may_write(filepath, overwrite)
        saving.write(self, filepath, include_optimizer)

    def save_weights(self, filepath, overwrite=True, **_):
        self._must_be_built()
        _may_write(filepath, overwrite)
        saving.write_weights(self, filepath)

    def load_weights(self, filepath, **_):
        self._must_be_built()
        saving.read_weights(self, filepath)

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    def __call__(self, inputs, training=False, **given):
        if not isinstance(inputs, (KerasTensor, list, tuple)):
            data = rows(inputs)
            self._build_on(data.x)
            return tensor(self._outputs(data.x))
        return super().__call__(inputs, training, **given)


class Functional(Model):
    """What `Model(inputs, outputs)` is, by its name and place in Keras."""

    module = "src.models.functional"


WATCHING: list = []  # functions that are called after each fit: `watch(model, fit, history, apart)`
_shared: set = set()


def _note_shared(optimizer, model):
    """Say once that models share an optimizer, which Keras 3 refuses."""
    others = [one for one in optimizer.states if one is not model]
    users = optimizer.__dict__.setdefault("users", [])
    if not any(one is model for one in users):
        users.append(model)
    if (len(users) > 1 or others) and id(optimizer) not in _shared:
        _shared.add(id(optimizer))
        print(
            f"fastdense.keras: note: models share one {type(optimizer).__name__} object, as Keras "
            "2 allowed and Keras 3 does not; each has a state of its own here",
            file=sys.stderr,
        )


def _only(name, given):
    """The one tensor among inputs or outputs."""
    if isinstance(given, dict):
        given = list(given.values())
    if isinstance(given, (list, tuple)):
        if len(given) != 1:
            raise refuse(f"a model of {len(given)} {name}", "models are chains of layers")
        given = given[0]
    if not isinstance(given, KerasTensor):
        raise ValueError(
            f"{name} of the model are {given!r}; expected what Input() or a layer returned"
        )
    return given


def _one(loss):
    """The one loss among those of outputs."""
    if isinstance(loss, dict):
        loss = list(loss.values())
    if isinstance(loss, (list, tuple)):
        if len(loss) != 1:
            raise refuse(f"{len(loss)} losses", "there is one output, and one loss")
        loss = loss[0]
    return loss


def _check_others(call, given):
    """Refuse arguments that are not known, but for those of queues and processes of Keras 2."""
    for name in given:
        if name not in ("max_queue_size", "workers", "use_multiprocessing"):
            raise TypeError(f"{call}() got an unexpected argument {name!r}")


def _of_one(given):
    """The metrics that are asked for the one output."""
    given = given or []
    return _listed(next(iter(given.values())) if isinstance(given, dict) else given)


def _listed(given):
    return list(given) if isinstance(given, (list, tuple)) else [given]


def _held(validation_data, steps, size):
    """The rows of validation data, as far as so many steps of a size go."""
    if is_generator(validation_data):
        return drawn_rows(validation_data, steps, 1)
    given = validation_data if isinstance(validation_data, (list, tuple)) else (validation_data,)
    held = rows(*given)
    return held if steps is None else held.part(slice(0, int(steps) * (held.batch or size)))


def _say(count, batch_size, verbose, logs):
    """The line of an evaluation or prediction."""
    verbose = 1 if verbose == "auto" else int(verbose)
    if verbose:
        steps = -(-count // (batch_size or 32))
        Bar(steps, verbose).update(steps, logs, final=True)


def _may_write(filepath, overwrite):
    if os.path.exists(filepath) and not overwrite:
        raise FileExistsError(f"{os.fspath(filepath)} is there; give overwrite=True to replace it")
