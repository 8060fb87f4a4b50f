"""Modules of PyTorch predict here what they predict there, and what is not here is refused."""

import copy
import pickle

import numpy as np
import pytest

# Not "torch": this folder could be taken for a package of that name.
pytest.importorskip("torch.nn", reason="PyTorch is not installed (pip install 'fastdense[torch]')")

import torch
from generated import ACTIVATIONS, Exported, modules
from hypothesis import given, settings
from torch import nn
from torch.nn import functional

from fastdense import FastdenseError, Recipe, Training, from_torch, train


def predicted(module, inputs):
    with torch.no_grad():
        return copy.deepcopy(module).eval()(inputs).numpy()


def close(ours, theirs, tolerance):
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance * np.abs(theirs).max())


@given(modules())
@settings(max_examples=100)
def test_predictions_agree(drawn):
    module, inputs = drawn
    found = from_torch(module, inputs)
    close(found.model.predict(found.inputs(inputs)), predicted(module, inputs), 1e-12)
    single, inputs = copy.deepcopy(module).float(), inputs.float()
    found = from_torch(single, inputs[:1])
    assert found.parameters.dtype == np.float32
    close(found.model.predict(found.inputs(inputs)), predicted(single, inputs), 1e-5)


@given(modules())
@settings(max_examples=15)
def test_a_recorded_module_is_the_same_as_its_sequential(drawn):
    module, inputs = drawn
    ours, theirs = from_torch(Exported(module), inputs), from_torch(module, inputs)
    assert ours.network == theirs.network
    assert ours.parameters.tobytes() == theirs.parameters.tobytes()


@given(modules())
def test_there_and_back_are_the_same_bits(drawn):
    module, inputs = drawn
    back = from_torch(module, inputs).to_torch()
    held, found = module.state_dict(), back.state_dict()
    assert list(held) == list(found)
    assert all(torch.equal(held[name], found[name]) for name in held)
    assert repr(back) == repr(module)


@given(modules(dropout=False))
@settings(max_examples=15)
def test_a_module_trained_here_predicts_the_same_there(drawn):
    module, inputs = drawn
    found = from_torch(module, inputs, nn.MSELoss(), torch.optim.Adam(module.parameters(), 0.01))
    x = found.inputs(inputs)
    y = np.random.default_rng(0).normal(size=(len(x), found.network.outputs))
    recipe = found.recipe.replace(epochs=3, batch_size="full")
    run = train(found.network, recipe, (x, y), parameters=found.parameters)
    for trained in (run, run.model, run.parameters):
        close(run.predict(x), predicted(found.to_torch(trained), inputs), 1e-11)


def test_what_is_trained_goes_back():
    module = nn.Sequential(nn.Linear(2, 1))
    found = from_torch(module, loss=nn.MSELoss())
    training = Training(found.network, found.recipe, ([[0.0, 0.0]], [0.0]))
    assert found.to_torch(training)[0].weight.shape == (1, 2)
    with pytest.raises(
        FastdenseError, match="parameters of shape \\(2,\\) given; the module has 3"
    ):
        found.to_torch([1.0, 2.0])


@pytest.mark.parametrize("kind", ACTIVATIONS, ids=lambda kind: kind.__name__)
def test_activations_agree_recorded_too(kind):
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(3, 40), kind(), nn.Linear(40, 2)).double()
    inputs = 3 * torch.randn(9, 3, dtype=torch.float64)
    for one in (module, Exported(module)):
        found = from_torch(one, inputs)
        # Softplus is linear from 20 on in PyTorch.
        close(found.model.predict(found.inputs(inputs)), predicted(module, inputs), 1e-8)


class Plain(nn.Module):
    """A forward of functions, with everything that has no module of its own."""

    def __init__(self):
        super().__init__()
        self.first, self.norm = nn.Conv2d(2, 4, 3, stride=2, padding=1), nn.BatchNorm2d(4)
        self.hidden, self.last = nn.Linear(4, 5), nn.Linear(5, 1)

    def forward(self, x):
        x = functional.relu(self.norm(self.first(x))).clamp(0, 6)
        x = functional.max_pool2d(x, 2)
        x = functional.dropout(x, 0.25, self.training).mean((-2, -1))
        x = x.view(x.size(0), -1)
        x = functional.softsign(self.hidden(x).contiguous())
        return torch.sigmoid(self.last(x)).squeeze(-1)


