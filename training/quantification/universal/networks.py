"""The network: two passes over the band spectrum. The first finds phase and shift; the spectrum is turned back and moved by whole
bins (exact, no interpolation); the second says the rest near zero offset, where it is most exact.

Conditions [N, 4]: ln(f0 / 123.25 MHz), echo time / 100 ms, ln(noise SD per real channel over the input's scale), covered
part of the canonical 512 samples.
"""

import math

import torch
from torch import nn

from training.quantification.canonical import BIN_PPM, BINS, PPM
from training.quantification.universal.splines import spline_matrix

# Band whose RMS is the scale that all is measured against [ppm]: neither lipid nor water.
SCALE_BAND_PPM = (1.9, 3.9)
# Magnitudes are bounded to this, in units of that RMS: lipid must not drown the lines.
LARGEST_MAGNITUDE = 8.0
# What a raw output of 1 means.
PHASE_UNIT_DEG, SHIFT_UNIT_PPM, FINE_SHIFT_UNIT_PPM, WIDTH_UNIT_PPM, DEVIATION_UNIT_PPM = 20.0, 0.05, 0.01, 0.03, 0.03
# Least SDs that the likelihood knows [deg, ppm]: below them nothing is gained for the amounts.
LEAST_SD = {"phase": 0.15, "shift": 1.5e-4, "width": 4e-4, "deviation": 3e-4}
# ln of the roughness over the RMS that a raw output of 0 means.
ROUGHNESS_MIDDLE = 4.0
LARGEST_MOVE_BINS = 32
# Bounds of what the solve is told: ln of the roughness over the noise.
LOG_ROUGHNESS = (math.log(0.02), math.log(8.0))
CONDITIONS = 4
REFERENCE_MHZ = 123.25
HIDDEN, COARSE_HIDDEN = 224, 128
# Principal components of the features that tell strange spectra: own shifts show in the lesser ones.
LATENT = 40
# Cubic B-splines that the background is drawn with: one knot every 0.08 ppm.
BACKGROUND_KNOTS = 50


class Encoder(nn.Module):
    """Strided convolutions over the spectrum, conditions as biases, a linear layer beside them; → [N, hidden]."""

    def __init__(self, channels, hidden, linear):
        super().__init__()
        sizes = [2, *channels]
        self.convolutions = nn.ModuleList(
            nn.Conv1d(sizes[i], sizes[i + 1], 7 if i == 0 else 5, stride=2, padding=3 if i == 0 else 2) for i in range(len(channels))
        )
        self.biases = nn.ModuleList(nn.Linear(CONDITIONS, size) for size in channels)
        features = channels[-1] * (BINS >> len(channels))
        self.joint = nn.Linear(features + CONDITIONS, hidden)
        self.linear = nn.Linear(2 * BINS, hidden) if linear else None
        self.deep = nn.Linear(hidden, hidden)

    def forward(self, spectrum, conditions):
        x = spectrum
        for convolution, bias in zip(self.convolutions, self.biases):
            x = torch.relu(convolution(x) + bias(conditions)[:, :, None])
        hidden = self.joint(torch.cat([x.flatten(1), conditions], 1))
        if self.linear is not None:
            hidden = hidden + self.linear(spectrum.flatten(1))
        hidden = torch.relu(hidden)
        return hidden + torch.relu(self.deep(hidden))


