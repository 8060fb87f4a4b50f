"""PyTorch's training loop, which its peers run eagerly, with a fused optimizer, or compiled."""

from fastdense_bench.job import AS_THEY_ARE, SHUFFLED

PACKAGES = ("torch",)
IMPORTS = ("torch", "torch._dynamo")  # optimizers import the second when they are made
INSTALL = "pip install torch==2.13.0"


def make(job):
    """The model with the job's parameters."""
    import torch
    from torch import nn

    activations = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
    modules = []
    for weights, bias in job.layers:
        linear = nn.Linear(*weights.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weights.T))
            linear.bias.copy_(torch.from_numpy(bias))
        modules += [linear, activations[job.workload.activation]()]
    return nn.Sequential(*modules[:-1])


def training(job, compiled=False, **options):
    """`train` of a peer; `options` are the optimizer's."""
    import torch

    workload = job.workload
    model = make(job)
    start = [parameter.detach().clone() for parameter in model.parameters()]
    kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[workload.optimizer]
    optimizer = kind(model.parameters(), lr=workload.learning_rate, **options)
    x, y = torch.from_numpy(job.inputs), torch.from_numpy(job.targets)
    given = torch.from_numpy(job.permutation)

    def loss_of(inputs, targets):
        return torch.nn.functional.mse_loss(model(inputs), targets)

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
