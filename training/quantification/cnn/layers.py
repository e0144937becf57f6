"""Layers of the supervised networks. One-dimensional convolutions are two-dimensional ones of width 1, channels last: a third
faster on a CPU.
"""

import torch
from torch import nn


class CReLU(nn.Module):
    """Concatenated rectified linear units, [r(x), -r(-x)] (Hatami 2018, equation 2; Shang 2016): twice as many out as in."""

    def forward(self, x):
        return torch.cat([x.relu(), -(-x).relu()], 1)


def as_image(spectra):
    """[B, C, n] → [B, C, n, 1], channels last."""
    return spectra.unsqueeze(-1).contiguous(memory_format=torch.channels_last)


def conv(inputs, outputs, kernel, stride=1):
    """Convolution along the spectrum, as long after it as before (over the stride)."""
    return nn.Conv2d(inputs, outputs, (kernel, 1), stride=(stride, 1), padding=(kernel // 2, 0))


def pool():
    """Largest of two neighbours."""
    return nn.MaxPool2d((2, 1))
