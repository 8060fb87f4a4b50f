"""What fastdense is timed against. A peer prepares a workload and returns a function to time.

That function trains from the given parameters to the end and returns the mean loss of the last
epoch's batches, each before its update. With `shuffled` a peer draws a new permutation every epoch
itself, as a user's training would; without, all visit the rows in the workload's order.
"""

import numpy as np

from fastdense import train


def fastdense(workload, parameters, shuffled):
    """fastdense itself, one thread; evaluated once before and once after the training."""
    x, y, order = workload.data()
    network, recipe = workload.network(), workload.recipe()

    def run():
        result = train(
            network, recipe, (x, y), parameters=parameters, order=None if shuffled else order,
            evaluate_every=recipe.epochs,
        )  # fmt: skip
        return result.running_loss[-1:]

    return run


def jax(workload, parameters, shuffled):
    """JAX: the whole training in one compiled `lax.scan`; its compilation is not counted."""
    import jax
    import jax.numpy as jnp

    x, y, order = workload.data()
    shape = (workload.samples // workload.batch, workload.batch)
    batches = jnp.asarray(order.reshape(workload.epochs, *shape))
    keys = jax.random.split(jax.random.key(0), workload.epochs)
    x, y = jnp.asarray(x), jnp.asarray(y)
    activate = {"relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}[
        workload.activation
    ]
    rate = workload.learning_rate

    def loss_of(layers, rows):
        a = x[rows]
        for weights, bias in layers[:-1]:
            a = activate(a @ weights + bias)
        weights, bias = layers[-1]
        return jnp.mean((a @ weights + bias - y[rows]) ** 2)

    def sgd(state, rows):
        layers = state
        loss, gradient = jax.value_and_grad(loss_of)(layers, rows)
        return jax.tree.map(lambda p, g: p - rate * g, layers, gradient), loss

    def adam(state, rows):
        layers, mean, square, t = state
        loss, gradient = jax.value_and_grad(loss_of)(layers, rows)
        t = t + 1
        mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradient)
        square = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, square, gradient)
        scale, correction = rate / (1 - 0.9**t), jnp.sqrt(1 - 0.999**t)
        layers = jax.tree.map(
            lambda p, m, s: p - scale * m / (jnp.sqrt(s) / correction + 1e-8), layers, mean, square
        )
        return (layers, mean, square, t), loss

    start = [(jnp.asarray(w), jnp.asarray(b)) for w, b in workload.network().split(parameters)]
    if workload.optimizer == "adam":
        zeros = jax.tree.map(jnp.zeros_like, start)
        start = (start, zeros, zeros, jnp.float32(0))
    step = {"sgd": sgd, "adam": adam}[workload.optimizer]

    def epoch(state, key_or_rows):
        if shuffled:
            key_or_rows = jax.random.permutation(key_or_rows, workload.samples).reshape(shape)
        state, losses = jax.lax.scan(step, state, key_or_rows)
        return state, losses.mean()

    whole = jax.jit(lambda state: jax.lax.scan(epoch, state, keys if shuffled else batches))
    whole(start)[1].block_until_ready()

    def run():
        return np.asarray(whole(start)[1])[-1:]

    return run


PEERS = {"jax": (jax, "pip install jax")}
