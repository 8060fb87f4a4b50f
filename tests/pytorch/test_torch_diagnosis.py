"""A training of PyTorch is diagnosed from the module's parameters on, in PyTorch's words."""

import pickle

import numpy as np
import pytest

pytest.importorskip("torch.nn", reason="PyTorch is not installed (pip install 'fastdense[torch]')")

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from fastdense import FastdenseError, Network, Recipe, diagnose, from_torch
from fastdense.diagnosis import changes as known
from fastdense.diagnosis.of_torch import case_of
from fastdense.diagnosis.spelled import spelled
from fastdense.reports.diagnosis import to_paste

X = torch.linspace(-1, 1, 64)[:, None]
Y = torch.sin(3 * X)
ROWS = DataLoader(TensorDataset(X, Y), batch_size=16, shuffle=True)


def small(rate=0.05, optimizer=torch.optim.SGD):
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
    return module, nn.MSELoss(), optimizer(module.parameters(), lr=rate)


def test_it_is_the_training_of_the_module():
    module, loss, optimizer = small()
    case = case_of(module, loss, optimizer, ROWS, epochs=7)
    assert case.recipe.epochs == 7 and case.recipe.batch_size == 16 and case.recipe.shuffle
    assert case.begin(3, "float32").tobytes() == from_torch(module).parameters.tobytes()
    found = diagnose(module, loss, optimizer, ROWS, epochs=7, seeds=3, effort="quick")
    starts = found.evidence.trained.runs.initial_parameters
    assert starts.shape[0] == 3 and (starts == from_torch(module).parameters).all()


def test_its_answer_is_in_the_words_of_pytorch():
    found = diagnose(*small(rate=1e-5), ROWS, seeds=4, effort="quick")
    assert found.verdict == "fault" and found.causes[0].name == "rate_too_low"
    assert "optimizer = torch.optim." in found.answer and "learning_rate" not in found.answer
    assert all(next(iter(one.spelled)) == "torch" for one in found.remedies)
    first, line, *_ = to_paste(found)
    assert first == "In PyTorch:" and line.strip().startswith("optimizer = torch.optim.")


def test_a_fault_of_the_parameters_is_seen():
    """Drawn anew this training would be healthy."""
    module, loss, optimizer = small(0.3)
    given = {"epochs": 200, "seeds": 4, "effort": "quick"}
    assert diagnose(module, loss, optimizer, ROWS, **given).healthy
    with torch.no_grad():
        for one in module.parameters():
            one.zero_()
    found = diagnose(module, loss, optimizer, ROWS, **given)
    assert found.verdict == "fault" and found.evidence.good.sum() == 0
    assert found.cured.said == "nn.init.xavier_uniform_(layer.weight)"


def test_a_change_leaves_the_other_parameters_as_they_are():
    case = case_of(*small(), ROWS)
    start = case.begin(0, "float32")
    biased = known.positive_bias(0.5).make(case).begin(0, "float32")
    weights, *rest = (slice(0, 16), slice(16, 32), slice(32, 49))
    assert (biased[weights] == start[weights]).all() and (biased[rest[0]] == 0.5).all()
    assert (biased[rest[1]] == start[rest[1]]).all()
    drawn = known.sound_weights().make(case).begin(0, "float32")
    assert not (drawn[weights] == start[weights]).any()
    normal = known.batch_normalization().make(case).begin(0, "float32")
    assert (normal[:32] == start[:32]).all() and (normal[-17:] == start[-17:]).all()


def test_a_convolution_without_a_bias_keeps_none():
    layers = nn.Conv2d(1, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten()
    module = nn.Sequential(*layers, nn.Linear(4 * 4 * 6, 1))
    rows = torch.randn(12, 1, 6, 8), torch.randn(12, 1)
    case = case_of(module, nn.MSELoss(), torch.optim.SGD(module.parameters()), rows)
    changed = known.positive_bias(0.5).make(case)
    assert not changed.network.layers[0].use_bias and changed.refusal is None
    (line,) = spelled({"network.layers": case.network.to_dict()["layers"]}, {})["torch"]
    assert "nn.Conv2d(..., 4, kernel_size=(3, 3), " in line and "bias=False)" in line


def test_nothing_is_changed():
    module, loss, optimizer = small(optimizer=torch.optim.Adam)
    loss(module(X), Y).backward()
    optimizer.step()

    def everything():
        state = pickle.dumps((module.state_dict(), optimizer.state_dict(), module.training))
        random = torch.get_rng_state().tolist(), pickle.dumps(np.random.get_state())
        return state, random, [one.grad.tolist() for one in module.parameters()]

    before = everything()
    diagnose(module, loss, optimizer, ROWS, epochs=3, seeds=2, effort="quick")
    assert everything() == before


def test_images_and_labels():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 4 * 6, 2))
    images = torch.randn(40, 1, 6, 8)
    labels = (images.mean(dim=(1, 2, 3)) > 0).long()
    rows = images, labels
    case = case_of(module, nn.CrossEntropyLoss(), torch.optim.Adam(module.parameters()), rows)
    assert case.recipe.loss.name == "sparse_softmax_cross_entropy"
    assert case.data.shape == (6, 8, 1) and case.refusal is None
    shares = torch.softmax(torch.randn(40, 2), dim=1)
    case = case_of(
        module, nn.CrossEntropyLoss(), torch.optim.Adam(module.parameters()), (images, shares)
    )
    assert case.recipe.loss.name == "softmax_cross_entropy" and case.refusal is None
    flat = nn.Sequential(nn.Flatten(), nn.Linear(48, 2))  # of images without channels
    case = case_of(flat, nn.CrossEntropyLoss(), torch.optim.SGD(flat.parameters()),
                   (images[:, 0], labels))  # fmt: skip
    assert case.network.inputs == 48 and case.refusal is None


class Squeezed(nn.Module):
    def __init__(self):
        super().__init__()
        self.last = nn.Linear(1, 1)

    def forward(self, x):
        return self.last(x).squeeze(1)


def test_targets_that_would_be_broadcast_are_refused():
    module, loss, optimizer = small()
    with pytest.raises(FastdenseError, match=r"shape \(n, 1\) and targets of \(n,\).*\(-1, 1\)"):
        diagnose(module, loss, optimizer, (X, Y[:, 0]))
    module = Squeezed()
    optimizer = torch.optim.SGD(module.parameters())
    with pytest.raises(FastdenseError, match=r"shape \(n,\) and targets of \(n, 1\).*\(-1\)"):
        diagnose(module, loss, optimizer, (X, Y))
    assert case_of(module, loss, optimizer, (X, Y[:, 0])).network.outputs == 1
    of_probabilities = nn.Sequential(module.last, nn.Sigmoid())
    with pytest.raises(FastdenseError, match=r"BCELoss is given outputs of shape \(n, 1\)"):
        diagnose(of_probabilities, nn.BCELoss(), optimizer, (X, (Y[:, 0] > 0).float()))


def test_what_is_missing_is_told():
    module, loss, optimizer = small()
    with pytest.raises(FastdenseError, match="the rows are missing"):
        diagnose(module, loss, optimizer)
    with pytest.raises(FastdenseError, match="list is not data of PyTorch"):
        diagnose(module, loss, optimizer, [1.0])
    with pytest.raises(FastdenseError, match="loader and epochs go with a module"):
        diagnose(Network.of(1, 1), Recipe(), (X, Y), epochs=3)
