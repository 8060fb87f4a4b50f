"""A training goes on here as it would in PyTorch, from any step on, in float64."""

import copy

import numpy as np
import pytest

pytest.importorskip("torch.nn", reason="PyTorch is not installed (pip install 'fastdense[torch]')")

import torch
from generated import SMOOTH, modules
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from fastdense import FastdenseError, Training, catalogue, from_torch

OPTIMIZERS = {
    "SGD": {},
    "SGD with decay": {"weight_decay": 0.1},
    "SGD with momentum": {"momentum": 0.8, "weight_decay": 0.05},
    "SGD of Nesterov": {"momentum": 0.8, "nesterov": True},
    "Adam": {"eps": 1e-4, "betas": (0.8, 0.95)},
    "Adam with decay": {"weight_decay": 0.1, "eps": 1e-4},
    "Adam with amsgrad": {"amsgrad": True, "eps": 1e-4},
    "Adam decoupled": {"decoupled_weight_decay": True, "weight_decay": 0.1, "eps": 1e-4},
    "AdamW": {"eps": 1e-4},
    "NAdam": {"eps": 1e-4, "momentum_decay": 0.1},
    "Adamax": {"eps": 1e-4, "weight_decay": 0.01},
    "RMSprop": {"eps": 1e-3, "alpha": 0.9},
    "Adagrad": {"eps": 1e-3, "initial_accumulator_value": 0.1},
    "Adadelta": {"eps": 1e-3, "rho": 0.8},
}


