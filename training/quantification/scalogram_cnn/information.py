"""What the reduced scalogram costs: Cramer-Rao bounds of the amplitudes from it against those from the spectrum it is made of.

    python -m training.quantification.scalogram_cnn.information
"""

import math

import numpy as np

from training.fpc.canonical import BANDWIDTH_PPM, POINTS
from training.quantification.basis import load_quantification_basis
from training.quantification.canonical import BINS, FIRST_BIN
from training.quantification.time_frequency import (
    CANONICAL_TRANSFORM_POINTS,
    FIRST_FREQUENCY_BIN,
    TIME_STEP_POINTS,
    TIMES,
    morse_filters,
)

BASIS = "lineshape-3t-press-te30-123mhz"
LORENTZIAN_HZ = 5.0
AMPLITUDE = 5.0
# Combinations of numbers which hold less than these parts of the largest's signal are left out, as a network would leave them.
SMALLEST_KEPT = (1e-1, 1e-2, 1e-3)


def derivatives(basis):
    """Of a model signal, in white noise: by amplitudes, phase, shift and width. [512, M + 3]"""
    times = np.arange(POINTS) / (BANDWIDTH_PPM * basis.frequency_mhz)
    signals = (basis.signals * np.exp(-math.pi * LORENTZIAN_HZ * times)).T
    whole = signals.sum(axis=1) * AMPLITUDE
    return np.column_stack([signals, 1j * whole, 2j * np.pi * times * whole, -np.pi * times * whole])


def to_spectrum():
    """Matrix [512, 512]: canonical signal to band spectrum."""
    bins = FIRST_BIN + np.arange(BINS)
    matrix = np.exp(-2j * np.pi * np.outer(bins, np.arange(POINTS)) / CANONICAL_TRANSFORM_POINTS)
    matrix[:, 0] /= 2
    return matrix


def to_scalogram():
    """Matrix [1920, 512]: band spectrum to scalogram."""
    bins = FIRST_FREQUENCY_BIN + np.arange(BINS)
    turns = np.exp(2j * np.pi * np.outer(TIME_STEP_POINTS * np.arange(TIMES), bins) / CANONICAL_TRANSFORM_POINTS)
    return (morse_filters()[:, None] * turns).reshape(-1, BINS)


def bounds(matrix, model, smallest):
    """CRLB of every parameter from matrix @ (signal + white noise)."""
    _, values, rows = np.linalg.svd(matrix, full_matrices=False)
    seen = rows[values > smallest * values[0]] @ model
    return np.sqrt(np.diag(np.linalg.inv((seen.conj().T @ seen).real)))


def main():
    basis = load_quantification_basis(BASIS)
    model, spectrum = derivatives(basis), to_spectrum()
    for smallest in SMALLEST_KEPT:
        ratio = bounds(to_scalogram() @ spectrum, model, smallest) / bounds(spectrum, model, smallest)
        amplitudes = ratio[: len(basis.names)]
        print(f"kept above {smallest:g}: bounds grow by {np.median(amplitudes) - 1:.2%} (median), {amplitudes.max() - 1:.2%} at most")


if __name__ == "__main__":
    main()
