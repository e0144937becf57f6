"""Three networks after Rizzo R et al., Magn Reson Med 2023;89:1707, doi:10.1002/mrm.29561 (section 2.2), smaller than there.

Each turns band spectra [B, 2, 512] into (standardised amounts [B, outputs], features). Beside the convolutions stands a fixed
linear layer on the spectrum, see cnn/linear_start.py. Rectified linear units throughout: the
paper found them and exponential ones alike, and these are faster on a CPU.
"""

import torch
from torch import nn

from training.quantification.cnn.layers import as_image, conv, pool
from training.quantification.cnn.linear_start import LinearStart, Readout
from training.quantification.spectrogram import FREQUENCY_ROWS, TIME_COLUMNS, Spectrogram

# Linear estimates, at low and at high SNR.
ESTIMATES = 2


class ShallowNet2D2c(nn.Module):
    """Two-channel spectrogram (a fixed layer), each convolution followed by pooling, one hidden layer."""

    feature_count = 72
    CHANNELS = (12, 16)

    def __init__(self, outputs):
        super().__init__()
        first, second = self.CHANNELS
        self.spectrogram = Spectrogram()
        self.convolutions = nn.Sequential(
            nn.Conv2d(2, first, (7, 3), padding=(3, 1)), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(first, second, (5, 3), padding=(2, 1)), nn.ReLU(), nn.MaxPool2d(2),
        )  # fmt: skip
        points = FREQUENCY_ROWS * TIME_COLUMNS // 16
        self.start = LinearStart(outputs, ESTIMATES)
        self.readout = Readout(second * points, self.feature_count, outputs, ESTIMATES)

    def forward(self, spectrum):
        image = self.spectrogram(spectrum).contiguous(memory_format=torch.channels_last)
        return self.readout(self.convolutions(image).flatten(1), self.start(spectrum))


class Residual(nn.Module):
    """x + conv(relu(conv(x))), then relu; the branch starts at zero, which makes batch normalisation unnecessary."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.branch = nn.Sequential(conv(inputs, outputs, 5, stride), nn.ReLU(), conv(outputs, outputs, 5))
        self.shortcut = nn.Identity() if inputs == outputs and stride == 1 else conv(inputs, outputs, 1, stride)
        nn.init.zeros_(self.branch[-1].weight)

    def forward(self, x):
        return (self.shortcut(x) + self.branch(x)).relu()


class ResNet1D(nn.Module):
    """Real and imaginary spectrum one behind the other in one channel [B, 1, 1024], residual blocks, one hidden layer."""

    feature_count = 96
    STEM, STEM_KERNEL, STEM_STRIDE = 24, 17, 4
    BLOCKS = ((24, 1), (32, 2), (48, 2), (64, 2))

    def __init__(self, outputs):
        super().__init__()
        layers = [conv(1, self.STEM, self.STEM_KERNEL, self.STEM_STRIDE), nn.ReLU()]
        channels, points = self.STEM, 1024 // self.STEM_STRIDE
        for width, stride in self.BLOCKS:
            layers.append(Residual(channels, width, stride))
            channels, points = width, points // stride
        self.blocks = nn.Sequential(*layers)
        self.start = LinearStart(outputs, ESTIMATES)
        self.readout = Readout(channels * points, self.feature_count, outputs, ESTIMATES)

    def forward(self, spectrum):
        features = self.blocks(as_image(spectrum.reshape(-1, 1, 1024)))
        return self.readout(features.flatten(1), self.start(spectrum))


class UNet(nn.Module):
    """Real spectrum to the noiseless real spectrum of every metabolite on the same grid, which is then integrated.

    One network with a channel for each metabolite, where the paper has one network for each. The integral is weighted by the
    metabolite's own pattern (`set_patterns`), and its weights are trained on.
    """

    CHANNELS = (12, 16, 24, 32, 48, 64)
    feature_count = 64

    def __init__(self, outputs):
        super().__init__()
        widths = self.CHANNELS
        self.down = nn.ModuleList(self._pair(a, b) for a, b in zip((1, *widths), widths))
        self.pool = pool()
        self.up = nn.ModuleList(self._pair(widths[i] + widths[i - 1], widths[i - 1]) for i in range(len(widths) - 1, 0, -1))
        self.enlarge = nn.Upsample(scale_factor=(2, 1), mode="nearest")
        self.last = conv(widths[0], outputs, 1)
        self.register_buffer("level", torch.ones(outputs, 1))
        self.integral = nn.Parameter(torch.zeros(outputs, 512))
        self.offset = nn.Parameter(torch.zeros(outputs))
        self.start = LinearStart(outputs, ESTIMATES)
        self.readout = Readout(outputs + widths[-1], self.feature_count, outputs, ESTIMATES)

    @staticmethod
    def _pair(inputs, outputs):
        return nn.Sequential(conv(inputs, outputs, 7), nn.ReLU())

    def spectra(self, spectrum):
        """→ (spectra of the metabolites [B, outputs, 512], mean of the deepest features [B, 64])"""
        x, kept = as_image(spectrum[:, :1]), []
        for layer in self.down:
            x = layer(x if not kept else self.pool(x))
            kept.append(x)
        deepest = kept.pop()
        for layer in self.up:
            x = layer(torch.cat([self.enlarge(x), kept.pop()], 1))
        return self.last(x).squeeze(-1) * self.level, deepest.mean((2, 3))

    def integrate(self, spectra, deepest, estimates):
        """→ (standardised amounts, features)"""
        amounts = (spectra * self.integral).sum(-1) + self.offset
        return self.readout(torch.cat([amounts, deepest], 1), estimates)

    def forward(self, spectrum):
        return self.integrate(*self.spectra(spectrum), self.start(spectrum))

    @torch.no_grad()
    def set_patterns(self, patterns, level, mean, sd):
        """
        patterns: real spectra of one unit over the input's scale [outputs, 512]; level: usual size of the channels [outputs];
        mean, sd: of the amounts over the scale. The integral starts as the least-squares amount of a pattern in its channel.
        """
        self.level.copy_(level[:, None])
        self.integral.copy_(patterns / (patterns.square().sum(1) * sd)[:, None])
        self.offset.copy_(-mean / sd)
