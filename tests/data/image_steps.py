"""Makes image_steps.npz: parameters after six steps of networks on images in PyTorch, in float64.

`python image_steps.py`, with torch installed. Layers are written as a scenario has them; what they
do is said here once more, in PyTorch's functions. Ten rows are taken in two mini-batches, in order.
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

ROWS, BATCH, EPOCHS = 10, 5, 3
BN = {"batch_normalization": 1e-5, "momentum": 0.9, "unbiased": True}


def conv(filters, kernel, activation="relu", stride=(1, 1), padding="valid", dilation=(1, 1)):
    return {
        "conv2d": filters, "kernel": list(kernel), "activation": activation,
        "stride": list(stride), "padding": padding, "dilation": list(dilation),
    }  # fmt: skip


def pool(kind, size, stride=None, padding="valid"):
    return {f"{kind}_pool2d": list(size), "stride": list(stride or size), "padding": padding}


FLAT, MEAN = {"flatten": True}, {"global_average_pool2d": True}


def dense(units, activation="identity"):
    return {"dense": units, "activation": activation}


# Shape of the images, layers, loss, optimizer with PyTorch's arguments.
CASES = [
    ((5, 6, 2), [conv(3, (2, 3), "tanh"), FLAT, dense(2)], "mse", ("SGD", {"lr": 0.1})),
    ((6, 6, 1), [conv(4, (3, 3)), pool("max", (2, 2)), FLAT, dense(3)], "ce",
     ("Adam", {"lr": 0.02})),
    ((7, 5, 3), [conv(4, (3, 2), "elu", padding="same"), FLAT, dense(2)], "mse",
     ("SGD", {"lr": 0.05, "momentum": 0.9})),
    ((8, 7, 1), [conv(3, (3, 3), "relu", (2, 2), "same"), FLAT, dense(3)], "ce",
     ("RMSprop", {"lr": 0.01})),
    ((9, 8, 2), [conv(3, (4, 3), "tanh", (3, 2), "same"), MEAN, dense(2)], "mse",
     ("AdamW", {"lr": 0.03, "weight_decay": 0.1})),
    ((8, 8, 1), [conv(2, (2, 2), "sigmoid", dilation=(2, 3)), FLAT, dense(2)], "mse",
     ("Adam", {"lr": 0.05})),
    ((7, 9, 2), [conv(3, (2, 3), "tanh", padding="same", dilation=(3, 2)), MEAN, dense(3)], "ce",
     ("SGD", {"lr": 0.3})),
    ((6, 5, 2), [pool("average", (2, 2)), conv(4, (2, 2), "relu"), FLAT, dense(2)], "mse",
     ("SGD", {"lr": 0.1, "momentum": 0.5, "nesterov": True})),
    ((7, 7, 1), [conv(3, (2, 2)), pool("average", (3, 2), (2, 1), "same"), FLAT, dense(3)], "ce",
     ("Adam", {"lr": 0.03})),
    ((7, 7, 2), [conv(3, (1, 1), "tanh"), pool("max", (3, 3), (2, 2), "same"), FLAT, dense(2)],
     "mse", ("RMSprop", {"lr": 0.02})),
    ((6, 6, 2), [pool("max", (3, 2), (1, 2)), conv(17, (2, 2), "elu"), MEAN, dense(2)], "mse",
     ("SGD", {"lr": 0.2})),
    ((8, 8, 1), [conv(4, (3, 3)), conv(5, (3, 3)), pool("max", (2, 2)), FLAT, dense(6, "relu"),
                 dense(3)], "ce", ("Adam", {"lr": 0.01})),
    ((5, 5, 2), [conv(4, (3, 3), "identity"), BN, {"activate": "relu"}, FLAT, dense(2)], "mse",
     ("SGD", {"lr": 0.1})),
    ((5, 5, 1), [BN, conv(3, (2, 2), "tanh"), BN, FLAT, dense(3)], "ce", ("Adam", {"lr": 0.02})),
    ((4,), [dense(6, "identity"), BN, {"activate": "tanh"}, dense(5, "tanh"), BN, dense(2)], "mse",
     ("SGD", {"lr": 0.1, "momentum": 0.9})),
    ((4,), [BN, dense(6, "relu"), {"layer_normalization": 1e-5}, dense(3)], "ce",
     ("RMSprop", {"lr": 0.01})),
    ((5, 4, 3), [{"layer_normalization": 1e-3}, conv(4, (2, 2), "tanh"),
                 {"layer_normalization": 1e-5}, FLAT, dense(2)], "mse", ("Adam", {"lr": 0.03})),
    ((6, 6, 2), [conv(4, (3, 3), "identity", (1, 1), "same"), BN, {"activate": "elu"},
                 pool("max", (2, 2)), conv(3, (2, 2), "relu"), MEAN, dense(3)], "ce",
     ("SGD", {"lr": 0.1, "momentum": 0.8})),  # Adam would make steps of a bias's rounding errors
    ((12, 12, 1), [conv(6, (5, 5), "tanh", padding="same"), pool("average", (2, 2)),
                   conv(8, (3, 3), "tanh"), pool("average", (2, 2)), FLAT, dense(10, "tanh"),
                   dense(4)], "ce", ("SGD", {"lr": 0.2, "momentum": 0.9})),
    ((1, 20, 3), [conv(4, (1, 5), "relu", (1, 2)), pool("max", (1, 3), (1, 1)), FLAT, dense(2)],
     "mse", ("Adam", {"lr": 0.01})),
    ((9, 1, 1), [conv(18, (3, 1), "tanh", (2, 1), "same"), FLAT, dense(2)], "mse",
     ("SGD", {"lr": 0.1})),
    ((6, 6, 1), [FLAT, dense(5, "tanh"), {"layer_normalization": 1e-3}, dense(3)], "ce",
     ("SGD", {"lr": 0.1})),
]  # fmt: skip


def around(size, kernel, stride, dilation=1):
    """What "same" puts before and behind an axis."""
    extent = dilation * (kernel - 1) + 1
    missing = max((-(-size // stride) - 1) * stride + extent - size, 0)
    return missing // 2, missing - missing // 2


def padded(x, kernel, stride, dilation, value):
    """Images (n, channels, height, width) with a border."""
    rows = around(x.shape[2], kernel[0], stride[0], dilation[0])
    columns = around(x.shape[3], kernel[1], stride[1], dilation[1])
    return F.pad(x, (*columns, *rows), value=value)


class Net:
    """A network, its parameters as fastdense orders them."""

    def __init__(self, layers, shape, seed):
        self.layers, self.parameters, self.averages = layers, [], []
        rng = np.random.default_rng(seed)

        def made(*shape, scale=0.5):
            array = torch.tensor(scale * rng.standard_normal(shape)).requires_grad_()
            self.parameters.append(array)
            return array

        self.own, x = [], torch.zeros((2, *shape), dtype=torch.float64)
        for layer in layers:
            if "conv2d" in layer:
                own = made(*layer["kernel"], x.shape[-1], layer["conv2d"]), made(layer["conv2d"])
            elif "dense" in layer:
                own = made(x.shape[1], layer["dense"]), made(layer["dense"])
            elif "batch_normalization" in layer:
                own = made(x.shape[-1]), made(x.shape[-1])
                own += torch.zeros(x.shape[-1]).double(), torch.ones(x.shape[-1]).double()
                self.parameters += own[2:]
            elif "layer_normalization" in layer:
                own = made(x.shape[-1]), made(x.shape[-1])
            else:
                own = ()
            self.own.append(own)
            with torch.no_grad():
                x = self.pass_through(layer, own, x, training=False)

    def flat(self):
        return np.concatenate([one.detach().numpy().ravel() for one in self.parameters])

    def __call__(self, x, training):
        for layer, own in zip(self.layers, self.own, strict=True):
            x = self.pass_through(layer, own, x, training)
        return x

    def pass_through(self, layer, own, x, training):
        name = next(iter(layer))
        if name == "flatten":
            return x.flatten(1)
        if name == "dense":
            return activated(layer, x @ own[0] + own[1])
        if name == "activate":
            return activated({"activation": layer["activate"]}, x)
        if name == "layer_normalization":
            return F.layer_norm(x, x.shape[-1:], own[0], own[1], layer[name])
        x = x.movedim(-1, 1)
        if name == "batch_normalization":
            x = F.batch_norm(
                x, own[2], own[3], own[0], own[1], training, 1 - layer["momentum"], layer[name]
            )
        elif name == "global_average_pool2d":
            return x.mean(dim=(2, 3))
        elif name == "conv2d":
            if layer["padding"] == "same":
                x = padded(x, layer["kernel"], layer["stride"], layer["dilation"], 0.0)
            weights = own[0].permute(3, 2, 0, 1)
            x = F.conv2d(x, weights, own[1], layer["stride"], 0, layer["dilation"])
            return activated(layer, x.movedim(1, -1))
        else:
            same, one = layer["padding"] == "same", torch.ones_like(x)
            size, stride = layer[name], layer["stride"]
            if name == "max_pool2d":
                x = padded(x, size, stride, (1, 1), -np.inf) if same else x
                x = F.max_pool2d(x, size, stride)
            else:
                parts = (padded(a, size, stride, (1, 1), 0.0) if same else a for a in (x, one))
                total, count = (F.avg_pool2d(a, size, stride) for a in parts)
                x = total / count
        return x.movedim(1, -1)


def activated(layer, z):
    name = layer["activation"]
    return z if name == "identity" else getattr(F, name, getattr(torch, name, None))(z)


def main():
    index, arrays = [], {}
    for number, (shape, layers, loss, (optimizer, options)) in enumerate(CASES):
        rng = np.random.default_rng([number, 1])
        inputs = rng.standard_normal((ROWS, *shape))
        net = Net(layers, shape, [number, 2])
        outputs = layers[-1]["dense"]
        targets = (
            rng.integers(0, outputs, ROWS) if loss == "ce" else rng.standard_normal((ROWS, outputs))
        )
        arrays |= {f"inputs{number}": inputs, f"targets{number}": targets}
        arrays[f"start{number}"] = net.flat()
        trained = [one for one in net.parameters if one.requires_grad]
        steps = getattr(torch.optim, optimizer)(trained, **options)
        x, y = torch.tensor(inputs), torch.tensor(targets)
        for _ in range(EPOCHS):
            for first in range(0, ROWS, BATCH):
                rows = slice(first, first + BATCH)
                steps.zero_grad()
                found = net(x[rows], True)
                error = F.cross_entropy if loss == "ce" else F.mse_loss
                error(found, y[rows]).backward()
                steps.step()
        arrays[f"end{number}"] = net.flat()
        with torch.no_grad():
            arrays[f"outputs{number}"] = net(x, False).numpy()
        index.append(
            {"shape": shape, "layers": layers, "loss": loss, "optimizer": optimizer,
             "options": options}
        )  # fmt: skip
    about = {"torch": torch.__version__, "batch": BATCH, "epochs": EPOCHS, "cases": index}
    np.savez_compressed(
        Path(__file__).with_suffix(".npz"), index=np.array(json.dumps(about)), **arrays
    )


if __name__ == "__main__":
    main()
