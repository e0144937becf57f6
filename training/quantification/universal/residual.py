"""How much more than noise a solve's residual holds where a signal has its lines: what no lineshape of the model explains goes into
the amounts too, and there it is correlated from bin to bin, unlike noise. Twin: src/core/quantification/universal/misfit.ts."""

import numpy as np

from training.fpc.canonical import POINTS, TRANSFORM_POINTS

# Residual bins that are averaged (0.04 ppm): of noise little is left, of misfit most.
WINDOW = 5
# Half of the power is counted where the signal's lines are, half over the whole band: what is wrong here reaches there by overlap.
LOCAL_PART = 0.5
# Part of the averaged noise that a fit leaves: its baseline and amounts take up the rest.
LEFT_BY_FIT = 0.6


def averaged_noise(covered):
    """Power of noise of SD 1 averaged over WINDOW bins, of scans that cover so many samples [B]: averaging bins weighs samples."""
    n = np.arange(1, POINTS)
    weight = np.ones(POINTS)
    weight[1:] = (np.sin(WINDOW * np.pi * n / TRANSFORM_POINTS) / (WINDOW * np.sin(np.pi * n / TRANSFORM_POINTS))) ** 2
    samples = np.clip(np.ceil(covered).astype(int), 1, POINTS)
    return np.cumsum(weight)[samples - 1] / samples


def residual_excess(residual, columns, covered):
    """
    @param residual over the noise SD [B, 512]; columns: signals [B, M, 512]; covered: samples of the scan [B]
    @returns power beyond noise, noise having 1, never below 0 [B, M]
    """
    averaged = np.stack([np.convolve(row, np.full(WINDOW, 1 / WINDOW), "same") for row in residual]) ** 2
    lines = columns**2
    local = np.einsum("bmn,bn->bm", lines, averaged) / np.maximum(lines.sum(2), 1e-300)
    mixed = LOCAL_PART * local + (1 - LOCAL_PART) * averaged.mean(1)[:, None]
    return np.maximum(mixed - LEFT_BY_FIT * averaged_noise(covered)[:, None], 0)
