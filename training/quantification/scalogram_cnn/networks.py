"""The time-frequency CNN of Shamaei 2020 on the reduced scalogram, and the same CNN on the spectrum, for the paper's comparison."""

import numpy as np
import torch
from torch import nn

from training.quantification.time_frequency import (
    CANONICAL_TRANSFORM_POINTS,
    TIME_STEP_POINTS,
    TIMES,
    Scalogram,
    scalogram_centres,
)

# Six blocks as in the paper, which doesn't say how wide they are.
CHANNELS = (16, 32, 48, 64, 96, 128)
KERNEL = 3
SPECTRUM_KERNEL = 9


class Blocks(nn.Module):
    """Six convolutions with ReLU, five of them followed by max-pooling, and one regression layer."""

    def __init__(self, outputs, kernel, pooling, last):
        """last: positions left after the fifth pooling."""
        super().__init__()
        layers, inputs = [], 2
        for block, channels in enumerate(CHANNELS):
            padding = tuple(k // 2 for k in kernel)
            layers += [nn.Conv2d(inputs, channels, kernel, padding=padding), nn.ReLU()]
            if block < len(CHANNELS) - 1:
                layers.append(nn.MaxPool2d(pooling))
            inputs = channels
        self.convolutions = nn.Sequential(*layers, nn.Flatten())
        self.feature_count = CHANNELS[-1] * last
        self.regression = nn.Linear(self.feature_count, outputs)

    def forward(self, image):
        """[B, 2, rows, columns] → standardised amounts, features"""
        features = self.convolutions(image)
        return self.regression(features), features


class ScalogramCnn(nn.Module):
    """
    Scalograms [B, 2, 40, 48] → standardised amounts, features. Band spectra [B, 2, 512] are transformed first.

    A column lies 8 points of the canonical FID after the one before, where the paper has every point: each scale is turned back
    by its centre frequency, and brought to the size of the others, before the first convolution sees it.
    """

    def __init__(self, outputs):
        super().__init__()
        self.scalogram = Scalogram()
        self.blocks = Blocks(outputs, (KERNEL, KERNEL), 2, 1)
        self.feature_count = self.blocks.feature_count
        cycles = np.outer(scalogram_centres(), TIME_STEP_POINTS * np.arange(TIMES)) / CANONICAL_TRANSFORM_POINTS
        self.register_buffer("cosine", torch.from_numpy(np.cos(2 * np.pi * cycles).astype(np.float32)), persistent=False)
        self.register_buffer("sine", torch.from_numpy(np.sin(2 * np.pi * cycles).astype(np.float32)), persistent=False)
        self.register_buffer("size", torch.ones(len(cycles), 1))

    @torch.no_grad()
    def standardise(self, spectra):
        """Fixes each scale's usual size from spectra of the training set [B, 2, 512]."""
        self.size.copy_(self.scalogram(spectra).square().mean(dim=(0, 1, 3)).sqrt()[:, None])

    def forward(self, inputs):
        image = self.scalogram(inputs) if inputs.ndim == 3 else inputs
        re, im = image[:, 0] / self.size, image[:, 1] / self.size
        turned = torch.stack([re * self.cosine + im * self.sine, im * self.cosine - re * self.sine], 1)
        return self.blocks(turned)


class SpectrumCnn(nn.Module):
    """Band spectra [B, 2, 512] → standardised amounts, features: the same blocks along the one axis that a spectrum has."""

    def __init__(self, outputs):
        super().__init__()
        self.blocks = Blocks(outputs, (SPECTRUM_KERNEL, 1), (2, 1), 16)
        self.feature_count = self.blocks.feature_count

    def forward(self, inputs):
        return self.blocks(inputs[..., None])
