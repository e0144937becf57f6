"""The 17 macromolecule lines of Chen et al., read from the program's own list, with their variation (chenLines.ts, caseFid.ts)."""

import math
import re

import numpy as np
import torch

from training.fpc.canonical import BANDWIDTH_PPM, POINTS, REFERENCE_PPM, WATER_PPM
from training.fpc.presets import REPOSITORY
from training.quantification.canonical import EARLY_SAMPLES, in_band

SOURCE = REPOSITORY / "src/core/basis/macromolecules/chenLines.ts"
LINE_COUNT = 17
WIDTH_FREQUENCY_MHZ = 127.73
METHYL_PROTONS, METHYL_AREA = 3, 0.72 * 21
HEIGHT_SPREAD, WIDTH_SPREAD = 0.1, 0.2


def chen_lines():
    """[(ppm, relative height, FWHM at 3 T in Hz)]"""
    rows = re.findall(r"^  line\(([\d.]+), ([\d.]+), ([\d.]+)", SOURCE.read_text(), re.M)
    if len(rows) != LINE_COUNT:
        raise ValueError(f"{SOURCE.name} has {len(rows)} lines where {LINE_COUNT} are expected.")
    return [tuple(float(v) for v in row) for row in rows]


LINES = chen_lines()
# FID amplitude at t = 0 of one unit of macromolecules.
MAC_PROTONS = sum(METHYL_PROTONS * height * width / METHYL_AREA for _, height, width in LINES)


class ChenLines:
    """The lines on the canonical grid of a basis's frequency."""

    def __init__(self, basis, device="cpu"):
        self.ppm, self.height, self.width_hz = torch.tensor(LINES, device=device).T
        self.field = basis.frequency_mhz / WIDTH_FREQUENCY_MHZ
        self.turns = 2 * math.pi * (REFERENCE_PPM - self.ppm) / BANDWIDTH_PPM  # radians a canonical sample
        times = np.arange(basis.points) * basis.dwell_s
        canonical_times = np.arange(POINTS) / (BANDWIDTH_PPM * basis.frequency_mhz)
        sampled = self._lines(canonical_times, REFERENCE_PPM, basis.frequency_mhz)
        exact = in_band(sampled, self._lines(times, WATER_PPM, basis.frequency_mhz), basis.dwell_s, basis.frequency_mhz)
        # By proton; width hardly matters for the first samples.
        self.early = torch.from_numpy(exact - sampled)[:, :EARLY_SAMPLES].to(device, torch.complex64)

    def _lines(self, times_s, zero_ppm, frequency_mhz):
        ppm, _, width_hz = np.array(LINES).T[..., None]
        envelope = np.exp(-((np.pi * width_hz * self.field * times_s) ** 2) / (4 * np.log(2)))
        return envelope * np.exp(2j * np.pi * (zero_ppm - ppm) * frequency_mhz * times_s)

    def varied(self, draw, sample, times):
        """Heights ±10 %, widths ±20 % → signals [B, 512], protons [B]."""
        height = self.height * draw.uniform(1 - HEIGHT_SPREAD, 1 + HEIGHT_SPREAD, len(self.ppm))
        width = self.width_hz * draw.uniform(1 - WIDTH_SPREAD, 1 + WIDTH_SPREAD, len(self.ppm))
        protons = METHYL_PROTONS * height * width / METHYL_AREA
        envelope = torch.exp(-((math.pi * self.field * width[..., None] * times) ** 2) / (4 * math.log(2)))
        angle = self.turns[:, None] * sample
        turn = torch.polar(torch.ones_like(angle), angle)
        signal = torch.einsum("bl,bln,ln->bn", protons.to(turn.dtype), envelope.to(turn.dtype), turn)
        signal[:, :EARLY_SAMPLES] += protons.to(self.early.dtype) @ self.early
        return signal, protons.sum(1)
