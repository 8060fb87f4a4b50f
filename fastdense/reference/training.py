"""The training loop: mini-batches, updates, and what is recorded between the epochs."""

import numpy as np

from fastdense import catalogue
from fastdense.entry import Observed
from fastdense.numerics import streams
from fastdense.reference.augmentation import augmented
from fastdense.reference.backward import clip, constrain, loss_and_gradient, penalize, penalty_of
from fastdense.reference.forward import by_layer, draw, forward, losses


class Training:
    """One training: `go_on` passes over the data once, `evaluate` and `observe` look."""

    def __init__(self, task):
        self.task, self.network, self.recipe = task, task.network, task.recipe
        self.inputs = task.inputs.astype(float)
        self.targets = task.targets.astype(float)
        self.weights = task.weights if task.weights.size else np.ones(len(task.inputs))
        self.parameters = task.parameters.astype(float)
        self.outputs = None  # of the last mini-batch
        self.before = None  # the parameters before the last update
        self.state = {}  # the optimizer's own
        self.epochs = self.steps = self.updates = 0
        self.position, self.total = 0, 0.0  # in the epoch under way, and the sum of its losses
        self.visited = [], []  # rows of the epoch, and the outputs of each in its step
        self.rate = self.recipe.learning_rate
        self.gradients = []  # of the mini-batches since the last update
        self.running_loss = self.running_penalty = np.nan
        # Of the epoch under way, and what the penalty of the mini-batch is multiplied by.
        self.penalties, self.penalty_share = 0.0, 1.0

    def order(self):
        """The rows that the epoch under way visits."""
        given, n = self.task.order, len(self.inputs)
        if given.size:
            return given[self.epochs % len(given)]
        if self.recipe.shuffle:
            return streams.permutation(self.recipe.seed, self.epochs + 1, n)
        return np.arange(n)

    def go_on(self, most=None):
        """Go on with the epoch, for `most` mini-batches; returns whether it is complete."""
        order, batch = self.order(), self.task.batch
        if self.position == 0:
            self.total, self.penalties, self.visited = 0.0, 0.0, ([], [])
        while self.position < len(order) and (most is None or most > 0):
            rows = order[self.position : self.position + batch]
            samples = self.inputs[rows], self.targets[rows], self.weights[rows]
            self.total += self.step(samples, self.task.steps_per_epoch)
            self.visited[0].extend(rows)
            self.visited[1].extend(self.outputs)
            self.position += len(rows)
            most = None if most is None else most - 1
        if self.position < len(order):
            return False
        self.running_loss = self.total / len(order)
        self.running_penalty = self.penalties / len(order)
        self.epochs += 1
        self.position = 0
        return True

    def step(self, batch, steps_per_epoch):
        """The gradient of a mini-batch, and the update when enough of them have come together.

        `batch` is its inputs, targets and weights.

        Returns the sum of its losses before the update.
        """
        network, recipe = self.network, self.recipe
        inputs, *rest = batch
        count = len(inputs)
        by_weight = recipe.reduction == "weighted_mean"
        if by_weight:
            targets, weights = rest
            total = weights.sum()
            self.penalty_share = 1.0 / total if total > 0 else 0.0
            rest = targets, weights * count * self.penalty_share
        if by_weight or self.task.keep_penalties:
            penalty = penalty_of(network, recipe, self.parameters)
            self.penalties += count * penalty * self.penalty_share
        batch = augmented(network, recipe, inputs, self.steps), *rest
        drawn = draw(network, recipe.seed, self.steps, count)
        loss, gradient, trace = loss_and_gradient(
            network, recipe, self.parameters, *batch, drawn, training=True
        )
        self.outputs = network.layers[-1].activate(trace[-1][1])[0]
        loss_entry = recipe.loss.entry
        if recipe.reduction in ("sum", "sum_keras"):
            gradient *= count
        if recipe.reduction in ("sum", "weighted_mean") and not loss_entry.coupled:
            gradient *= network.outputs
        self.gradients.append(gradient / recipe.gradient_accumulation_steps)
        self.before = self.parameters
        if len(self.gradients) == recipe.gradient_accumulation_steps:
            self.update(sum(self.gradients), steps_per_epoch)
            self.gradients = []
        self.steps += 1
        return loss.sum()

    def update(self, gradient, steps_per_epoch):
        network, recipe = self.network, self.recipe
        gradient = penalize(network, recipe, self.parameters, gradient, self.penalty_share)
        gradient = clip(network, recipe, gradient)
        schedule = recipe.schedule.entry
        factor = schedule.spec(self.steps / steps_per_epoch, recipe.epochs, recipe.schedule.values)
        rate = self.rate * factor
        self.updates += 1
        optimizer = recipe.optimizer.entry
        hyper = recipe.optimizer.values
        new = optimizer.spec(self.parameters, gradient, self.state, rate, self.updates, hyper)
        # At a learning rate of zero the optimizer's state advances and the parameters stay.
        if self.rate != 0:
            new = np.where(network.trained, new, self.parameters)
            self.parameters = constrain(network, new)

    def evaluate(self, inputs, targets, weights):
        """Mean loss and accuracy over rows, without dropout; NaN where there is nothing."""
        if not len(inputs):
            return np.nan, np.nan
        outputs, _ = forward(self.network, self.parameters, inputs)
        loss, _ = losses(self.recipe, outputs, targets)
        kind = self.task.accuracy
        if kind == "share":
            outputs = catalogue.get("activations", "softmax").spec(outputs, 0)[0]
        if kind == "largest":
            labels = targets[:, 0] if targets.shape[1] == 1 else targets.argmax(axis=1)
            right = outputs.argmax(axis=1) == labels
        else:
            right = (outputs > (0.0 if kind == "logit" else 0.5)) == (targets > 0.5)
        return (weights * loss).sum() / len(inputs), np.nan if kind is None else right.mean()

    def observe(self):
        """The signals, by name to an array (dense layers,)."""
        layers = list(self.observed())
        return {
            name: np.array([catalogue.get("signals", name).spec(layer) for layer in layers])
            for name in catalogue.names("signals")
        }

    def observed(self):
        """Each dense layer as it is `Observed`."""
        data = self.inputs, self.targets, self.weights
        _, gradient, trace = loss_and_gradient(self.network, self.recipe, self.parameters, *data)
        pairs = zip(self.network.layers, trace, strict=True)
        dense = [(layer, kept[1]) for layer, kept in pairs if layer.activation is not None]

        def split(vector):
            arrays = zip(self.network.layers, by_layer(self.network, vector), strict=True)
            return [own for layer, own in arrays if layer.activation is not None]

        past = [None] * len(dense) if self.before is None else split(self.before)
        arrays = split(gradient), split(self.parameters), past
        for (layer, z), g, p, earlier in zip(dense, *arrays, strict=True):
            outputs, slopes = layer.activate(z)
            if layer.coupled:
                slopes = np.full(slopes.shape, np.nan)
            yield Observed(g, p, earlier, z, outputs, slopes)
