"""The input of every quantification network: the complex band spectrum from 4.2 down to 0.2 ppm, 512 bins.

    S(ppm_j) = dt * sum'_n s_n exp(-2 pi i nu_j n dt),  n dt < 512 / (8 ppm * f0),  n = 0 counted half
    ppm_j = 3.027 - j * 8/1024, j = -150 ... 361 (index 0 is the highest ppm),  nu_j = (4.65 - ppm_j) * f0

It is what zero-filling the canonical signal (training/fpc/canonical.py) to 1024 points, halving its first, an FFT and
division by 8 ppm * f0 give. The TypeScript twin is in src/core/quantification/shared/networks; both are held together by
tests/fixtures/quantificationBandSpectrum.json (written by fixture.py).
"""

import numpy as np
import torch

from training.fpc.canonical import BANDWIDTH_PPM, POINTS, REFERENCE_PPM, TRANSFORM_POINTS, WATER_PPM

BINS = 512
FIRST_BIN = -150
BIN_PPM = BANDWIDTH_PPM / TRANSFORM_POINTS
PPM = REFERENCE_PPM - BIN_PPM * np.arange(FIRST_BIN, FIRST_BIN + BINS)
EARLY_SAMPLES = 8
# Noise of a band spectrum over that of the canonical signal, sample for sample: the first point counts half.
EFFECTIVE_POINTS = POINTS - 0.75


def band_spectrum(fid, frequency_mhz):
    """Canonical signals [..., 512] (complex tensor; zero frequency at 3.027 ppm) → band spectra [..., 512]."""
    weights = torch.ones(POINTS, device=fid.device, dtype=fid.real.dtype)
    weights[0] = 0.5
    spectrum = torch.fft.fft(fid * weights, n=TRANSFORM_POINTS)
    band = torch.cat([spectrum[..., FIRST_BIN:], spectrum[..., : FIRST_BIN + BINS]], dim=-1)
    return band / (BANDWIDTH_PPM * frequency_mhz)


def band_spectrum_of_scan(signal, dwell_s, frequency_mhz):
    """The same from signals [..., points] (numpy, zero frequency at 4.65 ppm) at any dwell time [s]: complex128 [..., 512]."""
    signal = np.asarray(signal, dtype=np.complex128)
    duration_s = POINTS / (BANDWIDTH_PPM * frequency_mhz)
    used = min(signal.shape[-1], int(np.ceil(duration_s / dwell_s - 1e-9)))
    times = np.arange(used) * dwell_s
    weights = np.full(used, dwell_s)
    weights[0] /= 2
    kernel = np.exp(-2j * np.pi * np.outer(times, (WATER_PPM - PPM) * frequency_mhz)) * weights[:, None]
    return signal[..., :used] @ kernel


def in_band(canonical, signal, dwell_s, frequency_mhz):
    """
    Canonical signals [M, 512] that have the very band spectra of `signal` [M, points], also when shifted and broadened: what the
    crop to 512 samples lost (ringing before t = 0) is put back into the first samples, by least squares over the band.
    """
    times = np.arange(POINTS) / (BANDWIDTH_PPM * frequency_mhz)
    canonical = canonical * (times < signal.shape[-1] * dwell_s - 1e-9)
    lost = band_spectrum_of_scan(signal, dwell_s, frequency_mhz) - band_spectrum(torch.from_numpy(canonical), frequency_mhz).numpy()
    early = band_spectrum(torch.eye(POINTS, dtype=torch.complex128)[:EARLY_SAMPLES], frequency_mhz).numpy()
    canonical[:, :EARLY_SAMPLES] += np.linalg.lstsq(early.T, lost.T, rcond=1e-3)[0].T
    return canonical


def inputs_of(spectrum):
    """Complex spectra [B, 512] → (what networks take: float32 [B, 2, 512], largest magnitude 1; scale [B])."""
    scale = spectrum.abs().amax(dim=1)
    scaled = spectrum / torch.where(scale > 0, scale, 1)[:, None]
    return torch.stack([scaled.real, scaled.imag], 1).to(torch.float32), scale


def spectrum_noise_sd(fid_noise_sd, frequency_mhz):
    """Noise SD per real channel of the band spectrum from that of the canonical signal."""
    return fid_noise_sd * EFFECTIVE_POINTS**0.5 / (BANDWIDTH_PPM * frequency_mhz)