def test_a_forward_of_functions():
    torch.manual_seed(0)
    module, inputs = Plain(), torch.randn(6, 2, 8, 9)
    module(inputs)
    for state in (True, False):
        found = from_torch(module.train(state), inputs[:1])
        assert any(getattr(layer, "rate", None) == 0.25 for layer in found.network.layers)
        ours = found.model.predict(found.inputs(inputs))[:, 0]
        close(ours, predicted(module, inputs), 1e-6)


def test_averages_over_even_parts_are_poolings():
    module = nn.Sequential(nn.AdaptiveAvgPool2d((2, None)), nn.Flatten(), nn.Linear(2 * 3, 1))
    inputs = torch.randn(3, 1, 4, 3)
    found = from_torch(module, inputs)
    close(found.model.predict(found.inputs(inputs)), predicted(module, inputs), 1e-6)


def test_nothing_else_is_changed():
    torch.manual_seed(0)
    module = Plain()
    inputs = torch.randn(5, 2, 8, 8)
    optimizer = torch.optim.Adam(module.parameters())
    module(inputs).sum().backward()
    optimizer.step()

    def everything():
        tensors = [
            *module.state_dict().items(),
            *((n, p.grad) for n, p in module.named_parameters()),
        ]
        state = [(n, t.numpy().tobytes()) for n, t in tensors]
        flags = [(n, one.training) for n, one in module.named_modules()]
        random = torch.get_rng_state().tolist(), pickle.dumps(np.random.get_state())
        return state, flags, random, pickle.dumps(optimizer.state_dict())

    before = everything()
    from_torch(module, inputs, nn.BCEWithLogitsLoss(), optimizer).to_torch()
    assert everything() == before


def images(*layers):
    return nn.Sequential(*layers, nn.Flatten(), nn.LazyLinear(1))


def built(*layers):
    module = images(*layers)
    module(torch.zeros(2, 2, 6, 7))
    return module


def hooked():
    module = nn.Sequential(nn.Linear(2, 1))
    module[0].register_forward_hook(lambda *_: None)
    return module


