"""Modules of PyTorch, drawn by Hypothesis, with parameters and averages that are not the usual."""

import torch
from hypothesis import strategies as st
from torch import nn

SMOOTH = [nn.Tanh, nn.Sigmoid, nn.Softplus, nn.SiLU, nn.GELU, nn.ELU, nn.Mish, nn.SELU, nn.CELU]
ACTIVATIONS = [
    *SMOOTH, nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.Softsign, nn.Hardswish, nn.Hardsigmoid,
    nn.Hardtanh, nn.Identity,
]  # fmt: skip
SIDES = st.tuples(st.integers(1, 3), st.integers(1, 3))


def _conv(draw, channels):
    kernel, dilation = draw(SIDES), draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
    padding = tuple(
        draw(st.integers(0, d * (k - 1))) for d, k in zip(dilation, kernel, strict=True)
    )
    stride = draw(SIDES)
    if draw(st.integers(0, 3)) == 0 and all(side % 2 for side in kernel):  # else it warns
        padding, stride = "same", 1
    count = draw(st.integers(1, 5))
    bias = draw(st.booleans())
    return nn.Conv2d(channels, count, kernel, stride, padding, dilation, bias=bias), count


def _pool(draw):
    size = draw(SIDES)
    padding = tuple(draw(st.integers(0, side // 2)) for side in size)
    if draw(st.booleans()):
        return nn.MaxPool2d(size, draw(SIDES), padding)
    return nn.AvgPool2d(size, draw(SIDES), padding, count_include_pad=False)


@st.composite
def modules(draw, activations=ACTIVATIONS, normalizations=True, dropout=True, images=None):
    """A module, and inputs (n, ...) for it, both in float64."""
    torch.manual_seed(draw(st.integers(0, 2**31)))
    activation = st.sampled_from(activations).map(lambda kind: kind())
    layers, samples = [], draw(st.integers(2, 9))
    if draw(st.booleans()) if images is None else images:
        channels, *sides = (draw(st.integers(*ends)) for ends in ((1, 3), (3, 8), (3, 8)))
        inputs = torch.randn(samples, channels, *sides, dtype=torch.float64)
        for _ in range(draw(st.integers(1, 4))):
            kind = draw(st.sampled_from(["conv", "conv", "pool", "norm", "activation", "dropout"]))
            count = channels
            if kind == "conv":
                layer, count = _conv(draw, channels)
            elif kind == "norm" and normalizations:
                layer = nn.BatchNorm2d(channels, momentum=draw(st.floats(0.05, 0.9)))
            elif kind == "dropout" and dropout:
                layer = nn.Dropout(0.3)
            else:
                layer = _pool(draw) if kind == "pool" else draw(activation)
            try:
                with torch.no_grad():
                    nn.Sequential(*layers, layer).double()(inputs)
            except (RuntimeError, ValueError):  # no window fits
                continue
            channels = count
            layers.append(layer)
        end = draw(st.sampled_from(["flatten", "flatten", "mean"]))
        layers += [nn.AdaptiveAvgPool2d(1)] * (end == "mean") + [nn.Flatten()]
    else:
        inputs = torch.randn(samples, draw(st.integers(1, 9)), dtype=torch.float64)
    with torch.no_grad():
        features = nn.Sequential(*layers).double()(inputs).shape[1]
    for _ in range(draw(st.integers(0, 3))):
        if normalizations and draw(st.integers(0, 2)) == 0:
            kind = draw(st.sampled_from([nn.BatchNorm1d, nn.LayerNorm]))
            layers.append(kind(features))
        width = draw(st.integers(2, 9))
        nested = [nn.Linear(features, width, bias=draw(st.booleans())), draw(activation)]
        nested += [nn.Dropout(0.2)] * (dropout and draw(st.booleans()))
        layers += [nn.Sequential(*nested)] if draw(st.booleans()) else nested
        features = width
    layers.append(nn.Linear(features, draw(st.integers(1, 4))))
    module = nn.Sequential(*layers).double()
    with torch.no_grad():
        for one in module.parameters():
            one.add_(0.1 * torch.randn_like(one))
        module(inputs)  # the running averages move
    return module, inputs


class Exported(nn.Module):
    """The same operators in a module whose forward has to be recorded."""

    def __init__(self, module):
        super().__init__()
        self.parts = module

    def forward(self, x):
        return self.parts(x)
