"""PyTorch's training loop, which its peers run eagerly, with a fused optimizer, or compiled."""

import numpy as np

from fastdense_bench.job import AS_THEY_ARE, SHUFFLED

PACKAGES = ("torch",)
IMPORTS = ("torch", "torch._dynamo")  # optimizers import the second when they are made
INSTALL = "pip install torch==2.13.0"


def make(job):
    """The model with the job's parameters."""
    import torch
    from torch import nn

    activations = {
        "relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "silu": nn.SiLU, "gelu": nn.GELU,
    }  # fmt: skip
    modules = []
    for weights, bias in job.layers:
        linear = nn.Linear(*weights.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weights.T))
            linear.bias.copy_(torch.from_numpy(bias))
        modules += [linear, activations[job.workload.activation]()]
    return nn.Sequential(*modules[:-1])


def make_images(job):
    """The same of a network on images, channels last in memory, which is faster here."""
    import torch
    from torch import nn

    simple = {
        "relu": nn.ReLU, "tanh": nn.Tanh, "max": nn.MaxPool2d, "average": nn.AvgPool2d,
        "flatten": nn.Flatten,
    }  # fmt: skip
    height, width, channels = job.shape
    modules, rows = [], None
    for layer, arrays in job.stack:
        kind, *given = (layer,) if isinstance(layer, str) else layer
        if kind == "conv":
            weights, bias = arrays
            module = nn.Conv2d(channels, given[0], given[1], padding=given[2])
            values = {"weight": weights.transpose(3, 2, 0, 1), "bias": bias}
            channels = given[0]
            lost = given[1] - 1 if given[2] == "valid" else 0
            height, width = height - lost, width - lost
        elif kind == "dense":
            weights, bias = arrays
            if rows is not None:  # from channels last to channels first, as it flattens
                weights, rows = weights[rows], None
            module = nn.Linear(*weights.shape)
            values = {"weight": weights.T, "bias": bias}
        elif kind == "norm":
            module = nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)
            values = dict(zip(("weight", "bias"), arrays, strict=False))
        else:
            module, values = simple[kind](*given), {}
            if kind in ("max", "average"):
                height, width = height // given[0], width // given[0]
            if kind == "flatten":
                rows = np.arange(height * width * channels).reshape(height, width, channels)
                rows = rows.transpose(2, 0, 1).ravel()
        with torch.no_grad():
            for name, array in values.items():
                getattr(module, name).copy_(torch.from_numpy(np.ascontiguousarray(array)))
        modules.append(module)
    return nn.Sequential(*modules).to(memory_format=torch.channels_last)


def training(job, compiled=False, **options):
    """`train` of a peer; `options` are the optimizer's."""
    import torch

    workload = job.workload
    model = make_images(job) if workload.stack else make(job)
    start = [parameter.detach().clone() for parameter in model.parameters()]
    kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[workload.optimizer]
    optimizer = kind(model.parameters(), lr=workload.learning_rate, **options)
    x, y = torch.from_numpy(job.inputs), torch.from_numpy(job.targets)
    if workload.stack:
        x = x.reshape(-1, *job.shape).permute(0, 3, 1, 2)  # channels last in memory
    given = torch.from_numpy(job.permutation)

    losses = torch.nn.functional
    loss_between = losses.cross_entropy if workload.classifies else losses.mse_loss

    def loss_of(inputs, targets):
        return loss_between(model(inputs), targets)

    update = optimizer.step
    if compiled:
        # In two parts, forward with backward and the update: as one it is a quarter slower.
        loss_of, update = torch.compile(loss_of), torch.compile(update)

    def step(inputs, targets):
        optimizer.zero_grad()
        loss = loss_of(inputs, targets)
        loss.backward()
        update()
        return loss.detach()

    def reset():
        with torch.no_grad():
            for parameter, value in zip(model.parameters(), start, strict=True):
                parameter.copy_(value)
            for slots in optimizer.state.values():
                for slot in slots.values():
                    slot.zero_()

    def run(epochs):
        reset()
        for _ in range(epochs):
            losses, inputs, targets = [], x, y
            if job.order != AS_THEY_ARE:
                rows = torch.randperm(len(x)) if job.order == SHUFFLED else given
                inputs, targets = x[rows], y[rows]
            pairs = inputs.split(workload.batch), targets.split(workload.batch)
            for batch in zip(*pairs, strict=True):
                losses.append(step(*batch))
        return float(torch.stack(losses).mean())

    return run


def prediction(job, compiled=False):
    """`predict` of a peer."""
    import torch

    model = make(job).eval()
    if compiled:
        model = torch.compile(model)
    x = torch.from_numpy(job.inputs)

    def run():
        with torch.inference_mode():
            return model(x)

    return run
