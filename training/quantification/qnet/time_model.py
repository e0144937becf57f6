"""QNet's signal model in time inside the graph: real numbers only, so that it can be exported, and few samples, so that it is cheap.

The band from 4.2 to 0.2 ppm is half the canonical one: its inverse transform keeps every second sample, and 128 of them
(0.26 s) hold nearly all that lines of 0.04 ppm and more have to tell. Signals are rows of (real | imaginary) samples.
"""

import math

import torch
from torch import nn

from training.fpc.canonical import BANDWIDTH_PPM, TRANSFORM_POINTS
from training.quantification.canonical import BINS, FIRST_BIN, band_spectrum

SAMPLES = 128
# Where only noise is left, for its SD.
LATE_SAMPLES = range(192, 256, 4)
CENTRE_BIN = 106
CANONICAL_STEP = 2
FINE_STEPS = 16
# Of systems with ones on the diagonal: what single precision can't tell apart should not swing.
RIDGE = 3e-3
# Systems up to this size are eliminated row by row, larger ones are halved.
ELIMINATED = 17
# The model lacks the tails of lines beyond the band's edges, and what a shift brings over them: outermost bins count less.
RAMP_BINS = 32


def band_kernel(samples):
    """Inverse transform of the band, about its centre: complex128 [512 bins, samples]."""
    bins = torch.arange(FIRST_BIN, FIRST_BIN + BINS, dtype=torch.float64) - CENTRE_BIN
    times = torch.tensor(list(samples), dtype=torch.float64) * CANONICAL_STEP
    angle = 2 * math.pi / TRANSFORM_POINTS * bins[:, None] * times
    return torch.polar(torch.full_like(angle, 1 / BINS), angle)


def taper():
    """What bins of a residual count [512]."""
    ramp = torch.sin(math.pi / 2 * (torch.arange(RAMP_BINS, dtype=torch.float64) + 0.5) / RAMP_BINS) ** 2
    return torch.cat([ramp, torch.ones(BINS - 2 * RAMP_BINS, dtype=torch.float64), ramp.flip(0)])


class TimeModel(nn.Module):
    """Band spectra and basis signals as time signals; phases, shifts and widths upon them."""

    def __init__(self, simulator):
        super().__init__()
        # radians a sample and ppm towards higher ppm; decay a sample and Hz of FWHM
        self.turn_per_ppm = -2 * math.pi / BANDWIDTH_PPM * CANONICAL_STEP
        self.decay_per_hz = -math.pi / (BANDWIDTH_PPM * simulator.frequency_mhz) * CANONICAL_STEP
        kernel, late = band_kernel(range(SAMPLES)), band_kernel(LATE_SAMPLES)
        signals = simulator.signals.to("cpu") * simulator.kept.to("cpu")
        basis = band_spectrum(signals.to(torch.complex128), simulator.frequency_mhz) @ kernel
        tapered = (kernel.conj().T * taper()) @ kernel * BINS
        self._buffer("kernel", kernel)
        self._buffer("late", late)
        self._buffer("basis", basis)
        self._buffer("taper", tapered)
        self.register_buffer("sample", torch.arange(SAMPLES, dtype=torch.float32), persistent=False)

    def _buffer(self, name, values):
        """Complex values as two real buffers; they follow from the basis set and are no part of a checkpoint."""
        self.register_buffer(f"{name}_real", values.real.float(), persistent=False)
        self.register_buffer(f"{name}_imaginary", values.imag.float(), persistent=False)

    @staticmethod
    def _transformed(values, real, imaginary):
        a, b = values[:, 0], values[:, 1]
        return torch.cat([a @ real - b @ imaginary, a @ imaginary + b @ real], 1)

    def signal(self, spectrum):
        """Band spectra [B, 2, 512] → signals [B, 2·128]"""
        return self._transformed(spectrum, self.kernel_real, self.kernel_imaginary)

    def tapered(self, signal):
        """The edges of a residual's band taken out, [B, 2·128]"""
        return self._transformed(signal.reshape(-1, 2, SAMPLES), self.taper_real, self.taper_imaginary)

    def noise_sd(self, spectrum):
        """SD of a signal's noise per real channel, from its late samples [B, 1]"""
        late = self._transformed(spectrum, self.late_real, self.late_imaginary)
        return (late.square().mean(1, keepdim=True) + 1e-12).sqrt()

    def modulated(self, shift_ppm, lorentzian_hz):
        """Shifts [B, M] and one FWHM added [B, 1] → the basis signals [B, M, 2·128]"""
        cosine, sine = self._turns(shift_ppm * self.turn_per_ppm, lorentzian_hz * self.decay_per_hz).chunk(2, 2)
        real = self.basis_real * cosine - self.basis_imaginary * sine
        return torch.cat([real, self.basis_real * sine + self.basis_imaginary * cosine], 2)

    def _turns(self, turn, decay):
        """
        (real | imaginary) of exp((decay + i·turn) · 0 to 127) [B, M, 2·128]; turn [B, M], decay [B, 1]. Of few exponentials: every
        16th sample times the first 16, products which are left to one multiplication of matrices.
        """
        a, b = self._exponentials(turn, decay, self.sample[::FINE_STEPS])
        c, d = self._exponentials(turn, decay, self.sample[:FINE_STEPS])
        coarse = torch.cat([torch.stack([a, -b], 3), torch.stack([b, a], 3)], 2)
        return (coarse @ torch.stack([c, d], 2)).flatten(2)

    @staticmethod
    def _exponentials(turn, decay, samples):
        """Real and imaginary part [B, M, samples]"""
        angle, size = turn[..., None] * samples, torch.exp(decay * samples)[:, None]
        return size * torch.cos(angle), size * torch.sin(angle)

    @staticmethod
    def turned(signal, phase_rad):
        """Signals [B, 2·128] by phases [B, 1]"""
        cosine, sine = torch.cos(phase_rad), torch.sin(phase_rad)
        real, imaginary = signal[:, :SAMPLES], signal[:, SAMPLES:]
        return torch.cat([real * cosine - imaginary * sine, real * sine + imaginary * cosine], 1)

    @staticmethod
    def times_i(signals):
        """i · signals, [..., 2·128]"""
        return torch.cat([-signals[..., SAMPLES:], signals[..., :SAMPLES]], -1)


