"""Plain NumPy: products by its BLAS, everything else in place where it can be."""

from itertools import pairwise

import numpy as np

from fastdense_bench.job import AS_THEY_ARE, SHUFFLED

NAME = "numpy"
IMPORTS = ("numpy",)
PACKAGES = ("numpy",)
INSTALL = "pip install numpy"


def sigmoid(z):
    np.negative(z, out=z)
    np.exp(z, out=z)
    z += 1
    np.reciprocal(z, out=z)


# Each works in place: z becomes its activation, and delta is multiplied by the slope at it.
ACTIVATIONS = {
    "relu": (lambda z: np.maximum(z, 0, out=z), lambda delta, a: np.multiply(delta, a > 0, delta)),
    "tanh": (lambda z: np.tanh(z, out=z), lambda delta, a: np.multiply(delta, 1 - a * a, delta)),
    "sigmoid": (sigmoid, lambda delta, a: np.multiply(delta, a * (1 - a), delta)),
}


def forward(layers, activate, inputs):
    """Inputs and outputs of every layer."""
    values = [inputs]
    for weights, bias in layers[:-1]:
        z = values[-1] @ weights
        z += bias
        activate(z)
        values.append(z)
    weights, bias = layers[-1]
    values.append(values[-1] @ weights + bias)
    return values


def backward(layers, differentiate, values, delta, gradients):
    """Write the gradients, given that of the outputs."""
    for index in reversed(range(len(layers))):
        weight_gradient, bias_gradient = gradients[index]
        np.dot(values[index].T, delta, out=weight_gradient)
        np.sum(delta, axis=0, out=bias_gradient)
        if index:
            delta = delta @ layers[index][0].T
            differentiate(delta, values[index])


def squared_error(outputs, targets, valued):
    """The loss, if it is asked for, and in place of the outputs its gradient."""
    outputs -= targets
    loss = np.mean(outputs * outputs) if valued else None
    outputs *= np.float32(2 / outputs.size)
    return loss


def cross_entropy(outputs, targets, valued):
    """The same of a softmax of the outputs."""
    outputs -= outputs.max(axis=1, keepdims=True)
    of_class = np.sum(outputs * targets, axis=1) if valued else None
    np.exp(outputs, out=outputs)
    sums = outputs.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - of_class) if valued else None
    outputs /= sums
    outputs -= targets
    outputs /= np.float32(len(outputs))
    return loss


class SGD:
    """Gradient descent over one flat vector."""

    def __init__(self, size, rate):
        self.rate = rate

    def step(self, parameters, gradient):
        gradient *= self.rate
        parameters -= gradient


class Adam:
    """Kingma and Ba (2015) over one flat vector."""

    def __init__(self, size, rate):
        self.rate, self.steps = rate, 0
        self.mean, self.square, self.scratch = np.zeros((3, size), np.float32)

    def step(self, parameters, gradient):
        self.steps += 1
        self.mean *= 0.9
        np.multiply(gradient, 0.1, out=self.scratch)
        self.mean += self.scratch
        self.square *= 0.999
        gradient *= gradient
        gradient *= 0.001
        self.square += gradient
        np.sqrt(self.square, out=self.scratch)
        self.scratch /= (1 - 0.999**self.steps) ** 0.5
        self.scratch += 1e-8
        np.divide(self.mean, self.scratch, out=self.scratch)
        self.scratch *= self.rate / (1 - 0.9**self.steps)
        parameters -= self.scratch


def train(job):
    workload = job.workload
    network, batch = workload.network(), workload.batch
    activate, differentiate = ACTIVATIONS[workload.activation]
    make_optimizer = {"sgd": SGD, "adam": Adam}[workload.optimizer]
    ends = list(pairwise(range(0, workload.samples + 1, batch)))
    find_loss = cross_entropy if workload.classifies else squared_error

    def run(epochs):
        generator = np.random.default_rng(2)
        parameters, gradient = job.parameters.copy(), np.empty_like(job.parameters)
        layers, gradients = network.split(parameters), network.split(gradient)
        optimizer = make_optimizer(network.size, workload.learning_rate)
        x, y = job.inputs, job.targets
        for epoch in range(epochs):
            if job.order != AS_THEY_ARE:
                shuffled = job.order == SHUFFLED
                rows = generator.permutation(workload.samples) if shuffled else job.permutation
                x, y = job.inputs[rows], job.targets[rows]
            losses = []
            for first, end in ends:
                values = forward(layers, activate, x[first:end])
                losses.append(find_loss(values[-1], y[first:end], epoch == epochs - 1))
                backward(layers, differentiate, values, values[-1], gradients)
                optimizer.step(parameters, gradient)
        return np.mean(losses)

    return run


def predict(job):
    activate, _ = ACTIVATIONS[job.workload.activation]
    layers = job.layers
    return lambda: forward(layers, activate, job.inputs)[-1]
