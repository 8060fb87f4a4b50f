"""PyTorch with the fused optimizer; it predicts as the eager one does."""

from functools import partial

from fastdense_bench.peers import _torch

NAME = "torch-fused"
IMPORTS, PACKAGES, INSTALL = _torch.IMPORTS, _torch.PACKAGES, _torch.INSTALL

train = train_images = partial(_torch.training, fused=True)