@pytest.fixture(autouse=True)
def numbers_in_float64():
    """Some products of an optimizer's are kept in the default dtype."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def optimizer_of(name, module, rate=0.01):
    kind = getattr(torch.optim, name.partition(" ")[0])
    return kind(module.parameters(), lr=rate, **OPTIMIZERS[name])


def step(module, loss, optimizer, inputs, targets):
    optimizer.zero_grad()
    value = loss(module(inputs), targets)
    value.backward()
    optimizer.step()
    return value.item()


def same(found, parameters, module, inputs):
    """Whether a module has the parameters that were trained here."""
    theirs = from_torch(module, inputs).parameters
    scale = np.abs(theirs).max()
    np.testing.assert_allclose(parameters, theirs, rtol=1e-9, atol=1e-9 * scale)


@given(
    modules(activations=SMOOTH, dropout=False),
    st.sampled_from(["SGD", "Adam"]),
    st.integers(0, 99),
)
@settings(max_examples=60)
def test_a_step_is_that_of_pytorch(drawn, name, seed):
    module, inputs = drawn
    module = copy.deepcopy(module).train()
    loss, optimizer = nn.MSELoss(), optimizer_of(name, module)
    found = from_torch(module, inputs, loss, optimizer)
    targets = torch.randn(len(inputs), found.network.outputs, generator=torch.manual_seed(seed))
    training = Training(found.network, found.recipe.replace(batch_size="full"),
                        found.data(inputs, targets), parameters=found.parameters)  # fmt: skip
    ours = training.step(found.inputs(inputs).reshape(len(inputs), -1), targets.numpy())
    theirs = step(module, loss, optimizer, inputs, targets)
    assert ours == pytest.approx(theirs, rel=1e-9)
    same(found, training.parameters, module, inputs)


def small(images):
    torch.manual_seed(3)
    if images:
        layers = nn.Conv2d(2, 4, 3, stride=2, padding=1), nn.BatchNorm2d(4), nn.Tanh(), nn.Flatten()
        module, inputs = nn.Sequential(*layers, nn.Linear(64, 3)), torch.randn(12, 2, 8, 8)
    else:
        layers = nn.Linear(4, 6), nn.Tanh(), nn.LayerNorm(6), nn.Linear(6, 3)
        module, inputs = nn.Sequential(*layers), torch.randn(12, 4)
    return module, inputs, torch.randint(0, 3, (12,))


@pytest.mark.parametrize("images", [False, True], ids=["rows", "images"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_state_goes_on(name, images):
    """Some steps there and then some here are as many there."""
    module, inputs, targets = small(images)
    loss, optimizer = nn.CrossEntropyLoss(label_smoothing=0.1), optimizer_of(name, module)
    batches = [slice(0, 6), slice(6, 12)]
    for number in range(5):
        step(module, loss, optimizer, inputs[batches[number % 2]], targets[batches[number % 2]])
    found = from_torch(module, inputs, loss, optimizer)
    training = Training(found.network, found.recipe.replace(batch_size=6),
                        found.data(inputs, targets), parameters=found.parameters)  # fmt: skip
    if found.optimizer_state is not None:
        training.optimizer_state = found.optimizer_state
        assert found.optimizer_state.steps == (0 if "SGD" in name else 5)
    rows = found.inputs(inputs).reshape(12, -1), targets.numpy()[:, np.newaxis].astype(float)
    for number in range(7):
        own = batches[number % 2]
        ours = training.step(*(array[own] for array in rows))
        theirs = step(module, loss, optimizer, inputs[own], targets[own])
        assert ours == pytest.approx(theirs, rel=1e-9)
    same(found, training.parameters, module, inputs)
    back = found.to_torch(training.parameters)
    for ours, theirs in zip(back.parameters(), module.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-8, atol=1e-9)


ROWS = {
    "real": lambda z: z,
    "unit": lambda z: torch.sigmoid(z),
    "labels": lambda z: z.argmax(dim=1),
    "counts": lambda z: torch.floor(torch.exp(z)),
    "shares": lambda z: torch.softmax(z, dim=1),
}
WEIGHT = torch.tensor([0.5, 1.0, 3.0], dtype=torch.float64)
LOSSES = {
    "MSELoss": (nn.MSELoss(), "real", None),
    "MSELoss, sum": (nn.MSELoss(reduction="sum"), "real", None),
    "L1Loss": (nn.L1Loss(), "real", None),
    "SmoothL1Loss": (nn.SmoothL1Loss(), "real", None),
    "HuberLoss": (nn.HuberLoss(delta=0.3), "real", None),
    "BCEWithLogitsLoss": (nn.BCEWithLogitsLoss(), "unit", None),
    "BCEWithLogitsLoss, sum": (nn.BCEWithLogitsLoss(reduction="sum"), "unit", None),
    "BCELoss": (nn.BCELoss(), "unit", nn.Sigmoid()),
    "BCELoss, sum": (nn.BCELoss(reduction="sum"), "unit", nn.Sigmoid()),
    "a function of probabilities": (functional.binary_cross_entropy, "unit", nn.Sigmoid()),
    "MultiLabelSoftMarginLoss": (nn.MultiLabelSoftMarginLoss(), "unit", None),
    "MultiLabelSoftMarginLoss, sum": (nn.MultiLabelSoftMarginLoss(reduction="sum"), "unit", None),
    "CrossEntropyLoss": (nn.CrossEntropyLoss(), "labels", None),
    "CrossEntropyLoss, sum": (nn.CrossEntropyLoss(reduction="sum"), "labels", None),
    "CrossEntropyLoss, smooth": (nn.CrossEntropyLoss(label_smoothing=0.2), "labels", None),
    "CrossEntropyLoss, weight": (nn.CrossEntropyLoss(WEIGHT, reduction="sum"), "labels", None),
    "CrossEntropyLoss, shares": (nn.CrossEntropyLoss(), "shares", None),
    "CrossEntropyLoss, smooth shares": (nn.CrossEntropyLoss(label_smoothing=0.2), "shares", None),
    "NLLLoss": (nn.NLLLoss(), "labels", nn.LogSoftmax(dim=1)),
    "NLLLoss, weight": (nn.NLLLoss(WEIGHT, reduction="sum"), "labels", nn.LogSoftmax(dim=1)),
    "KLDivLoss": (nn.KLDivLoss(reduction="batchmean"), "shares", nn.LogSoftmax(dim=-1)),
    "KLDivLoss, sum": (nn.KLDivLoss(reduction="sum"), "shares", nn.LogSoftmax(dim=-1)),
    "PoissonNLLLoss": (nn.PoissonNLLLoss(), "counts", None),
    "PoissonNLLLoss of a rate": (nn.PoissonNLLLoss(log_input=False), "counts", nn.Softplus()),
    "a function": (functional.mse_loss, "real", None),
    "a function of labels": (functional.cross_entropy, "labels", None),
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_that_of_pytorch(name):
    loss, kind, last = LOSSES[name]
    module, inputs, _ = small(False)
    module = nn.Sequential(*module, last) if last else module
    targets = ROWS[kind](torch.randn(12, 3))
    optimizer = torch.optim.SGD(module.parameters(), lr=0.01)
    found = from_torch(module, inputs, loss, optimizer, of_labels=kind == "labels")
    training = Training(found.network, found.recipe.replace(batch_size=12),
                        found.data(inputs, targets), parameters=found.parameters)  # fmt: skip
    for _ in range(3):
        training.step(inputs.numpy(), targets.numpy().reshape(12, -1).astype(float))
        step(module, loss, optimizer, inputs, targets)
    same(found, training.parameters, module, inputs)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bounded_logarithms_are_those_of_pytorch_to_the_ends(dtype):
    ends = [0, 1, 1e-45, 1e-38, 1e-20, 1e-8, 0.3, 1 - 1e-7, np.nextafter(dtype(1), dtype(0))]
    p, y = (grid.ravel() for grid in np.meshgrid(np.array(ends, dtype), dtype([0, 0.25, 1])))
    entry = catalogue.get("losses", "binary_crossentropy_bounded")
    with np.errstate(all="ignore"):
        here = [[entry.value(a, b, ()), entry.slope(a, b, ())] for a, b in zip(p, y, strict=True)]
    x = torch.tensor(p, requires_grad=True)
    loss = functional.binary_cross_entropy(x, torch.tensor(y), reduction="none")
    loss.sum().backward()
    there = np.stack([loss.detach().numpy(), x.grad.numpy()], axis=1)
    np.testing.assert_allclose(here, there, rtol=20 * np.finfo(dtype).eps)
    value, slope = entry.spec(p[:, np.newaxis].astype(float), y[:, np.newaxis].astype(float), {})
    np.testing.assert_allclose(np.hstack([value[:, np.newaxis], slope]), there, rtol=1e-4)


LINE = nn.Sequential(nn.Linear(2, 3))
REFUSED_LOSSES = {
    "no loss": ("mse", "the loss 'mse' is none under torch.nn"),
    "no reduction": (nn.MSELoss(reduction="none"), 'MSELoss has reduction="none"'),
    "a weight of classes": (nn.CrossEntropyLoss(WEIGHT), "divides by the sum of the rows' weights"),
    "weights and smoothing": (
        nn.CrossEntropyLoss(WEIGHT, reduction="sum", label_smoothing=0.1), "label_smoothing",
    ),
    "an ignored class": (nn.CrossEntropyLoss(ignore_index=1), "ignore_index=1"),
    "a positive weight": (
        nn.BCEWithLogitsLoss(pos_weight=torch.tensor([3.0])), r"class_weights=\[1, 3\]",
    ),
    "a weight of a batch": (nn.BCEWithLogitsLoss(torch.ones(3)), "BCEWithLogitsLoss has a weight"),
    "a weight of a batch of probabilities": (nn.BCELoss(torch.ones(3)), "BCELoss has a weight"),
    "a beta": (nn.SmoothL1Loss(beta=0.5), "beta=0.5"),
    "a mean over outputs": (nn.KLDivLoss(reduction="mean"), "batchmean"),
    "targets in logarithms": (nn.KLDivLoss(reduction="sum", log_target=True), "log_target=True"),
    "Stirling's term": (nn.PoissonNLLLoss(full=True), "full=True"),
    "triplets": (nn.TripletMarginLoss(), "is of pairs of samples"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED_LOSSES)
@pytest.mark.filterwarnings("ignore:reduction")
def test_a_loss_that_is_not_here_is_refused(name):
    loss, expected = REFUSED_LOSSES[name]
    with pytest.raises(FastdenseError, match=expected) as caught:
        from_torch(LINE, loss=loss)
    assert "\n" not in str(caught.value)


def groups(**options):
    weight, bias = LINE.parameters()
    return torch.optim.SGD([{"params": [weight]}, {"params": [bias], **options}], lr=0.1)


def scheduled():
    optimizer = torch.optim.SGD(LINE.parameters())
    torch.optim.lr_scheduler.StepLR(optimizer, 3)
    return optimizer


def hooked():
    optimizer = torch.optim.SGD(LINE.parameters())
    optimizer.register_step_post_hook(lambda *_: None)
    return optimizer


def half_begun():
    optimizer = torch.optim.Adam(LINE.parameters())
    optimizer.zero_grad()
    LINE[0].bias.grad = torch.ones_like(LINE[0].bias)
    optimizer.step()
    return optimizer


REFUSED_OPTIMIZERS = {
    "no optimizer": (lambda: "adam", "the optimizer 'adam' is none under torch.optim"),
    "a closure": (lambda: torch.optim.LBFGS(LINE.parameters()), "LBFGS calls a closure"),
    "another one": (lambda: torch.optim.ASGD(LINE.parameters()), "the optimizer ASGD is not here"),
    "groups": (lambda: groups(lr=0.2), "parameter group 1 with lr=0.2 and a group 0 with 0.1"),
    "a decay of some": (lambda: groups(weight_decay=0.2), "group 1 with weight_decay=0.2"),
    "some parameters": (
        lambda: torch.optim.SGD([LINE[0].weight]), "has not the parameter '0.bias'",
    ),
    "parameters of others": (
        lambda: torch.optim.SGD([*LINE.parameters(), *nn.Linear(1, 1).parameters()]),
        "parameters that the module has not",
    ),
    "dampening": (
        lambda: torch.optim.SGD(LINE.parameters(), momentum=0.5, dampening=0.1), "dampening=0.1",
    ),
    "climbing": (lambda: torch.optim.Adam(LINE.parameters(), maximize=True), "maximize=True"),
    "a decoupled amsgrad": (
        lambda: torch.optim.AdamW(LINE.parameters(), amsgrad=True), "AdamW has amsgrad=True",
    ),
    "momentum of RMSprop": (
        lambda: torch.optim.RMSprop(LINE.parameters(), momentum=0.5), "momentum=0.5",
    ),
    "centered": (lambda: torch.optim.RMSprop(LINE.parameters(), centered=True), "centered=True"),
    "decay of rates": (
        lambda: torch.optim.Adagrad(LINE.parameters(), lr_decay=0.1), "lr_decay=0.1",
    ),
    "a scheduler": (scheduled, "learning rate scheduler"),
    "hooks": (hooked, "has hooks on its step"),
    "a state of some": (half_begun, "none of '0.weight'"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED_OPTIMIZERS)
def test_an_optimizer_that_is_not_here_is_refused(name):
    make, expected = REFUSED_OPTIMIZERS[name]
    with pytest.raises(FastdenseError, match=expected) as caught:
        from_torch(LINE, loss=nn.MSELoss(), optimizer=make())
    assert "\n" not in str(caught.value)


def test_groups_of_the_same_options_are_one():
    assert from_torch(LINE, optimizer=groups()).recipe.learning_rate == 0.1


def test_a_half_frozen_layer_is_refused():
    module = copy.deepcopy(LINE)
    module[0].bias.requires_grad_(False)
    with pytest.raises(FastdenseError, match="'0.bias' with requires_grad=False"):
        from_torch(module, optimizer=torch.optim.SGD(module.parameters()))


@pytest.mark.parametrize("all_given", [True, False])
def test_frozen_layers_are_trained_as_there(all_given):
    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Linear(3, 5), nn.LayerNorm(5), nn.Tanh(), nn.Linear(5, 4), nn.Softmax(dim=1),
        nn.Linear(4, 1),
    ).double()  # fmt: skip
    for place in (1, 3):
        module[place].requires_grad_(False)
    x = torch.randn(20, 3, dtype=torch.float64)
    y = x.sum(dim=1, keepdim=True)
    given = module.parameters()
    if not all_given:
        given = (one for one in given if one.requires_grad)
    optimizer = torch.optim.Adam(given, lr=0.01)

    def steps(count):
        for _ in range(count):
            optimizer.zero_grad()
            nn.functional.mse_loss(module(x), y).backward()
            optimizer.step()

    steps(2)
    converted = from_torch(module, x, nn.MSELoss(), optimizer)
    assert [one.trainable for _, one in converted.network.dense] == [True, False, True]
    recipe = converted.recipe.replace(epochs=3, batch_size="full")
    training = Training(
        converted.network, recipe, converted.data(x, y), parameters=converted.parameters
    )
    training.optimizer_state = converted.optimizer_state
    training.advance(3)
    steps(3)
    wanted = from_torch(module, x).parameters
    np.testing.assert_allclose(training.parameters, wanted, rtol=1e-9)
    back = converted.to_torch(training)
    assert torch.equal(back[3].weight, module[3].weight) and not back[3].weight.requires_grad
