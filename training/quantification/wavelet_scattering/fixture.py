"""Writes tests/fixtures/timeFrequency.json: two band spectra with their scalogram and scattering by time_frequency.py, and two
signals with kymatio's own scattering coefficients. Needs kymatio (0.3) and SciPy below 1.15, which nothing else does:

    python -m training.quantification.wavelet_scattering.fixture
"""

import json

import numpy as np
import torch
from kymatio.numpy import Scattering1D

from training.fpc.presets import REPOSITORY
from training.quantification.time_frequency import (
    AVERAGING_LOG2,
    BAND_BINS,
    SCATTERING_POINTS,
    WAVELETS_PER_OCTAVE,
    Scalogram,
    SpectrumScattering,
)

SEED = 7
FIXTURE = REPOSITORY / "tests/fixtures/timeFrequency.json"
# Lines as (bin, width in bins, height): one lies at a scale's centre, two overlap.
LINES = ((60, 2.0, 0.5), (150, 2.5, 0.9), (163, 3.0, 0.3), (280, 2.0, 1.0))


def band_spectra(random):
    """[2, 2, 512]: lines with a phase, then the same in noise."""
    bins = np.arange(BAND_BINS)
    lines = sum(height / (1 + 1j * (bins - centre) / width) for centre, width, height in LINES) * np.exp(0.3j)
    noisy = lines + random.normal(0, 0.05, (2, BAND_BINS)).T @ (1, 1j)
    return np.stack([[s.real, s.imag] for s in (lines, noisy)]).round(5)


def signals(random):
    """[2, 1024]: a decaying tone, and decaying noise."""
    n = np.arange(SCATTERING_POINTS)
    return np.stack([np.cos(0.2 * np.pi * n + 0.3) * np.exp(-n / 300), random.normal(size=n.size) * np.exp(-n / 200)]).round(5)


def digits(values):
    return [float(f"{v:.7g}") for v in np.asarray(values, dtype=np.float64).ravel()]


def main():
    random = np.random.default_rng(SEED)
    spectra, lines = band_spectra(random), signals(random)
    tensor = torch.from_numpy(spectra.astype(np.float32))
    scattering = Scattering1D(J=AVERAGING_LOG2, shape=SCATTERING_POINTS, Q=WAVELETS_PER_OCTAVE)(lines)
    content = {
        "spectra": [{"re": s[0].tolist(), "im": s[1].tolist()} for s in spectra],
        "scalograms": [digits(s) for s in Scalogram()(tensor)],
        "scatterings": [digits(s) for s in SpectrumScattering()(tensor)],
        "kymatio": {"signals": lines.tolist(), "paths": scattering.shape[1], "coefficients": [digits(s) for s in scattering]},
    }
    FIXTURE.write_text(json.dumps(content, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
