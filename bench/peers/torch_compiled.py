"""PyTorch with forward pass, backward pass and update compiled by `torch.compile`."""

from functools import partial

from fastdense_bench.peers import _torch

NAME = "torch-compiled"
IMPORTS, PACKAGES, INSTALL = _torch.IMPORTS, _torch.PACKAGES, _torch.INSTALL


def environment():
    """What it has on disk from another run is not used, so that its first call is always one."""
    return {"TORCHINDUCTOR_FORCE_DISABLE_CACHES": "1"}


train = train_images = partial(_torch.training, compiled=True)
predict = partial(_torch.prediction, compiled=True)
