"""Makes framework_steps.npz: parameters after each of ten steps in Keras and PyTorch, in float64.

`KERAS_BACKEND=jax JAX_ENABLE_X64=1 python framework_steps.py`, with torch, keras and jax installed.
Every case is a network 3-4-2 with its hidden activation, on all of seven rows in each step.
"""

import json
from pathlib import Path

import keras
import numpy as np
import torch
from torch import nn
from torch.nn import functional

STEPS = 10
UNITS = 3, 4, 2

# Activation of the hidden layer and of the last, loss, optimizer and its arguments.
KERAS = [
    ("exponential", "linear", "log_cosh", "Adamax", {}),
    ("hard_sigmoid", "linear", "hinge", "Nadam", {}),
    ("relu6", "linear", "squared_hinge", "Adadelta", {}),
    ("mish", "softplus", "poisson", "Adamax", {"learning_rate": 0.03, "beta_1": 0.8}),
    ("hard_silu", "softmax", "kl_divergence", "Nadam", {"learning_rate": 0.02, "beta_2": 0.9}),
    ("hard_tanh", "exponential", "mean_squared_logarithmic_error", "Adadelta",
     {"learning_rate": 1.0, "rho": 0.8, "epsilon": 1e-3}),
    ("tanh", "linear", "mean_absolute_percentage_error", "Nadam", {"epsilon": 1e-2}),
    ("sigmoid", "log_softmax", "mean_squared_error", "Adamax", {"epsilon": 1e-2}),
]  # fmt: skip
TORCH = [
    ("hardtanh", "identity", "mse_loss", "Adamax", {}),
    ("relu6", "log_softmax", "nll_loss", "NAdam", {}),
    ("mish", "log_softmax", "kl_div", "Adadelta", {}),
    ("hardswish", "identity", "poisson_nll_loss", "NAdam", {"momentum_decay": 0.5, "lr": 0.03}),
    ("tanh", "softplus", "poisson", "Adamax", {"weight_decay": 0.1, "betas": (0.7, 0.9)}),
    ("mish", "identity", "smooth_l1_loss", "Adadelta", {"weight_decay": 0.2, "rho": 0.7}),
    ("hardtanh", "identity", "l1_loss", "NAdam", {"weight_decay": 0.1, "eps": 1e-3}),
]


def rows(loss, seed):
    """Inputs (7, 3) and targets of the kind that a loss takes."""
    generator = np.random.default_rng(seed)
    inputs, noise = generator.standard_normal((7, 3)), generator.standard_normal((7, 2))
    if "hinge" in loss:
        return inputs, np.where(noise > 0, 1.0, 0.0)
    if "poisson" in loss:
        return inputs, np.floor(np.exp(noise))
    if loss in ("kl_divergence", "kl_div"):
        return inputs, np.exp(noise) / np.exp(noise).sum(axis=1, keepdims=True)
    return inputs, noise.argmax(axis=1) if loss == "nll_loss" else noise


def start(seed):
    """Weights and biases of both layers."""
    generator = np.random.default_rng([seed, 1])
    return [
        0.7 * generator.standard_normal(shape)
        for fan_in, units in zip(UNITS, UNITS[1:], strict=False)
        for shape in ((fan_in, units), (units,))
    ]


def flat(arrays):
    return np.concatenate([np.ravel(array) for array in arrays])


def by_keras(hidden, last, loss, optimizer, options, seed):
    keras.backend.set_floatx("float64")
    # On other backends than TensorFlow Keras rounds to float32 in between.
    keras.src.backend.common.dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
    network = keras.Sequential(
        [
            keras.Input((UNITS[0],)),
            keras.layers.Dense(UNITS[1], hidden),
            keras.layers.Dense(UNITS[2], last),
        ]
    )
    network.set_weights(start(seed))
    network.compile(getattr(keras.optimizers, optimizer)(**options), loss)
    places = [flat(network.get_weights())]
    for _ in range(STEPS):
        network.train_on_batch(*rows(loss, seed))
        places.append(flat(network.get_weights()))
    return places


def by_torch(hidden, last, loss, optimizer, options, seed):
    w0, b0, w1, b1 = (torch.tensor(array, requires_grad=True) for array in start(seed))
    parameters = [w0, b0, w1, b1]
    inputs, targets = (torch.tensor(array) for array in rows(loss, seed))
    steps = getattr(torch.optim, optimizer)(parameters, **options)
    dimension = {"dim": 1} if "softmax" in last else {}
    outputs_of = {"identity": lambda z: z}.get(last) or getattr(functional, last)
    own = {
        "kl_div": lambda p, y: functional.kl_div(p, y, reduction="batchmean"),
        "poisson": nn.PoissonNLLLoss(log_input=False, eps=1e-7),
    }
    loss_of = own.get(loss) or getattr(functional, loss)
    places = [flat(array.detach().numpy().copy() for array in parameters)]
    for _ in range(STEPS):
        steps.zero_grad()
        z = getattr(functional, hidden)(inputs @ w0 + b0) @ w1 + b1
        loss_of(outputs_of(z, **dimension), targets).backward()
        steps.step()
        places.append(flat(array.detach().numpy().copy() for array in parameters))
    return places


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)  # of what an optimizer keeps of its own, too
    cases, arrays = [], {}
    makers = (("keras", by_keras, KERAS), ("torch", by_torch, TORCH))
    for framework, make, table in makers:
        for case in table:
            seed = len(cases)
            arrays[f"inputs{seed}"], arrays[f"targets{seed}"] = rows(case[2], seed)
            arrays[f"parameters{seed}"] = np.array(make(*case, seed))
            names = ("hidden", "last", "loss", "optimizer", "options")
            cases.append({"framework": framework, **dict(zip(names, case, strict=True))})
    versions = {"keras": keras.__version__, "torch": torch.__version__}
    index = json.dumps({"versions": versions, "cases": cases})
    path = Path(__file__).with_suffix(".npz")
    np.savez_compressed(path, index=np.array(index), **arrays)
