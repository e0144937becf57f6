"""The signal model of DQ: metabolites and macromolecules with one shift, width and phase, on the canonical grid."""

import math

import torch
from torch import nn

from training.fpc.canonical import BANDWIDTH_PPM
from training.quantification.canonical import BINS, FIRST_BIN, band_spectrum
from training.quantification.macromolecules import MAC_PROTONS, METHYL_AREA, METHYL_PROTONS

# Samples of the band-limited FID that the encoder sees: 0.26 s at 3 T.
SAMPLES = 128
BAND_PPM = 4.0
# Bins at each end of the band that fade out: a line beyond the edge rings through the whole FID else, and not as its shift has it.
TAPER_BINS = 8


class Decoder(nn.Module):
    """Rows of signals: metabolites, then the macromolecules' pattern (dq-nmm) or its lines, each with an amplitude of its own."""

    def __init__(self, simulator, method):
        super().__init__()
        self.frequency_mhz, self.metabolites = simulator.frequency_mhz, len(simulator.names)
        pattern = (simulator.mm_signal * simulator.units_per_amount)[None]
        rows = pattern if method == "dq-nmm" else line_signals(simulator)
        self.register_buffer("signals", torch.cat([simulator.signals, rows]) * simulator.kept, persistent=False)
        self.register_buffer("ppm_turns", simulator.sample / BANDWIDTH_PPM, persistent=False)

    def spectrum(self, amplitudes, phase_rad, shift_ppm, width_hz, rows=slice(None)):
        """amplitudes [B, rows], [B], [B], [B] → complex band spectra [B, 512]; rows: which of the signals take part"""
        fid = amplitudes[:, rows].to(torch.complex64) @ self.signals[rows]
        return band_spectrum(fid * self.modulation(phase_rad, shift_ppm, width_hz), self.frequency_mhz)

    def modulation(self, phase_rad, shift_ppm, width_hz):
        """e^{i phase - 2 pi i shift f0 t - pi width t}, [B, 512]"""
        turn = phase_rad[:, None] - 2 * math.pi * shift_ppm[:, None] * self.ppm_turns
        return torch.polar(torch.exp(width_hz[:, None] * (-math.pi / self.frequency_mhz) * self.ppm_turns), turn)

    def fids(self, width_hz):
        """Band-limited FIDs of every row at one width: complex [rows, SAMPLES]"""
        width = torch.full((1,), float(width_hz), device=self.signals.device)
        zero = torch.zeros_like(width)
        return band_fid(band_spectrum(self.signals * self.modulation(zero, zero, width), self.frequency_mhz))


def line_signals(simulator):
    """Chen's 17 lines at their nominal widths, in units of one amount of the whole pattern: complex [17, 512]"""
    lines = simulator.lines
    protons = METHYL_PROTONS * lines.height * lines.width_hz / METHYL_AREA
    width = lines.field * lines.width_hz[:, None]
    envelope = torch.exp(-((math.pi * width * simulator.times) ** 2) / (4 * math.log(2)))
    angle = lines.turns[:, None] * simulator.sample
    signals = torch.polar(envelope, angle)
    signals[:, : lines.early.shape[1]] += lines.early
    # The basis's own unit of macromolecules may differ from the sum of the lines.
    return signals * protons[:, None] * (MAC_PROTONS / protons.sum())


def taper(device="cpu"):
    """Weights of the bins: 1, at the ends a cosine. [512]"""
    fading = 0.5 - 0.5 * torch.cos(math.pi * (torch.arange(TAPER_BINS, device=device) + 0.5) / TAPER_BINS)
    weights = torch.ones(BINS, device=device)
    weights[:TAPER_BINS], weights[-TAPER_BINS:] = fading, fading.flip(0)
    return weights


def band_fid(spectrum):
    """Complex band spectra [..., 512] → the FID of that band alone [..., SAMPLES], zero frequency at 3.027 ppm."""
    return torch.fft.ifft(torch.roll(spectrum * taper(spectrum.device), FIRST_BIN, dims=-1))[..., :SAMPLES]


class BandFid(nn.Module):
    """The same of (real, imaginary) [B, 2, 512] → [B, 2, SAMPLES], in real numbers: bins in groups of FOLD, as an FFT's first step."""

    FOLD = BINS // SAMPLES

    def __init__(self):
        super().__init__()
        sample = torch.arange(SAMPLES, dtype=torch.float64)
        whole = 2 * math.pi * torch.outer(sample, sample) / SAMPLES
        part = 2 * math.pi * (torch.arange(self.FOLD, dtype=torch.float64)[:, None] + FIRST_BIN) * sample / BINS
        self.register_buffer("taper", taper(), persistent=False)
        for name, angle, size in (("whole", whole, 1), ("part", part, BINS)):
            self.register_buffer(f"{name}_cosine", (torch.cos(angle) / size).float(), persistent=False)
            self.register_buffer(f"{name}_sine", (torch.sin(angle) / size).float(), persistent=False)

    def forward(self, spectrum):
        grouped = (spectrum * self.taper).reshape(-1, 2, SAMPLES, self.FOLD).transpose(2, 3)
        real, imaginary = grouped[:, 0], grouped[:, 1]
        of_real = real @ self.whole_cosine - imaginary @ self.whole_sine
        of_imaginary = real @ self.whole_sine + imaginary @ self.whole_cosine
        fid_real = of_real * self.part_cosine - of_imaginary * self.part_sine
        fid_imaginary = of_real * self.part_sine + of_imaginary * self.part_cosine
        return torch.stack([fid_real.sum(1), fid_imaginary.sum(1)], 1)
