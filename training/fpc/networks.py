"""The networks: a fixed spectral front, an encoder of each method's kind, and passes that each correct what the last left.

Convolutional encoder of dCrR and dSR: Shamaei A et al., Magn Reson Med 2023;89:1221 (dropout, six Conv1d + ReLU, one fully
connected layer). Two MLPs in sequence: Tapper S et al., Magn Reson Med 2021;85:1755. CNN: Ma DJ et al., Magn Reson Med
2022;87:1700. Different from all of them, and why: the encoders read the complex spectrum of the FID around the singlets
(the front is a fixed linear layer), because there water is left out at the start; phase is estimated as a unit vector
against the phase of the band, so that any phase is within range; and the estimate is made twice, coarse and fine, the
second on what the first has corrected, so that the last word is said near zero offset, where it is most exact.
"""

import math

import torch
from torch import nn

from training.fpc.canonical import BANDWIDTH_PPM, POINTS, REFERENCE_PPM, TRANSFORM_POINTS

# Spectral band that the encoders see [ppm], shifts included.
BAND_PPM = (1.65, 4.15)
# Band whose sum gives the phase and whose power the scale that all is measured against [ppm]: creatine and choline.
PHASE_BAND_PPM = (2.6, 3.6)
# Magnitudes are bounded to this, in units of the RMS of that band: lipid and water must not drown the lines.
LARGEST_MAGNITUDE = 8.0
# Apodisation before the transform: about the width of in vivo lines [ppm].
APODISATION_PPM = 0.02
# A raw output of 1 is this shift. [ppm]
SHIFT_UNIT_PPM = 0.1
# Shifts beyond are not asked of a network. [ppm]
TRAINED_SHIFT_PPM = 0.35


def band_ppm():
    """ppm of the band's points, falling (rising frequency)."""
    step = BANDWIDTH_PPM / TRANSFORM_POINTS
    first = math.ceil((REFERENCE_PPM - BAND_PPM[1]) / step)
    count = round((BAND_PPM[1] - BAND_PPM[0]) / step)
    return REFERENCE_PPM - step * torch.arange(first, first + count)


class SpectralFront(nn.Module):
    """Canonical FID [n, 2, 512] → its apodised spectrum in the band [n, 2, 320], one matrix product."""

    def __init__(self):
        super().__init__()
        index = torch.arange(POINTS, dtype=torch.float64)
        offsets = (REFERENCE_PPM - band_ppm()).double()
        weight = torch.exp(-math.pi * APODISATION_PPM * index / BANDWIDTH_PPM)
        weight[0] = 0.5
        angle = -2 * math.pi * index[:, None] * offsets[None, :] / BANDWIDTH_PPM
        re, im = weight[:, None] * torch.cos(angle), weight[:, None] * torch.sin(angle)
        matrix = torch.cat([torch.cat([re, im], 1), torch.cat([-im, re], 1)], 0)
        self.register_buffer("matrix", matrix.float(), persistent=False)
        self.register_buffer("index", index.float(), persistent=False)
        ppm = band_ppm()
        inside = (ppm >= PHASE_BAND_PPM[0]) & (ppm <= PHASE_BAND_PPM[1])
        self.register_buffer("phase_band", inside.float(), persistent=False)

    def turned(self, fid, shift_ppm):
        """The FID with a shift [n, 1] taken out."""
        angle = 2 * math.pi * shift_ppm * self.index / BANDWIDTH_PPM
        c, s = torch.cos(angle), torch.sin(angle)
        return torch.stack([fid[:, 0] * c + fid[:, 1] * s, fid[:, 1] * c - fid[:, 0] * s], 1)

    def forward(self, fid):
        """@returns spectrum of RMS 1 and phase 0 in the phase band, and the band's phase as a unit vector [n, 2]"""
        spectrum = (fid.flatten(1) @ self.matrix).view(-1, 2, self.phase_band.numel())
        vector = (spectrum * self.phase_band).sum(2) + 1e-12
        vector = vector / torch.sqrt((vector * vector).sum(1, keepdim=True))
        c, s = vector[:, :1], vector[:, 1:]
        re, im = spectrum[:, 0] * c + spectrum[:, 1] * s, spectrum[:, 1] * c - spectrum[:, 0] * s
        inside = (spectrum * spectrum * self.phase_band).sum((1, 2)) / self.phase_band.sum()
        re, im = (x / torch.sqrt(inside + 1e-24)[:, None] for x in (re, im))
        bounded = torch.sqrt(1 + (re * re + im * im) / LARGEST_MAGNITUDE**2)
        return torch.stack([re / bounded, im / bounded], 1), vector


def unit(vector):
    """Vectors [n, 2] at length 1."""
    return vector / torch.sqrt((vector * vector).sum(1, keepdim=True) + 1e-12)


def turn_by(a, b):
    """Product of unit vectors as complex numbers [n, 2]."""
    return torch.stack([a[:, 0] * b[:, 0] - a[:, 1] * b[:, 1], a[:, 0] * b[:, 1] + a[:, 1] * b[:, 0]], 1)