def eliminated(matrix, right):
    """
    Gauss and Jordan's elimination of positive definite systems, unrolled: [B, N, N] · x = [B, N, R]. The systems of a batch lie side
    by side, number by number: it is long runs that ONNX Runtime is fast with. A column that is done is left out.
    """
    size = matrix.shape[1]
    # Flat while turned over: ONNX Runtime would move a transposition of three axes behind the elimination, where it cancels.
    left = torch.cat([matrix, right], 2).flatten(1).T.unflatten(0, (size, -1))
    eye = torch.eye(size, device=matrix.device)[..., None]
    for k in range(size):
        row = left[k : k + 1] / left[k : k + 1, :1]
        left = left[:, 1:] - (left[:, :1] - eye[:, k : k + 1]) * row[:, 1:]
    return left.flatten(0, 1).T.unflatten(1, (size, -1))


def inverse_by_halves(matrix, size):
    """Of positive definite matrices [B, size, size], by Schur complements: ONNX has no factorisation."""
    if size <= ELIMINATED:
        return eliminated(matrix, torch.eye(size, device=matrix.device).expand(matrix.shape[0], -1, -1))
    half = size // 2
    first, across, second = matrix[:, :half, :half], matrix[:, :half, half:], matrix[:, half:, half:]
    first_inverse = inverse_by_halves(first, half)
    ratio = first_inverse @ across
    second_inverse = inverse_by_halves(second - across.transpose(1, 2) @ ratio, size - half)
    corner = -ratio @ second_inverse
    top = torch.cat([first_inverse - corner @ ratio.transpose(1, 2), corner], 2)
    return torch.cat([top, torch.cat([corner.transpose(1, 2), second_inverse], 2)], 1)


def solve(matrix, right):
    """Positive definite systems [B, N, N] · x = [B, N], brought to ones on the diagonal."""
    size = matrix.shape[1]
    eye = torch.eye(size, device=matrix.device)
    unit = (matrix * eye).sum(2).rsqrt()
    scaled = matrix * unit[:, :, None] * unit[:, None, :] + RIDGE * eye
    scaled_right = (right * unit)[..., None]
    if not torch.compiler.is_exporting():
        found = torch.linalg.inv(scaled) @ scaled_right
    elif size <= ELIMINATED:
        found = eliminated(scaled, scaled_right)
    else:
        found = inverse_by_halves(scaled, size) @ scaled_right
    return found[..., 0] * unit
