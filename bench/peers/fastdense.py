"""fastdense itself; like the others it is not evaluated but keeps the losses of its steps."""

from fastdense_bench.job import GIVEN, SHUFFLED

NAME = "fastdense"
IMPORTS = ("fastdense.training", "fastdense.devices.cpu")
PACKAGES = ("fastdense", "numba", "llvmlite")
INSTALL = "pip install fastdense"
KEEPS_CODE = True


def train(job):
    from fastdense import train

    network = job.workload.network()
    order = job.permutation if job.order == GIVEN else None
    data, parameters = (job.inputs, job.targets), job.parameters

    def run(epochs):
        recipe = job.workload.recipe(epochs, shuffle=job.order == SHUFFLED)
        result = train(network, recipe, data, parameters=parameters, order=order, evaluate_every=0)
        return result.running_loss[-1]

    return run


def train_many(job):
    from fastdense import train_many

    workload, network = job.workload, job.workload.network()
    order = job.permutation if job.order == GIVEN else None
    data = job.inputs, job.targets

    def run(epochs):
        recipe = workload.recipe(epochs, shuffle=job.order == SHUFFLED)
        runs = train_many(
            network, recipe, data, seeds=workload.networks, parameters=job.parameters,
            order=order, evaluate_every=0,
        )  # fmt: skip
        return runs.running_loss[:, -1].mean()

    return run


train_images = train_augmented = train
train_many_images = train_many


def predict(job):
    from fastdense import Recipe, train

    network = job.workload.network()
    start = train(network, Recipe(epochs=0), (job.inputs, job.targets), parameters=job.parameters)
    return lambda: start.predict(job.inputs)
