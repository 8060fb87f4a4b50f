"""PyTorch as most write it: operation by operation, the optimizer as it comes."""

from fastdense_bench.peers import _torch

NAME = "torch-eager"
IMPORTS, PACKAGES, INSTALL = _torch.IMPORTS, _torch.PACKAGES, _torch.INSTALL

train = train_images = _torch.training
predict = _torch.prediction