class UniversalNetwork(nn.Module):
    """spectrum [N, 2, 512], conditions [N, 4] → parameters (columns: parameter_names()) and latent."""

    def __init__(self, names):
        super().__init__()
        self.names = list(names)
        count = len(self.names)
        self.coarse = Encoder([16, 24, 32, 40, 48, 48], COARSE_HIDDEN, linear=False)
        self.coarse_head = nn.Linear(COARSE_HIDDEN, 4)
        self.fine = Encoder([24, 32, 48, 56, 64, 64], HIDDEN, linear=True)
        self.fine_head = nn.Linear(HIDDEN, 8 + 2 * count)
        self.roughness_head = nn.Linear(HIDDEN, 1)
        self.background_head = nn.Linear(HIDDEN, 2 * (BACKGROUND_KNOTS + 3))
        self.register_buffer("splines", spline_matrix(BINS, BACKGROUND_KNOTS), persistent=False)
        ppm = torch.from_numpy(PPM)
        inside = (ppm >= SCALE_BAND_PPM[0]) & (ppm <= SCALE_BAND_PPM[1])
        self.register_buffer("scale_band", (inside / inside.sum()).float(), persistent=False)
        self.register_buffer("bins", torch.arange(BINS), persistent=False)
        # What publish.py fits to the features of scans as they come.
        self.register_buffer("whitening", torch.zeros(HIDDEN, LATENT), persistent=False)
        self.register_buffer("latent_mean", torch.zeros(HIDDEN), persistent=False)
        # What solve_head.py fits once the rest is trained: ln of the baseline's roughness over the noise.
        self.register_buffer("solve_weight", torch.zeros(HIDDEN, 1), persistent=False)
        self.register_buffer("solve_bias", torch.zeros(1), persistent=False)

    def parameter_names(self):
        """Columns of the output `parameters`: values, then the SD the network gives each."""
        values = ["phaseDeg", "shiftPpm", "lorentzianHz", "gaussianHz", *(f"shiftPpm.{name}" for name in self.names)]
        return [*values, *(f"sd.{value}" for value in values), "baselineRoughness"]

    def scaled(self, spectrum, conditions):
        """Unit RMS in the scale band, magnitudes bounded; the noise is told on that scale."""
        rms = torch.sqrt((spectrum * spectrum).sum(1) @ self.scale_band[:, None] + 1e-12)
        x = spectrum / rms[:, :, None]
        bounded = x / torch.sqrt(1 + (x * x).sum(1, keepdim=True) / LARGEST_MAGNITUDE**2)
        noise = (conditions[:, 2:3] - torch.log(rms)).clamp(-8.0, 1.0)
        features = torch.cat([conditions[:, :2], 0.5 * (noise + 3), conditions[:, 3:]], 1)
        return bounded, features, rms

    @staticmethod
    def turned(spectrum, phase_deg):
        """The spectrum without a phase [N, 1]."""
        c, s = torch.cos(phase_deg * (math.pi / 180)), torch.sin(phase_deg * (math.pi / 180))
        return torch.stack([spectrum[:, 0] * c + spectrum[:, 1] * s, spectrum[:, 1] * c - spectrum[:, 0] * s], 1)

    def moved(self, spectrum, move):
        """Bin j of the answer is bin j − move [N, 1] of the spectrum, zero beyond the band; a shift of move bins to higher ppm
        (lower indices) is thereby taken out."""
        at = self.bins[None, :] - move
        inside = ((at >= 0) & (at < BINS)).to(spectrum.dtype)
        index = at.clamp(0, BINS - 1)[:, None, :].expand(-1, 2, -1)
        return torch.gather(spectrum, 2, index) * inside[:, None, :]

    def passes(self, spectrum, conditions):
        """@returns dict of raw estimates of both passes, in degrees and ppm, with log SDs"""
        x, features, rms = self.scaled(spectrum, conditions)
        coarse = self.coarse_head(self.coarse(x, features))
        phase0 = PHASE_UNIT_DEG * coarse[:, :1].clamp(-4, 4)
        shift0 = SHIFT_UNIT_PPM * coarse[:, 1:2].clamp(-5, 5)
        move = torch.round(shift0.detach() / BIN_PPM).clamp(-LARGEST_MOVE_BINS, LARGEST_MOVE_BINS).to(torch.int64)
        y = self.moved(self.turned(x, phase0.detach()), move)
        hidden = self.fine(y, features)
        out = self.fine_head(hidden)
        count = len(self.names)
        return {
            "coarse": (phase0, shift0, coarse[:, 2:3], coarse[:, 3:4]),
            "phase": phase0.detach() + PHASE_UNIT_DEG * out[:, :1], "phase_log": out[:, 1:2],
            "shift": BIN_PPM * move + FINE_SHIFT_UNIT_PPM * out[:, 2:3], "shift_log": out[:, 3:4],
            "lorentzian": WIDTH_UNIT_PPM * nn.functional.softplus(out[:, 4:5]), "lorentzian_log": out[:, 5:6],
            "gaussian": WIDTH_UNIT_PPM * nn.functional.softplus(out[:, 6:7]), "gaussian_log": out[:, 7:8],
            "deviation": DEVIATION_UNIT_PPM * out[:, 8 : 8 + count], "deviation_log": out[:, 8 + count :],
            "background": self.background_head(hidden).view(-1, 2, BACKGROUND_KNOTS + 3) @ self.splines,
            "roughness_log": self.roughness_head(hidden) - ROUGHNESS_MIDDLE,
            "frame": (phase0, move), "rms": rms, "hidden": hidden,
        }  # fmt: skip

    def forward(self, spectrum, conditions):
        """@returns parameters [N, P] (units by name; the roughness on the input's scale), latent [N, 40]"""
        p = self.passes(spectrum, conditions)
        frequency = REFERENCE_MHZ * torch.exp(conditions[:, :1])
        spreads = [
            sd_of(p["phase_log"], PHASE_UNIT_DEG, "phase"), sd_of(p["shift_log"], FINE_SHIFT_UNIT_PPM, "shift"),
            sd_of(p["lorentzian_log"], WIDTH_UNIT_PPM, "width") * frequency, sd_of(p["gaussian_log"], WIDTH_UNIT_PPM, "width") * frequency,
            sd_of(p["deviation_log"], DEVIATION_UNIT_PPM, "deviation"),
        ]  # fmt: skip
        values = [p["phase"], p["shift"], p["lorentzian"] * frequency, p["gaussian"] * frequency, p["deviation"]]
        for_solve = p["hidden"] @ self.solve_weight + self.solve_bias
        roughness = torch.exp(for_solve.clamp(*LOG_ROUGHNESS) + conditions[:, 2:3])
        latent = (p["hidden"] - self.latent_mean) @ self.whitening
        return torch.cat([*values, *spreads, roughness], 1), latent

    def background(self, passes):
        """What the network takes for the background, [N, 2, 512] on the input's scale: for the comparison with the solve's own."""
        phase0, move = passes["frame"]
        return self.turned(self.moved(passes["background"], -move), -phase0) * passes["rms"][:, :, None]


def sd_of(raw, unit, kind):
    """What a log SD stands for, never below what matters."""
    return torch.sqrt((unit * torch.exp(raw.clamp(-7.0, 3.0))) ** 2 + LEAST_SD[kind] ** 2)
