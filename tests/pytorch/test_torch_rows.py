"""Tensors, data sets and loaders of PyTorch are rows, read once; others are refused by name."""

import pickle
import random
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("torch.nn", reason="PyTorch is not installed (pip install 'fastdense[torch]')")

import torch
from torch import nn
from torch.utils import data as torch_data

from fastdense import Data, FastdenseError, Network, Recipe, from_torch, train

X, Y = torch.randn(10, 3), torch.randn(10, 1)
ROWS = torch_data.TensorDataset(X, Y)


class Drawn(torch_data.Dataset):
    """Images with a label each, every one changed at random as it is read."""

    reads = 0

    def __len__(self):
        return 6

    def __getitem__(self, index):
        self.reads += 1
        noise = torch.randn(2, 4, 5) + random.random() + np.random.random()
        return noise, index % 2


def loader(rows=ROWS, **options):
    return torch_data.DataLoader(rows, **{"batch_size": 4, **options})


@pytest.mark.parametrize("given", [(X, Y), (X.numpy(), Y), ROWS, loader(), loader(shuffle=True)])
def test_rows_are_read(given):
    found = Data.of(given)
    assert found.inputs.tobytes() == X.numpy().tobytes()
    assert found.targets.tobytes() == Y.numpy().tobytes()


def test_all_entry_points_take_them():
    ours = train(Network.of(3, 1), Recipe(epochs=2), (X.numpy(), Y.numpy()))
    theirs = train(Network.of(3, 1), Recipe(epochs=2), loader())
    assert ours.parameters.tobytes() == theirs.parameters.tobytes()
    assert ours.model.evaluate(ROWS).loss == ours.final_loss


def test_what_the_loader_does_is_noted():
    (note,) = Data.of(loader(shuffle=True, drop_last=True, batch_size=5)).notes
    assert note == "batch_size=5 and shuffle=True are those of the DataLoader"


def test_a_data_set_is_read_once_and_draws_nothing():
    rows = Drawn()
    before = torch.get_rng_state().tolist(), random.getstate(), pickle.dumps(np.random.get_state())
    found = Data.of(loader(rows, shuffle=True))
    after = torch.get_rng_state().tolist(), random.getstate(), pickle.dumps(np.random.get_state())
    assert before == after and rows.reads == 6
    assert found.shape == (4, 5, 2) and found.targets[:, 0].tolist() == [0, 1] * 3
    assert "channels last" in found.notes[0]


def test_images_have_their_channels_last():
    images = torch.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    found = Data.of((images, Y[:2]))
    assert found.inputs.reshape(2, 4, 5, 3).tolist() == images.permute(0, 2, 3, 1).tolist()
    module = nn.Sequential(nn.Flatten(), nn.Linear(60, 1))
    converted = from_torch(module, images.float())
    assert converted.inputs(images).tolist() == images.permute(0, 2, 3, 1).tolist()
    assert converted.data(images, Y[:2]).inputs.tolist() == found.inputs.tolist()
    rows = from_torch(module)  # without an example they are rows in PyTorch's order
    assert rows.inputs(images).tolist() == images.reshape(2, -1).tolist()
    assert converted.model.predict(converted.inputs(images)) == pytest.approx(
        rows.model.predict(rows.inputs(images)), rel=1e-5
    )
    with pytest.raises(FastdenseError, match=r"expected \(n, 3, 4, 5\)"):
        converted.inputs(torch.zeros(2, 4, 5, 3))


class Stream(torch_data.IterableDataset):
    def __iter__(self):
        return iter([(X[0], Y[0])])


class Ragged(torch_data.Dataset):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        return torch.zeros(index + 1), 0.0


class Tables(Ragged):
    def __getitem__(self, index):
        return {"x": 1.0, "y": 2.0, "z": 3.0}


def collated(samples):
    return samples


WEIGHTED = torch_data.WeightedRandomSampler([1.0] * 10, 10)
REFUSED = {
    "rows left out": (lambda: loader(drop_last=True), "leaves out 2 of 10 rows"),
    "a sampler": (lambda: loader(sampler=WEIGHTED), "the sampler WeightedRandomSampler"),
    "drawn again": (
        lambda: loader(sampler=torch_data.RandomSampler(X, replacement=True)), "replacement=True",
    ),
    "some of them": (
        lambda: loader(sampler=torch_data.RandomSampler(X, num_samples=5)), "of 5 rows",
    ),
    "own batches": (
        lambda: torch_data.DataLoader(ROWS, batch_sampler=[[0, 1]]), "the batch sampler list",
    ),
    "own collation": (lambda: loader(collate_fn=collated), "the collate_fn collated"),
    "no batches": (lambda: loader(batch_size=None), "batch_size=None"),
    "a stream": (lambda: loader(Stream()), "IterableDataset"),
    "a stream itself": (Stream, "IterableDataset has no rows"),
    "one tensor": (lambda: torch_data.TensorDataset(X), "has 1 tensors"),
    "ragged": (Ragged, r"the shapes \[\(1,\), \(2,\)\]"),
    "tables": (lambda: loader(Tables()), "a sample of the data set is a dict of 3"),
    "empty": (lambda: torch_data.Subset(Drawn(), []), "the data set Subset is empty"),
    "sparse": (lambda: (X.to_sparse(), Y), "to_dense()"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_of_rows_is_refused(name):
    make, expected = REFUSED[name]
    with pytest.raises(FastdenseError, match=expected.replace("()", r"\(\)")) as caught:
        Data.of(make())
    assert "\n" not in str(caught.value)


def test_nothing_imports_pytorch_before_it_is_needed():
    lines = (
        "import sys, fastdense, fastdense.torch",
        "assert not {'torch', 'numpy', 'onnx'} & set(sys.modules)",
        "fastdense.train(fastdense.Network.of(1, 1), fastdense.Recipe(epochs=1), ([0.0], [0.0]))",
        "fastdense.diagnose, fastdense.from_torch, fastdense.to_onnx",
        "assert not {'torch', 'onnx'} & set(sys.modules)",
    )
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True)
