"""
DQ's encoder. Eight convolutions with GELU and a fully connected layer read phase, shift and width off the band-limited FID, twice:
the second pass sees the FID turned back by the first. A linear layer, whose weights follow the width, reads the amplitudes off
the aligned FID; it starts as the decoder's own regularised inverse, and everything is trained through the decoder.
"""

import math

import torch
from torch import nn

from training.quantification.dq.decoder import BAND_PPM, SAMPLES, BandFid

WIDTHS = (16, 24, 32, 40, 48, 56, 64, 72)
STRIDES = (1, 1, 2, 1, 2, 2, 2, 2)
# Half ranges of the preset, in which the network's outputs are: 18°, 3 Hz, 15 /s.
PHASE_RAD, SHIFT_HZ, WIDTH_HZ = math.radians(18), 3.0, 15 / math.pi
# Lorentzian widths at which the amplitudes' weights are given; between them polynomials. [Hz]
NODES_HZ = tuple(WIDTH_HZ / 2 * (1 - math.cos(math.pi * k / 4)) for k in range(5))
WIDEST_HZ = 1.1 * WIDTH_HZ
# Sharpness of the bend that keeps amplitudes positive, in SDs of their prior.
BEND = 8.0
# Band-limited FIDs of unit spectra are of the order of 0.02.
GAIN = 30.0
FEATURES = WIDTHS[-1] * SAMPLES // math.prod(STRIDES)


def convolutions():
    """[B, 2, SAMPLES] → [B, FEATURES]"""
    layers, channels = [], 2
    for index, (width, stride) in enumerate(zip(WIDTHS, STRIDES, strict=True)):
        kernel = 5 if index == 0 else 3
        layers += [nn.Conv1d(channels, width, kernel, stride=stride, padding=kernel // 2), nn.GELU()]
        channels = width
    return nn.Sequential(*layers, nn.Flatten())


class Encoder(nn.Module):
    """Band spectrum → amplitudes over the input's scale (metabolites, macromolecules), phase, shift, width, cut-off time."""

    # A warm start leaves these as the new basis's decoder has made them.
    of_basis = ("linear", "offset")

    def __init__(self, decoder):
        super().__init__()
        self.frequency_mhz, self.rows = decoder.frequency_mhz, len(decoder.signals)
        self.band_fid = BandFid()
        self.register_buffer("times", torch.arange(SAMPLES) / (BAND_PPM * self.frequency_mhz), persistent=False)
        self.coarse, self.fine = convolutions(), convolutions()
        self.coarse_head, self.fine_head = nn.Linear(FEATURES, 3), nn.Linear(FEATURES, 4)
        self.linear = nn.Parameter(torch.zeros(len(NODES_HZ), 2 * SAMPLES, self.rows))
        self.offset = nn.Parameter(torch.zeros(len(NODES_HZ), self.rows))
        self.correction = nn.Linear(FEATURES, self.rows)
        nn.init.zeros_(self.correction.weight)
        nn.init.zeros_(self.correction.bias)
        for layer in (self.coarse_head, self.fine_head):
            nn.init.normal_(layer.weight, std=0.02)
        # Prior SD of amplitudes over the input's scale.
        self.register_buffer("size", torch.ones(self.rows))

    def by_width(self, width_hz):
        """Lagrange polynomials of the nodes: [B] → [B, nodes]"""
        parts = []
        for k in range(len(NODES_HZ)):
            others = [i for i in range(len(NODES_HZ)) if i != k]
            factors = [(width_hz - NODES_HZ[i]) / (NODES_HZ[k] - NODES_HZ[i]) for i in others]
            product = factors[0]
            for factor in factors[1:]:
                product = product * factor
            parts.append(product)
        return torch.stack(parts, 1)

    def aligned(self, fid, phase, shift_ppm):
        """FID [B, 2, SAMPLES] turned back."""
        turn = phase[:, None] - 2 * math.pi * self.frequency_mhz * shift_ppm[:, None] * self.times
        cosine, sine = torch.cos(turn), torch.sin(turn)
        real, imaginary = fid[:, 0], fid[:, 1]
        return torch.stack([real * cosine + imaginary * sine, imaginary * cosine - real * sine], 1)

    def in_units(self, values):
        """[B, 3] → phase [rad], shift [ppm], width [Hz]"""
        width = (WIDTH_HZ / 2 * (1 + values[:, 2])).clamp(0.0, WIDEST_HZ)
        return values[:, 0] * PHASE_RAD, values[:, 1] * (SHIFT_HZ / self.frequency_mhz), width

    def forward(self, spectrum):
        """
        @returns amplitudes [B, rows], (phase, shift, width) [B] each, the first pass's three, cut-off time [s] [B], features, the
          aligned FID [B, 2, SAMPLES]
        """
        fid = self.band_fid(spectrum)
        first = self.coarse_head(self.coarse(fid * GAIN))
        phase, shift, _ = self.in_units(first)
        features = self.fine(self.aligned(fid, phase, shift) * GAIN)
        second = self.fine_head(features)
        values = first + 0.3 * second[:, :3]
        phase, shift, width = self.in_units(values)
        straight = self.aligned(fid, phase, shift)
        weights = self.by_width(width)
        read = torch.einsum("bx,kxr->bkr", straight.reshape(-1, 2 * SAMPLES), self.linear) + self.offset
        raw = (read * weights[:, :, None]).sum(1) / self.size + 0.1 * self.correction(features)
        amplitudes = nn.functional.softplus(raw * BEND) / BEND * self.size
        cutoff = torch.sigmoid(second[:, 3] - 3) * (SAMPLES / (BAND_PPM * self.frequency_mhz))
        return amplitudes, (phase, shift, width), self.in_units(first), cutoff, features, straight