class ConvolutionalEncoder(nn.Module):
    """Six Conv1d (stride 2) + ReLU, a hidden and a last fully connected layer; a linear path beside them all."""

    def __init__(self, outputs):
        super().__init__()
        channels = [2, 16, 24, 32, 40, 48, 56]
        layers = []
        for i in range(6):
            kernel = 5 if i == 0 else 3
            layers += [nn.Conv1d(channels[i], channels[i + 1], kernel, stride=2, padding=kernel // 2), nn.ReLU()]
        self.convolutions = nn.Sequential(*layers)
        length = band_ppm().numel() // 64
        self.head = nn.Sequential(nn.Linear(channels[-1] * length, 128), nn.ReLU(), nn.Linear(128, outputs))
        self.linear = nn.Linear(2 * band_ppm().numel(), outputs)

    def forward(self, spectrum):
        return self.head(self.convolutions(spectrum).flatten(1)) + self.linear(spectrum.flatten(1))


class MaEncoder(nn.Module):
    """Two convolution blocks with pooling, then fully connected layers."""

    def __init__(self, outputs):
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.Conv1d(2, 16, 7, padding=3), nn.ReLU(), nn.MaxPool1d(2),
            nn.Conv1d(16, 16, 5, padding=2), nn.ReLU(), nn.MaxPool1d(2),
        )  # fmt: skip
        length = band_ppm().numel() // 4
        self.head = nn.Sequential(
            nn.Linear(16 * length, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, outputs)
        )

    def forward(self, spectrum):
        return self.head(self.convolutions(spectrum).flatten(1))


def multilayer(inputs, outputs):
    return nn.Sequential(
        nn.Linear(inputs, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, outputs)
    )


class CalibratedNetwork(nn.Module):
    """What all networks share: the front, and the zero of their frame, which a decoder's neighbours move by a constant."""

    def __init__(self):
        super().__init__()
        self.front = SpectralFront()
        self.register_buffer("zero_shift", torch.zeros(1), persistent=False)
        self.register_buffer("zero_phase", torch.tensor([[1.0, 0.0]]), persistent=False)

    def calibrate(self, transients):
        """Takes the median miss of shift and phase over a list of batches out of all later answers."""
        with torch.no_grad():
            answers = torch.cat([self(t.inputs()) for t in transients])
        shift = torch.cat([t.shift_ppm for t in transients])
        phase = torch.cat([t.phase_rad for t in transients])
        miss = turn_by(answers[:, 1:], torch.stack([torch.cos(phase), -torch.sin(phase)], 1))
        self.zero_shift = (answers[:, 0] - shift).median().reshape(1)
        self.zero_phase = unit(miss.median(0, keepdim=True).values)

    def forward(self, fid):
        """Canonical FID [n, 2, 512] → [n, 3]: shift [ppm, positive to higher frequency], cosine and sine of the phase."""
        shift, phase, _ = self.passes(fid)[-1]
        back = torch.stack([self.zero_phase[:, 0], -self.zero_phase[:, 1]], 1)
        return torch.cat([shift - self.zero_shift, turn_by(phase, back)], 1)


class OffsetNetwork(CalibratedNetwork):
    """Coarse and fine encoder; `latent` is what a decoder needs besides shift and phase (dCrR: amplitudes and width)."""

    def __init__(self, coarse, fine):
        super().__init__()
        self.coarse = coarse
        self.fine = fine

    def estimate(self, fid, shift, encoder):
        """One pass: what shift is left [n, 1], the phase as a unit vector [n, 2], and the latent numbers."""
        spectrum, vector = self.front(self.front.turned(fid, shift))
        out = encoder(spectrum)
        left = torch.clamp(SHIFT_UNIT_PPM * out[:, :1], -0.5, 0.5)
        return left, turn_by(vector, unit(out[:, 1:3])), out[:, 3:]

    def passes(self, fid):
        """Each pass's shift in all, phase and latent numbers; no gradient goes from one pass into the one before."""
        shift = torch.zeros_like(fid[:, 0, :1])
        results = []
        for encoder in (self.coarse, self.fine):
            left, phase, latent = self.estimate(fid, shift, encoder)
            results.append((shift + left, phase, latent))
            shift = (shift + left).detach()
        return results


class SequentialNetwork(CalibratedNetwork):
    """Tapper's pair of MLPs: frequency from the magnitude spectrum (coarse, then fine), then phase from the complex one."""

    def __init__(self):
        super().__init__()
        points = band_ppm().numel()
        self.frequency = nn.ModuleList(multilayer(points, 1) for _ in range(2))
        self.phase = multilayer(2 * points, 2)

    def passes(self, fid):
        """As OffsetNetwork's, the phase being that of the last shift in both."""
        shift = torch.zeros_like(fid[:, 0, :1])
        shifts = []
        for layers in self.frequency:
            spectrum, _ = self.front(self.front.turned(fid, shift))
            left = layers(torch.sqrt((spectrum * spectrum).sum(1) + 1e-9))
            total = shift + torch.clamp(SHIFT_UNIT_PPM * left, -0.5, 0.5)
            shifts.append(total)
            shift = total.detach()
        spectrum, vector = self.front(self.front.turned(fid, shift))
        phase = turn_by(vector, unit(self.phase(spectrum.flatten(1))))
        return [(total, phase, None) for total in shifts]


# Amplitudes of tCr, tCho, tNAA and their common width: the decoder of dCrR.
LINE_LATENT = 4


def build(model_id):
    """@returns the untrained network of one of the six methods"""
    if model_id in ("dcrr", "dcrrf"):
        return OffsetNetwork(*(ConvolutionalEncoder(3 + LINE_LATENT) for _ in range(2)))
    if model_id in ("dsr", "dsrf"):
        return OffsetNetwork(*(ConvolutionalEncoder(3) for _ in range(2)))
    if model_id == "ma":
        return OffsetNetwork(*(MaEncoder(3) for _ in range(2)))
    return SequentialNetwork()