class Skip(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Linear(2, 2), nn.Linear(2, 2)

    def forward(self, x):
        return x + self.two(self.one(x))


class Branch(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(2, 2)

    def forward(self, x):
        return x if x.sum() > 0 else -x


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(2, 2)

    def forward(self, x):
        return self.one(self.one(x))


ROWS, IMAGES, SHARED = torch.zeros(2, 2), torch.zeros(2, 2, 6, 7), nn.Linear(2, 2)
REFUSED = {
    "no module": (lambda: (3,), "3 is no module of PyTorch"),
    "a class of one's own": (lambda: (Skip(),), "Skip is no nn.Sequential; give an example input"),
    "a skip": (lambda: (Skip(), ROWS), "linear in 'one' is not next in .* goes to linear, add"),
    "control by numbers": (lambda: (Branch(), ROWS), "torch.export records no graph of Branch"),
    "a layer twice": (lambda: (Twice(), ROWS), "the parameter 'one.weight' of another one"),
    "shared layers": (lambda: (nn.Sequential(SHARED, SHARED),), "and '1.weight' are one"),
    "no dense layer": (lambda: (nn.Sequential(nn.BatchNorm1d(2)),), "no Linear, in which"),
    "no parameters": (lambda: (nn.Sequential(nn.ReLU()),), "the module has no parameters"),
    "an end": (
        lambda: (nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)),), "ends in BatchNorm1d '1'",
    ),
    "an image without its size": (lambda: (built(nn.Conv2d(2, 1, 3)),), "give an example input"),
    "groups": (lambda: (built(nn.Conv2d(2, 2, 3, groups=2)), IMAGES), "Conv2d '0' has groups=2"),
    "a padding mode": (
        lambda: (built(nn.Conv2d(2, 2, 3, padding=1, padding_mode="circular")), IMAGES),
        "padding_mode='circular'",
    ),
    "a large padding": (
        lambda: (built(nn.Conv2d(2, 2, 3, padding=3)), IMAGES), "Conv2d '0': padding is",
    ),
    "a dilated pool": (lambda: (built(nn.MaxPool2d(2, dilation=2)), IMAGES), "dilation=2"),
    "a ceiling": (lambda: (built(nn.MaxPool2d(2, ceil_mode=True)), IMAGES), "ceil_mode=True"),
    "means of zeros": (
        lambda: (built(nn.AvgPool2d(3, padding=1)), IMAGES), "count_include_pad=True",
    ),
    "a divisor": (lambda: (built(nn.AvgPool2d(3, divisor_override=2)), IMAGES), "divisor_override"),
    "uneven means": (lambda: (built(nn.AdaptiveAvgPool2d(4)), IMAGES), r"output_size=\(4, 4\)"),
    "a part flattened": (
        lambda: (nn.Sequential(nn.Flatten(2), nn.Linear(42, 1)), IMAGES), "start_dim=2",
    ),
    "images into a linear layer": (
        lambda: (nn.Sequential(nn.Linear(7, 1)), IMAGES), "images of .* put nn.Flatten",
    ),
    "no averages": (
        lambda: (nn.Sequential(nn.BatchNorm1d(2, track_running_stats=False), nn.Linear(2, 1)),),
        "BatchNorm1d '0' has no running averages",
    ),
    "cumulative averages": (
        lambda: (nn.Sequential(nn.BatchNorm1d(2, momentum=None), nn.Linear(2, 1)),),
        "momentum=None",
    ),
    "no scale": (
        lambda: (nn.Sequential(nn.BatchNorm1d(2, affine=False), nn.Linear(2, 1)),), "affine=False",
    ),
    "a plain layer norm": (
        lambda: (nn.Sequential(nn.LayerNorm(2, elementwise_affine=False), nn.Linear(2, 1)),),
        "elementwise_affine=False",
    ),
    "a layer norm of images": (
        lambda: (built(nn.LayerNorm([2, 6, 7])), IMAGES), r"normalized_shape=\(2, 6, 7\)",
    ),
    "a slope": (
        lambda: (nn.Sequential(nn.Linear(2, 1), nn.LeakyReLU(0.2)),), "negative_slope=0.2",
    ),
    "a tanh form": (
        lambda: (nn.Sequential(nn.Linear(2, 1), nn.GELU("tanh")),), "approximate='tanh'",
    ),
    "a softmax apart": (
        lambda: (
            nn.Sequential(nn.Linear(2, 2), nn.LayerNorm(2), nn.Softmax(1), nn.Linear(2, 1)),
        ),
        "Softmax '2' has units that depend",
    ),
    "a softmax over samples": (
        lambda: (nn.Sequential(nn.Linear(2, 2), nn.Softmax(0)),), "Softmax '1' has dim=0",
    ),
    "PReLU": (lambda: (nn.Sequential(nn.Linear(2, 1), nn.PReLU()),), "nearest is 'leaky_relu'"),
    "a recurrent layer": (lambda: (nn.Sequential(nn.LSTM(2, 1)),), "LSTM '0' is not here"),
    "dropout of channels": (lambda: (built(nn.Dropout2d()), IMAGES), "feature_dropout|Dropout2d"),
    "a layer of several inputs": (
        lambda: (nn.Sequential(nn.Linear(2, 2), nn.Bilinear(2, 2, 1)), ROWS),
        "Bilinear '1' is not here",
    ),
    "a lazy layer": (lambda: (nn.Sequential(nn.LazyLinear(1)), ROWS), "'0.weight' has no shape"),
    "computed weights": (
        lambda: (nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(2, 1))), ROWS),
        "_weight_norm in .* is not here",
    ),
    "hooks": (lambda: (hooked(),), "has hooks"),
    "half precision": (lambda: (nn.Sequential(nn.Linear(2, 1)).half(),), "parameters of float16"),
    "an example of another width": (
        lambda: (nn.Sequential(nn.Linear(3, 1)), ROWS), "Linear '0' has 3 inputs but is given 2",
    ),
    "an example of three dimensions": (
        lambda: (nn.Sequential(nn.Linear(3, 1)), torch.zeros(1, 2, 3)), "example has the shape",
    ),
    "an example that is none": (
        lambda: (nn.Sequential(nn.Linear(3, 1)), "x"), "expected a tensor of inputs",
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Lazy modules")
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_here_is_refused_in_a_sentence(name):
    arguments, expected = REFUSED[name]
    with pytest.raises(FastdenseError, match=expected) as caught:
        from_torch(*arguments())
    text = str(caught.value)
    assert "\n" not in text and len(text) <= 400 and (";" in text or " is " in text)


def test_without_a_loss_and_an_optimizer_there_is_no_recipe():
    module = nn.Sequential(nn.Linear(2, 1)).double()
    assert from_torch(module).recipe is None
    assert from_torch(module, loss=nn.L1Loss()).recipe == Recipe(loss="mae", dtype="float64")
