"""JAX: the whole training in one compiled `lax.scan`, of several networks under `vmap`."""

from functools import partial

from fastdense_bench.job import AS_THEY_ARE, GIVEN, SHUFFLED

NAME = "jax"
IMPORTS = ("jax", "jax.numpy")
PACKAGES = ("jax", "jaxlib")
INSTALL = "pip install jax"


def outputs(workload):
    """The network as a function of layers and inputs."""
    import jax
    import jax.numpy as jnp

    activate = {
        "relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid, "silu": jax.nn.silu,
        "gelu": partial(jax.nn.gelu, approximate=False),
    }[workload.activation]  # fmt: skip

    def forward(layers, a):
        for weights, bias in layers[:-1]:
            a = activate(a @ weights + bias)
        weights, bias = layers[-1]
        return a @ weights + bias

    return forward


def images(job):
    """The same of a network on images; those that have no parameters take none of the layers."""
    import jax
    import jax.numpy as jnp
    from jax import lax

    stack, shape = [layer for layer, _ in job.stack], job.shape

    def pooled(a, side, start, combine):
        return lax.reduce_window(a, start, combine, (1, side, side, 1), (1, side, side, 1), "VALID")

    def forward(layers, a):
        layers = iter(layers)
        a = a.reshape(-1, *shape)
        for layer in stack:
            kind, *given = (layer,) if isinstance(layer, str) else layer
            if kind == "conv":
                weights, bias = next(layers)
                names = ("NHWC", "HWIO", "NHWC")
                padding = given[2].upper()
                a = lax.conv_general_dilated(a, weights, (1, 1), padding, dimension_numbers=names)
                a = a + bias
            elif kind == "dense":
                weights, bias = next(layers)
                a = a @ weights + bias
            elif kind == "norm":  # whose averages nothing here asks for
                scale, shift = next(layers)[:2]
                a = a - a.mean((0, 1, 2))
                a = scale * a * lax.rsqrt((a * a).mean((0, 1, 2)) + 1e-3) + shift
            elif kind == "max":
                a = pooled(a, given[0], -jnp.inf, lax.max)
            elif kind == "average":
                a = pooled(a, given[0], 0.0, lax.add) / given[0] ** 2
            elif kind == "flatten":
                a = a.reshape(len(a), -1)
            else:
                a = {"relu": jax.nn.relu, "tanh": jnp.tanh}[kind](a)
        return a

    return forward


def steps(workload, loss_of):
    """One step of each optimizer, from a state and what `loss_of` takes besides the layers."""
    import jax
    import jax.numpy as jnp

    rate = workload.learning_rate

    def sgd(layers, batch):
        loss, gradient = jax.value_and_grad(loss_of)(layers, batch)
        return jax.tree.map(lambda p, g: p - rate * g, layers, gradient), loss

    def adam(state, batch):
        layers, mean, square, t = state
        loss, gradient = jax.value_and_grad(loss_of)(layers, batch)
        t = t + 1
        mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradient)
        square = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, square, gradient)
        scale, correction = rate / (1 - 0.9**t), jnp.sqrt(1 - 0.999**t)
        layers = jax.tree.map(
            lambda p, m, s: p - scale * m / (jnp.sqrt(s) / correction + 1e-8), layers, mean, square
        )
        return (layers, mean, square, t), loss

    return {"sgd": sgd, "adam": adam}[workload.optimizer]


def _squared_error(outputs, targets):
    return ((outputs - targets) ** 2).mean()


def _cross_entropy(outputs, targets):
    import jax

    return -(targets * jax.nn.log_softmax(outputs)).sum(axis=1).mean()


def train(job):
    return _train(job, job.layers)


def train_many(job):
    return _train(job, job.layers_of_all)


train_images, train_many_images = train, train_many


def _train(job, layers):
    import jax
    import jax.numpy as jnp

    workload = job.workload
    many = workload.networks > 1
    forward = images(job) if workload.stack else outputs(workload)
    shape = (workload.steps, workload.batch)
    rows = jnp.asarray(job.permutation.reshape(shape)) if job.order == GIVEN else None
    loss_between = _cross_entropy if workload.classifies else _squared_error

    def one(state, key, rows, x, y, epochs):
        def loss_of(layers, batch):
            inputs, targets = batch if job.order == AS_THEY_ARE else (x[batch], y[batch])
            return loss_between(forward(layers, inputs), targets)

        step = steps(workload, loss_of)

        def epoch(state, key):
            if job.order == SHUFFLED:
                batches = jax.random.permutation(key, workload.samples).reshape(shape)
            elif job.order == GIVEN:
                batches = rows
            else:
                batches = x.reshape(*shape, -1), y.reshape(*shape, -1)
            state, losses = jax.lax.scan(step, state, batches)
            return state, losses.mean()

        keys = jax.random.split(key, epochs) if job.order == SHUFFLED else None
        return jax.lax.scan(epoch, state, keys, length=epochs)

    @partial(jax.jit, static_argnames="epochs")
    def whole(state, rows, x, y, epochs):
        key = jax.random.key(0)
        if not many:
            return one(state, key, rows, x, y, epochs)[1][-1]
        keys = jax.random.split(key, workload.networks)
        each = jax.vmap(lambda state, key: one(state, key, rows, x, y, epochs))
        return each(state, keys)[1][:, -1].mean()

    x, y = jnp.asarray(job.inputs), jnp.asarray(job.targets)
    state = [tuple(map(jnp.asarray, arrays)) for arrays in layers]
    if workload.optimizer == "adam":
        zeros = jax.tree.map(jnp.zeros_like, state)
        clock = jnp.zeros(workload.networks) if many else jnp.float32(0)
        state = (state, zeros, zeros, clock)
    return lambda epochs: float(whole(state, rows, x, y, epochs))


def predict(job):
    import jax
    import jax.numpy as jnp

    forward = jax.jit(outputs(job.workload))
    layers = [(jnp.asarray(w), jnp.asarray(b)) for w, b in job.layers]
    x = jnp.asarray(job.inputs)
    return lambda: forward(layers, x).block_until_ready()
