"""The canonical input: one sampling, in units of ppm, for every field strength and bandwidth.

The TypeScript twin is src/core/preprocessing/canonicalFid.ts; both are held together by
tests/fixtures/fpcCanonicalInput.json.

1. Demodulation: creatine's CH3 line (3.027 ppm) goes to zero frequency.
2. Band limit and resampling in one: the signal's Fourier integral (trapezoid rule, so the first point counts half) is
   evaluated at 1024 frequencies 8/1024 ppm apart, and transformed back at a dwell time of 1/(8 ppm * f0). Frequencies
   outside the scan's own band are zero, never its periodic image.
3. The first 512 samples are kept. The jump at t = 0 is halved by the band limit, so the first sample is doubled.
4. Division by the largest magnitude.
"""

import numpy as np

WATER_PPM = 4.65
REFERENCE_PPM = 3.027
BANDWIDTH_PPM = 8.0
POINTS = 512
TRANSFORM_POINTS = 1024


def canonical_times_s(frequency_mhz):
    """Sample times [s] of the canonical signal."""
    return np.arange(POINTS) / (BANDWIDTH_PPM * frequency_mhz)


def resample(signals, dwell_s, frequency_mhz):
    """Steps 1 to 3 for signals of shape [count, points]; returns complex128 of shape [count, 512], unscaled."""
    signals = np.atleast_2d(np.asarray(signals, dtype=np.complex128))
    duration_s = POINTS / (BANDWIDTH_PPM * frequency_mhz)
    used = min(signals.shape[1], int(np.ceil(duration_s / dwell_s - 1e-9)))
    times = np.arange(used) * dwell_s
    reference_hz = (WATER_PPM - REFERENCE_PPM) * frequency_mhz
    index = np.arange(-TRANSFORM_POINTS // 2, TRANSFORM_POINTS // 2)
    offsets_hz = index * BANDWIDTH_PPM * frequency_mhz / TRANSFORM_POINTS
    weights = np.ones(used)
    weights[0] = 0.5
    kernel = np.exp(-2j * np.pi * np.outer(times, reference_hz + offsets_hz)) * weights[:, None]
    kernel[:, np.abs(reference_hz + offsets_hz) > 0.5 / dwell_s] = 0
    spectrum = signals[:, :used] @ kernel * dwell_s
    canonical = np.fft.ifft(np.fft.ifftshift(spectrum, axes=1), axis=1)[:, :POINTS]
    canonical *= BANDWIDTH_PPM * frequency_mhz
    canonical[:, 0] *= 2
    return canonical


def canonical_input(signals, dwell_s, frequency_mhz):
    """What the networks take: float32 of shape [count, 2, 512] (real, imaginary), largest magnitude 1."""
    canonical = resample(signals, dwell_s, frequency_mhz)
    largest = np.abs(canonical).max(axis=1, keepdims=True)
    scaled = canonical / np.where(largest > 0, largest, 1)
    return np.stack([scaled.real, scaled.imag], axis=1).astype(np.float32)
